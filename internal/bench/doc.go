// Bench measures gomr side by side with the tools that one might use instead, on the same
// files and in one sitting: make bench runs it and writes BENCHMARKS.md.
//
// # What runs
//
// A job is a question, such as how often each word occurs, and a row of it a tool that answers it.
// Runs are interleaved: the first run of every row, then the second of every row, and so on, so
// that what else the machine does falls on all of them. Before each run the output of the run
// before is removed, dirty pages are written back, the inputs and the files of all tools are read, and as much
// memory as the row took before is touched (4 GiB for its first run), and let go when the machine has nothing else
// to do: a virtual machine's host gives free memory only when it is used, and takes it back after seconds,
// which the system works for, and the system may drop files that nobody has read for a minute, so that a
// run would cost what the runs before it were. The tools are started as whole processes, so what they need to
// start is measured too. A row may be the mean of some runs in a row, so that short and long ones read as much.
//
// The first output of each row is sorted and compared with that of the first row with the same
// input, outside of the measured time. A row whose output differs is marked, and the command fails.
//
// # What is measured
//
//   - Wall: from the start of the process to its end.
//   - CPU: user and system time of it and of all its descendants, as wait4 tells them.
//     Descendants that outlive their parents (Spark's JVM) are adopted and waited for.
//   - RSS: for one process, its peak resident set as wait4 tells it. For several, the greatest
//     sum seen by looking at them every 20 ms, if that is more: a pipe's processes count
//     together, and pages that forked processes share count once for each. Pages of mapped
//     input files count for whoever maps them, though the system can drop them at will.
//     A process is never seen to take less than this harness does, some 20 MB.
//
// Under YARN (make bench-cluster, on a cluster that scripts/hadoop starts for it) the wall time is that of
// the client, and the CPU time what the node manager has waited for: all processes of all
// containers, the application master's too. Hadoop's counter CPU_MILLISECONDS stands beside it; it is
// sampled, and may miss the end of a process that a task has started.
//
// Tables show medians of all runs; the raw figures are in .cache/bench/results.json. A section of
// BENCHMARKS.md whose job has no figures there stays as it is.
//
// # Parts
//
//   - internal/bench/jobs: the jobs in gomr, compiled by gomr build as those of users are, with its profile
//   - internal/bench/handwritten: word count in Go for nothing but speed, as the limit
//   - internal/bench/peers: the jobs in DuckDB, Polars, Spark, mrjob and Luigi
//   - scripts/bench-corpus, scripts/bench-peers: fetch the text, install the tools
package main
