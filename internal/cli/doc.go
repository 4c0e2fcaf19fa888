// Package cli is the command line of a program with tasks: all verbs that the
// built binary has.
//
//	wc run WordCount --date-interval 2014-06
//	└┬ └┬─ └───┬──── └──────────┬──────────
//	 │  │      │                flags: the task's parameters, and those of the verb
//	 │  │      family: a type of task of the program
//	 │  verb: run, local, plan, why, graph; list, doctor, version, completion
//	 the program, or gomr in the folder of its source
//
// [Run] is the whole program but for what only a process can do: it takes its
// arguments, streams and environment from a [Config] and returns the exit code,
// so tests run it in their own process.
//
// # Output
//
// Results, the summary of a run and counters go to standard output; progress,
// logs and errors go to standard error. On a terminal progress is bars that move;
// elsewhere it is a line for each event. Colours are for terminals, and never where
// NO_COLOR is set. With --json standard output is one JSON document and nothing else.
//
// # Flags
//
// The flags of the verbs come first: a task whose parameter has the name of
// one is refused, whatever verb is run, so that a flag always means the same.
//
// # Where tasks run
//
// A [place] is a file system and what runs jobs on it: a cluster, or a local folder that
// stands for one. The targets of a task are paths; the place says where they are.
package cli
