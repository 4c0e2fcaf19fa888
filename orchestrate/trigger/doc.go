// Package trigger asks for tasks at times, and when data is there. It is what a server does by itself.
//
//	e, err := trigger.Open(ctx, trigger.Options{Scheduler: s, Files: files})
//	if err != nil { … }
//	defer e.Close()
//	changes, err := e.Apply(ctx, &trigger.Application{Schedules: []trigger.Schedule{{
//		Name: "report", Time: "0 3 * * *", Zone: "Europe/Berlin",
//		Program: "example.com/jobs", Task: []string{"Report", "--date={date}"},
//		Data: []trigger.Condition{{Paths: []string{"/data/text/{date}"}, Success: true}},
//	}}, By: "ann"})
//
// # Firings
//
// When a [Schedule] is due it fires: for a label, which is a partition of package calendar. A
// [Firing] waits for its data and for its turn, and is launched then, see package launch.
//
//	due ─► waiting ─► planning ─► running ─► done, failed
//	  │       └─► timed out
//	  └─► skipped
//
// The name of the launch is "schedule NAME LABEL". However often a server is killed, and whatever the
// clock does, a label is launched once: what is due is told from the last time that fired, which
// never goes back, and a launch that is known by its name is not made again. Only who asks for a
// label by hand launches it anew, under that name with a number behind it.
//
// # What was missed
//
// Where several labels are due at once, because the server was down or the schedule paused,
// catch-up says which fire: all, but at most [MaxCatchUp] of the newest; the latest one; or none,
// but for what is due since less than [Grace]. A new schedule is due from its start, or
// from when it was applied.
//
// # The run before
//
// A firing is open until its tasks are done or have failed. With pipeline, a label waits until all of
// its schedule before it have ended; with skip it does not fire as long as one is open; with
// concurrent it goes ahead. Labels that are caught up wait for each other with skip, too.
//
// # Data
//
// What waits for data takes no worker and no slot. All paths that are to be looked at are looked
// at in one call, outside of the engine's goroutine. An error of the file system is shown, and never
// taken for data that is absent.
//
// # What is stored
//
// Each schedule is a document among the settings of the scheduler, "schedule NAME", with its definition,
// the time up to which it has fired, and its open and last firings. It is written, with what the history has of
// it, before anything is done: then a launch is made, and then written that it was made. After a kill
// between any two of them the same is done again, and the name of the launch makes it one.
//
// One goroutine owns all schedules.
package trigger
