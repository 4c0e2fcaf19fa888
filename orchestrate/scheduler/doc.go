// Package scheduler decides which task runs next, on which worker, for many machines at once, and
// loses nothing when it is killed.
//
// Tasks are known by their IDs: whoever submits one, there is one of it, and one attempt at it at a time.
//
//	s, err := scheduler.Open(ctx, st, scheduler.Config{})
//	if err != nil { … }
//	defer s.Close()
//	receipt, err := s.Submit(ctx, &scheduler.Submission{Nodes: nodes, Roots: roots})
//
// A worker asks for an attempt, tells that it is alive, asks before it commits, and tells the end:
//
//	work, err := s.Work(ctx, &scheduler.Ask{Worker: me, Holds: fences}) // waits until there is one
//	pulse, err := s.Beat(ctx, me, beats)                                // well within Config.Lease
//	grant, err := s.Commit(ctx, work.Fence)
//	err = s.End(ctx, &scheduler.End{Fence: work.Fence, Outcome: store.Succeeded})
//
// # States
//
//	               ┌──────────────── retrying ◄───┐
//	               ▼                              │ an attempt failed, others are left
//	submitted ─► pending ──► running ◄─► suspended│
//	               │ ▲          ├─────────────────┤
//	               │ │          ├─► done          │
//	  output there │ │          ├─► failed        │ none is left, or it was killed
//	               ▼ │          └─► disabled      │ too many failures in a while
//	              done, failed, disabled, missing ┘
//
// A pending task with all that it requires done is in a queue. The others wait. A task is stuck
// when it has failed, is disabled or missing, or when something that it requires is stuck; it has
// settled when it is done or stuck. A run is over when its roots have settled. A suspended attempt has
// asked for tasks, and goes on where it was when they have settled. Every way from a state to
// another is in transition.go, and is taken by one function.
//
// # Order
//
// What can start is given out by priority, and then as it came. A priority counts for all that the
// task requires. Tasks name resources, such as a pool of connections; how much there is of each
// is set by [Scheduler.SetLimit], and one where it is not. A task that lacks a resource lets others
// pass, but none that needs the same resource: so one that takes much has its turn.
//
// All of this is kept up to date by each change: nothing looks at all tasks to find the next one.
//
// # Attempts, leases and fences
//
// Each attempt has a fence, a number greater than all before it. An attempt of which nothing was
// heard for a lease is lost, and its task is tried again by another worker. Should the first one be
// alive after all, everything that it asks for is refused with a [FencedError]: it can't end
// the task, and it must ask before it commits an output. With the answer comes the time for which the task is left
// to it.
//
// What a worker asks can be asked again where an answer got lost: an attempt that was given to it, and
// that it doesn't hold, is given to it again; an end that is known is no error.
//
// # Batches
//
// Tasks that say so by [store.Spec.Batch] are given out together, to one process, as many as can start and
// [store.Spec.MaxBatch] allows. Each has an attempt and a state of its own; the first one leads: its fence is that of
// the process, for which it is asked, killed, lost and ended, and only it takes resources.
//
//	err = s.End(ctx, &scheduler.End{Fence: work.Fence, Outcome: store.Errored, Members: []scheduler.MemberEnd{
//		{Fence: work.Others[0].Fence, Outcome: store.Succeeded},
//	}})
//
// A task for which the worker can't tell the end by itself fails with the others, and that costs it no attempt: the
// next batches have half as many tasks, and in the end the one that breaks them is alone.
//
// # Grid
//
// A task with a parameter such as 2014-06-01 is for a partition of the data, see package partition, and
// [Scheduler.Grid] tells the states of many by family and partition. Each family has its tasks of one kind of
// partition in a row of numbers, of 32 bits each, that hold the partition and the state. A change of a state sets some
// bits and gives the row a new version; a look copies rows and makes cells of them elsewhere, and where it says which
// answer is known, only of those that have changed since.
//
// # What is written
//
// One goroutine owns the live state. It does the requests that have come, has all that they changed
// written as one batch, and answers them once that is written. Requests that come meanwhile are done in
// memory and are the next batch; under load, many share a write. Where one fails, so do all requests that
// were done on top of it; the scheduler forgets what it has in memory and reads the store again, so that the
// two never differ.
package scheduler
