package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

// writeCounters writes the counters of all jobs that ran, which come sorted by group and name.
// Those that are zero, half of Hadoop's own, are left to the JSON.
func writeCounters(w io.Writer, summary *orchestrate.Summary) {
	for _, task := range summary.Tasks {
		counters := slices.DeleteFunc(slices.Clone(task.Counters), func(c mr.CounterValue) bool { return c.Value == 0 })
		if len(counters) == 0 {
			continue
		}
		fmt.Fprintf(w, "Counters of %s\n", task.ID)
		names, numbers := counterWidths(counters)
		group := ""
		for _, c := range counters {
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
