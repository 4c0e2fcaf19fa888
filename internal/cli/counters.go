package cli

import (
	"fmt"
	"io"
	"strconv"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

// writeCounters writes the counters of all jobs that ran, which come sorted by group and name.
func writeCounters(w io.Writer, summary *orchestrate.Summary) {
	for _, task := range summary.Tasks {
		if len(task.Counters) == 0 {
			continue
		}
		fmt.Fprintf(w, "Counters of %s\n", task.ID)
		names, numbers := counterWidths(task.Counters)
		group := ""
		for _, c := range task.Counters {
			if c.Group != group {
				group = c.Group
				fmt.Fprintf(w, "  %s\n", group)
			}
			fmt.Fprintf(w, "    %-*s  %*d\n", names, c.Name, numbers, c.Value)
		}
		fmt.Fprintln(w)
	}
}

func counterWidths(counters []mr.CounterValue) (names, numbers int) {
	for _, c := range counters {
		names = max(names, len(c.Name))
		numbers = max(numbers, len(strconv.FormatInt(c.Value, 10)))
	}
	return names, numbers
}
