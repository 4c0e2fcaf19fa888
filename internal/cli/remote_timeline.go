package cli

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
)

func (a *app) timelineVerb() remoteVerb {
	var critical bool
	return remoteVerb{
		use: "timeline RUN|TASK", short: "Tell when the tasks of a run ran, and which determined its end",
		long: "List the tasks of a run, or a task and all that it requires, by when they began, with bars of one scale:\n" +
			"a dot is waiting for a worker, for resources or for another try, = is running, and # is running on the\n" +
			"critical path, whose tasks have a star: the task that ended last, before it the requirement that ended\n" +
			"last, and so on. RUN is its number, as 'run --server' prints it.",
		example: "timeline 17",
		args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("timeline takes the number of a run, such as: timeline 17, or a task in quotes")
			}
			return nil
		},
		flags: func(cmd *cobra.Command) {
			cmd.Flags().BoolVar(&critical, "critical", false, "only the tasks of the critical path")
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) (err error) {
			var t api.Timeline
			if run, notNumber := strconv.ParseInt(args[0], 10, 64); notNumber == nil && run > 0 {
				t, err = remote.RunTimeline(ctx, run)
			} else {
				t, err = remote.TaskTimeline(ctx, a.taskID(args[0]))
			}
			if err != nil {
				return err
			}
			return out.write(t, func(w *tabwriter.Writer) { writeTimeline(w, &t, critical) })
		},
	}
}

func writeTimeline(w *tabwriter.Writer, t *api.Timeline, critical bool) {
	if t.Run != nil {
		fmt.Fprintf(w, "run %d is %s\n", t.Run.Key, cmp.Or(string(t.Run.Outcome), "under way"))
	}
	if len(t.Path) > 0 {
		fmt.Fprintf(w, "The critical path takes %s: its tasks ran for %s and waited for %s.\n",
			shortDuration(time.Duration(t.Took)), shortDuration(time.Duration(t.Ran)), shortDuration(time.Duration(t.Wait)))
	}
	switch {
	case t.Blocked != "":
		fmt.Fprintf(w, "It won't be done before somebody acts: %s has failed.\n", t.Blocked)
	case t.Finish != nil:
		fmt.Fprintf(w, "All is expected at %s (p50) or %s (p95).\n", clockOf(t.Finish.P50), clockOf(t.Finish.P95))
	}
	fmt.Fprintln(w)
	row(w, "", "STATE", "STARTED", "WAITED", "RAN", "", "TASK")
	before := 0
	for i := range t.Tasks {
		one := &t.Tasks[i]
		switch {
		case !one.Started.IsZero() && !endOf(t, one).After(t.Begin):
			before++
		case one.Critical || !critical:
			writeBar(w, t, one)
		}
	}
	if before > 0 && !critical {
		fmt.Fprintf(w, "… and %d that had ended before\n", before)
	}
	if more := t.Total - len(t.Tasks); more > 0 && !critical {
		fmt.Fprintf(w, "… and %d more, which took less time\n", more)
	}
}

func writeBar(w *tabwriter.Writer, t *api.Timeline, one *api.TimelineTask) {
	mark, started, waited, ran := "", "-", "-", "-"
	if one.Critical {
		mark = "*"
	}
	if !one.Started.IsZero() {
		started = clockOf(one.Started)
		ran = shortDuration(endOf(t, one).Sub(one.Started))
		if !one.Ready.IsZero() {
			waited = shortDuration(one.Started.Sub(one.Ready))
		}
	}
	row(w, mark, one.State, started, waited, ran, "["+barOf(t, one)+"]", one.ID)
}

func endOf(t *api.Timeline, one *api.TimelineTask) time.Time {
	if one.Ended.IsZero() {
		return t.Now
	}
	return one.Ended
}

// barColumns is how wide a bar is.
const barColumns = 40

// barOf returns when a task waited and ran, in columns from the beginning to the end of the timeline.
func barOf(t *api.Timeline, one *api.TimelineTask) string {
	end := endOf(t, one)
	if one.Started.IsZero() {
		return strings.Repeat(" ", barColumns)
	}
	scale := max(t.End.Sub(t.Begin), 1)
	column := func(at time.Time) int {
		return min(max(int(barColumns*at.Sub(t.Begin)/scale), 0), barColumns)
	}
	ready := one.Ready
	if ready.IsZero() {
		ready = one.Started
	}
	from := min(column(one.Started), barColumns-1)
	wait, until := min(column(ready), from), max(column(end), from+1) // what took no time is seen too
	filler := "="
	if one.Critical {
		filler = "#"
	}
	return strings.Repeat(" ", wait) + strings.Repeat(".", from-wait) + strings.Repeat(filler, until-from) + strings.Repeat(" ", barColumns-until)
}
