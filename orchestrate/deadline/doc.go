// Package deadline watches over the tasks of a scheduler that have a due time: it warns while there is
// still time to do something, and notes what was missed.
//
//	e := deadline.New(deadline.Options{Scheduler: sched, Store: st})
//	e.Run(ctx) // until the context ends
//
// An [Engine] also answers when tasks are expected, by [Engine.Due] and [Engine.Forecast], and how
// long those of a family take, by [Engine.Summary]. It needn't run for that.
//
// # Events
//
// Each happens once for a task and a due time, in the history of the scheduler, with a message for people:
//
//	deadline warned   the task is expected too late at P95, or something that it waits for has failed
//	deadline missed   the due time has passed, and the task is not done
//	deadline met      a task that was warned of, or missed, is done; the message says how late
//
// A task that is asked for after its due time, as a backfill does, is late from the start, and no
// event tells of it.
//
// # State
//
// What was told of a task is in the setting "deadline KEY" of the scheduler, with the task's key, as JSON:
//
//	{"task": "Report(date=2014-06-01)", "due": "2014-06-02T06:00:00Z",
//	 "warned": "2014-06-02T05:10:00Z", "missed": "…", "met": "…"}
//
// It is written together with the event, so that neither a crash nor a restart loses or repeats one. It is removed
// a week after the task was done.
//
// # Cost
//
// A look is at the tasks that have a due time and are not done, and at what they wait for: not at all
// tasks. It comes every ten seconds, a second after a change, and when something is due, but never takes more than a
// twentieth of the time.
package deadline
