package cli

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/store"
)

func (a *app) dueVerb() remoteVerb {
	return remoteVerb{
		use: "due", short: "List what is due on a server: when it is expected, and what is late", args: NoArgs,
		long: "List the tasks that have a due time and are not done, and those that were warned of within a week: when\n" +
			"each is due, when it is expected at p50 and at p95 from how long its requirements and itself took\n" +
			"before, how much earlier that is, and the step to look at.",
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, _ []string) error {
			dues, err := remote.Due(ctx)
			if err != nil {
				return err
			}
			return out.write(api.Dues{Due: dues}, func(w *tabwriter.Writer) { writeDues(w, dues) })
		},
	}
}

func writeDues(w *tabwriter.Writer, dues []api.Due) {
	if len(dues) == 0 {
		fmt.Fprintln(w, "none")
		return
	}
	row(w, "DUE", "STATE", "P50", "P95", "SLACK", "TASK", "")
	for i := range dues {
		d := &dues[i]
		p50, p95 := "-", "-"
		if d.Finish != nil {
			p50, p95 = clockOf(d.Finish.P50), clockOf(d.Finish.P95)
		}
		row(w, d.Due.Local().Format("2006-01-02 15:04"), d.State, p50, p95, slackOf(d), d.ID, nextOf(d))
	}
}

// clockOf returns a time of day, with the day where it is another one than today.
func clockOf(at time.Time) string {
	at = at.Local()
	if y, m, d := time.Now().Date(); at.Year() == y && at.Month() == m && at.Day() == d {
		return at.Format(time.TimeOnly)
	}
	return at.Format("01-02 15:04")
}

func slackOf(d *api.Due) string {
	slack := time.Duration(d.Slack)
	if d.Finish != nil && d.Next != "" && stuck(d.NextIs) {
		return "blocked"
	}
	if slack < 0 {
		return "late by " + shortDuration(-slack)
	}
	return shortDuration(slack)
}

func stuck(s store.State) bool { return s == store.Failed }

func nextOf(d *api.Due) string {
	unknown := ""
	if d.Finish != nil && d.Finish.Unknown > 0 {
		unknown = fmt.Sprintf(" (nothing is known of %d steps)", d.Finish.Unknown)
	}
	if d.Next == "" || d.Next == d.ID {
		return unknown
	}
	return "next: " + d.Next + " is " + string(d.NextIs) + unknown
}

func (a *app) forecastVerb() remoteVerb {
	return remoteVerb{
		use: "forecast TASK", short: "Tell when a task is expected, and the way to it that takes longest", args: oneTask,
		example: "forecast 'WordCount(date-interval=2014-06)'",
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			f, err := remote.Forecast(ctx, a.taskID(args[0]))
			if err != nil {
				return err
			}
			return out.write(f, func(w *tabwriter.Writer) { writeForecast(w, &f) })
		},
	}
}

func writeForecast(w *tabwriter.Writer, f *api.Forecast) {
	if f.Finish == nil {
		fmt.Fprintf(w, "%s is %s\n", f.ID, f.State)
		return
	}
	fmt.Fprintf(w, "%s is %s, and expected at %s (p50) or %s (p95)", f.ID, f.State, clockOf(f.Finish.P50), clockOf(f.Finish.P95))
	if !f.Due.IsZero() {
		slack := f.Due.Sub(f.Finish.P95)
		if slack < 0 {
			fmt.Fprintf(w, ": late by %s, as it is due at %s", shortDuration(-slack), clockOf(f.Due))
		} else {
			fmt.Fprintf(w, ": %s before it is due at %s", shortDuration(slack), clockOf(f.Due))
		}
	}
	fmt.Fprintln(w)
	if f.Blocked != "" {
		fmt.Fprintf(w, "It won't be done before somebody acts: %s has failed. The times are as if it were tried again now.\n", f.Blocked)
	}
	if first := &f.Steps[0]; first.State == store.Missing {
		fmt.Fprintf(w, "%s is missing. The times are as if it came now.\n", first.ID)
	}
	if f.Finish.Unknown > 0 {
		fmt.Fprintf(w, "That is at the earliest: nothing is known of how long %d of the steps take.\n", f.Finish.Unknown)
	}
	fmt.Fprintln(w)
	row(w, "STATE", "ELAPSED", "P50", "P95", "OF", "DONE BY", "STEP")
	for i := range f.Steps {
		s := &f.Steps[i]
		elapsed, p50, p95 := "-", "-", "-"
		if s.Elapsed > 0 {
			elapsed = shortDuration(time.Duration(s.Elapsed))
		}
		if s.Count > 0 {
			p50, p95 = shortDuration(time.Duration(s.P50)), shortDuration(time.Duration(s.P95))
		}
		row(w, s.State, elapsed, p50, p95, s.Count, clockOf(s.Finish.P95), s.ID)
	}
}

func (a *app) statsVerb() remoteVerb {
	return remoteVerb{
		use: "stats [FAMILY]", short: "Tell how long the last tasks of a family took, or those of each",
		example: "stats WordCount",
		args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("stats takes one family, such as WordCount, or none")
			}
			return nil
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			family := ""
			if len(args) == 1 {
				family = args[0]
			}
			found, err := remote.Statistics(ctx, family)
			if err != nil {
				return err
			}
			return out.write(api.Statistics{Families: found}, func(w *tabwriter.Writer) { writeStatistics(w, found) })
		},
	}
}

func writeStatistics(w *tabwriter.Writer, found []api.Statistic) {
	if len(found) == 0 {
		fmt.Fprintln(w, "none")
		return
	}
	row(w, "FAMILY", "COUNT", "P50", "P95", "MAX", "FAILED", "LAST")
	for i := range found {
		s := &found[i]
		last, p50, p95, most := "-", "-", "-", "-"
		if s.Count > 0 {
			last = s.Last.Local().Format(time.DateTime)
			p50, p95, most = shortDuration(time.Duration(s.P50)), shortDuration(time.Duration(s.P95)), shortDuration(time.Duration(s.Max))
		}
		row(w, s.Family, s.Count, p50, p95, most, fmt.Sprintf("%.0f%%", 100*s.FailureRate), last)
	}
}

func (a *app) acceptVerb() remoteVerb {
	var note string
	return remoteVerb{
		use: "accept TASK", short: "Let the next output of a task appear whatever its checks say", args: oneTask,
		long: "Let the next output of a task appear whatever its checks say, once: the checks count again when it\n" +
			"is done, or after a week. A task that has failed starts again.",
		example: "accept 'WordCount(date-interval=2014-06)' --note 'a bank holiday'",
		flags:   noteFlag(&note),
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			id := a.taskID(args[0])
			found, err := remote.Explain(ctx, id)
			if err != nil {
				return err
			}
			if err := remote.Accept(ctx, id, note); err != nil {
				return err
			}
			done := change{Task: id, Change: "accept"}
			if found.Task.State != store.Failed && found.Task.State != store.Disabled {
				return out.tell(done, "its output is accepted, whenever it is made")
			}
			if err := remote.Forgive(ctx, id, ""); err != nil {
				return err
			}
			return out.tell(done, "its output is accepted, and it starts again")
		},
	}
}
