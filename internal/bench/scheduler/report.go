package main

import (
	"fmt"
	"io"
)

const preface = `# Benchmarks of the scheduler

What ` + "`make bench-scheduler`" + ` measured: a graph in which each task requires three of the thousand before it, and workers
that ask for work and report its end at once. Every answer is on disk (SQLite, synchronised) before it is given.
Luigi's scheduler has the same graph in its own process, in memory, and one worker; a call is get_work with the report of the end.
All are medians of three runs. Stolen is the processor time that the host of this machine gave to other guests while it was
wanted here. A hundred workers on two processors feel each millisecond of it, so runs of which more than a percent was
stolen are made again, up to three times.
How it is measured stands in [internal/bench/scheduler](../../internal/bench/scheduler/main.go).
`

func writeOurs(w io.Writer, all []result) {
	fmt.Fprint(w, "\n## gomr\n\n")
	fmt.Fprintln(w, "| tasks | submit s | all done s | µs for a task | work p50 ms | work p99 ms | least, most | end p99 ms | restart s | memory MB | database MB | stolen % |")
	fmt.Fprintln(w, "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, r := range all {
		fmt.Fprintf(w, "| %d | %.2f | %.2f | %.0f | %.2f | %.2f | %.1f, %.1f | %.2f | %.2f | %d | %d | %.1f |\n", r.Tasks, r.Submit, r.Run,
			r.Run/float64(r.Tasks)*1e6, r.WorkP50, r.WorkP99, r.leastP99, r.mostP99, r.EndP99, r.Restart, r.RSS, r.Disk>>20, r.Stolen)
	}
}

func writeLuigi(w io.Writer, all []luigiResult) {
	fmt.Fprint(w, "\n## Luigi\n\n")
	fmt.Fprintln(w, "| tasks | to add s | calls measured | call p50 ms | call p99 ms | memory MB |")
	fmt.Fprintln(w, "|--:|--:|--:|--:|--:|--:|")
	for _, r := range all {
		fmt.Fprintf(w, "| %d | %.2f | %d | %.2f | %.2f | %d |\n", r.Tasks, r.SecondsTo, r.Calls, r.MedianMS, r.P99MS, r.RSS)
	}
}
