// Package orchestrate runs tasks that depend on each other: what is missing, once, in order.
//
// A [Task] is a struct. Its parameters are fields, and its output is a [Target], such as
// a file, that tells by its existence whether the task is done:
//
//	// WordCount counts the words of some days.
//	type WordCount struct {
//		DateInterval orchestrate.DateInterval `param:"date-interval" help:"days to count, such as 2014-06"`
//	}
//
//	func (w WordCount) Requires() []orchestrate.Task {
//		return orchestrate.ForEach(w.DateInterval.Dates(), func(d orchestrate.Date) InputText {
//			return InputText{Date: d}
//		})
//	}
//
//	func (w WordCount) Output() orchestrate.Target {
//		return orchestrate.LocalFile("counts/%s.tsv", w.DateInterval)
//	}
//
//	func (w WordCount) Run(ctx context.Context) error { … }
//
//	// InputText is the text of a day. Others write it.
//	type InputText struct {
//		orchestrate.ExternalTask
//		Date orchestrate.Date `param:"date"`
//	}
//
//	func (i InputText) Output() orchestrate.Target { return orchestrate.LocalFile("text/%s.txt", i.Date) }
//
// [Run] plans such tasks and runs what is missing; its [Summary] tells how each ended.
//
// # Parameters
//
// A field with a param tag is a parameter. The tag has its name and options:
//
//	Days   DateInterval  `param:"days" help:"days to count"` // must be given
//	Top    int           `param:"top"`                       // must be given, or has the prototype's value
//	Note   string        `param:"note,optional"`             // need not be given
//	Limit  *int          `param:"limit"`                     // need not be given: nil
//	Dry    bool          `param:"dry"`                       // need not be given: false
//	Mode   string        `param:"mode" choices:"fast,exact"` // one of these
//	Pool   string        `param:"pool,insignificant"`        // not part of the identity
//	Day    Date          `param:"day,batch"`                 // tasks that differ in it alone can be made together
//
// The types are strings, integers, floating-point numbers, bool, [time.Duration], [Path], [Date],
// [Month], [Year], [DateHour], [DateMinute], [DateInterval], types with UnmarshalText and MarshalText or
// String, and pointers, slices and maps of these. Parameters of an embedded struct are
// parameters too, which is how several tasks share some. Other fields are no parameters.
//
// A [Registry] is made of prototypes. The value of a prototype's field is the parameter's default;
// a field that is zero there has no default, and the parameter must be given. An empty
// list that is not nil is a default.
//
// Dates may be given by words that depend on the clock. They are replaced at once, so
// the task has the date and not the word:
//
//	Date          yesterday  today  tomorrow
//	Month         last-month  this-month
//	Year          last-year  this-year
//	DateHour      last-hour  this-hour
//	DateMinute    last-minute  this-minute
//	DateInterval  those of Date, Month and Year, last-week, this-week, last-7-days, last-2-weeks, last-3-months
//
// # Identity
//
// [ID] makes one text of a task's name and significant parameters, in the order of their names:
//
//	WordCount(date-interval=2014-06)
//	Report(days=2014-W26, labels={team=web}, tags=[a,"b c"], title="All, in one")
//
// Tasks with one ID are one task, wherever they come from. [Args] makes the command line,
// from which another process makes the same task.
//
// # Planning and running
//
// [NewPlan] looks from the given tasks at what they require and stops at complete tasks:
// what these require doesn't matter any more. Every task is looked at once. A [Plan] can be
// drawn, explained by [Plan.Why], and run.
//
// A run starts a task once all that it requires is complete, and first those with the highest
// priority, which a task passes on to what it requires. After a failure everything goes
// on that doesn't depend on it. A task may find out what it requires while it runs, see [Require].
//
//	             ┌──────────── retrying ◄──┐
//	             ▼                         │
//	will run ─► running ◄─► suspended      │
//	   │         ├─► done, complete        │
//	   │         ├─► failed ───────────────┘ while attempts are left
//	   │         └─► already running, interrupted
//	   └─► upstream failed, missing or running; not run
//
// One goroutine owns the state of a run. The tasks run in goroutines of their own and
// send it what happens. With [Config.LockDir] a task runs in one process of the machine at
// a time, and its output is looked for again under the lock; the lock of a
// process that is killed is free.
//
// # Batches
//
// A worker of a scheduler may make several tasks in one process, where that costs less than one by
// one. They are of one type, and equal but for parameters with the option batch:
//
//	type Load struct {
//		Day   orchestrate.Date `param:"day,batch"`
//		Table string           `param:"table"`
//	}
//
//	func (Load) RunBatch(ctx context.Context, loads []Load) error { … } // in place of Run
//	func (Load) MaxBatch() int                                   { return 30 }
//
// Each stays a task with an output and a state of its own: it is done when its output exists. An error
// may tell which task has failed, see [MemberError]. With the options batch=max and batch=min
// the task has Run or Job; one runs for all, with the greatest or the least value.
//
// [Run] makes each task by itself, with the same outputs: it has no process to save, and so each
// keeps its own time-out, attempts and lock.
//
// A command should end with [Summary.ExitCode].
package orchestrate
