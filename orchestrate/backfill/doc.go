// Package backfill runs a task for many labels, such as the days of a year, a few at a time.
//
//	e, err := backfill.Open(ctx, backfill.Options{Scheduler: s})
//	if err != nil { … }
//	defer e.Close()
//	status, err := e.Start(ctx, &backfill.Definition{
//		Program: "example.com/jobs", Family: "WordCount", Param: "date", Labels: []string{"2014-06-01", "2014-06-02"}, Cap: 2,
//	})
//
// A label is a value of one parameter of the task: a partition. Which labels there are is decided by who starts
// the backfill, for only the program of the task can tell which outputs exist. The engine launches each label by
// package launch: a worker of the program plans its task and submits it. As many labels as the cap are under way
// at a time.
//
//	        ┌───────────┐
//	        ▼           │ resume
//	start ► running ► paused
//	        │ │         │
//	        │ └─────────┴─► cancelling ► cancelled
//	        └─► ended
//
// A backfill that is cancelled launches no more, and is over when what is under way has ended; it may be told to
// kill that. One that has ended has run each of its labels, and some may have failed.
//
// # Outputs that exist
//
// A backfill of all labels, or of what is downstream of them, has each launch move outputs to the trash before the
// task is planned; see [launch.Clear]. So they are away only when it is a label's turn, and as many as the cap. The launch
// asks for a run of the tasks downstream whose outputs it has moved. Those run when nothing that they require is to
// run any more; a label whose own task is done meanwhile is "downstream" and makes room for the next one.
//
// # What is written
//
// A backfill is two settings of the scheduler: "backfill 7 plan" is the [Definition] and never changes, and
// "backfill 7" is how far it is. Both are JSON. The states of the labels are letters, each with how many follow that have
// it: in 12d2r1f85w, d is done, r is under way, f has failed, w waits, x would be left out, and b is done but for what
// is downstream. "backfill last" is the number of the last one.
//
// A change is written with the events that tell of it, and before anything is launched. A label is launched under
// the name "backfill 7 2014-06-01", and however often that is done, its tasks are planned and submitted once. So
// whatever is killed when, no label is lost and none runs twice.
//
// One goroutine owns the engine.
package backfill
