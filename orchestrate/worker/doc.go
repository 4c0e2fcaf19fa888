// Package worker runs the attempts that a scheduler gives out, each in a process of its own.
//
//	err := worker.Run(ctx, worker.Options{
//		Dir:      "/var/lib/gomr/worker",
//		Programs: []string{"reports"},
//		Keeper:   []string{executable, "keep"},
//		Command:  command,
//	}, scheduler)
//
// A crash, a leak or a lack of memory ends one attempt and nothing else. Attempts go on when the worker
// is killed, and the next one with the same folder takes them over.
//
// # Processes
//
//	worker ──► keeper ──► task and what it starts
//	           a session  a process group
//
// The keeper is a process that runs [Keep]. It has a session of its own, so that neither Ctrl-C nor
// the end of the worker reaches it. It starts the task, writes what that prints into the log, and
// writes how it ended. SIGTERM asks it to stop the task: that gets SIGTERM, and SIGKILL when it takes too
// long. When the task's process has ended, what is left of its group is killed.
//
// When the keeper is killed, so is the task's process on Linux. What that has started is killed by the
// worker, or the next one, as long as it has its group and the environment variable [DirVariable]. On other systems the task is told only by its output, which is a broken pipe then.
//
// A service manager should stop the worker alone, and not all of its processes (KillMode=process or
// mixed for systemd), so that attempts survive a restart.
//
// # Folder
//
//	lock                    locked while a worker lives; its process and host
//	id                      the worker's ID, where Options name none
//	attempts/17/            the attempt with fence 17
//	  assignment.json       what to do; written before anything starts
//	  lock                  locked by the keeper while it lives; its process and that of the task
//	  log                   what the task has printed
//	  keeper.log            what the keeper had to say, which is nothing as a rule
//	  details               of the task: a JSON object a line, such as {"progress": "0.5"}
//	  waits                 of the task: when it waited for other tasks, see BeginWait
//	  result.json           of the task: see Result
//	  stop.json             why the attempt is to end before its time
//	  end.json              how it ended
//
// The folder of an attempt is removed when the scheduler has taken its end. JSON files appear whole.
// The folder must be on a local disk. A task finds the one of its attempt in the environment
// variable [DirVariable].
//
// # Ends
//
// A task that exits with 0 has succeeded. Else it has failed, with the error of its result.json, or with its
// exit status and the last line of its log. One that was stopped before it ended has the outcome
// for which it was stopped, whatever its exit status: so a task that takes SIGTERM for a reason to
// exit with 0 is not taken for done.
package worker
