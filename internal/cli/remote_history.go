package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/store"
)

// historyFlags say which attempts are listed.
type historyFlags struct {
	query        store.AttemptQuery
	search       string
	outcome      string
	since, until string
}

// anyOutcome is the choice that leaves the outcome open.
const anyOutcome = "any"

// outcomes are those of attempts, each as one word.
var outcomes = []string{anyOutcome, "succeeded", "failed", "timed-out", "lost", "interrupted", "killed", "running"}

func (a *app) historyVerb() remoteVerb {
	f := historyFlags{query: store.AttemptQuery{Limit: 20}}
	return remoteVerb{
		use: "history [TASK]", short: "List the attempts at a task, or at all, the newest first",
		long: "List the attempts at a task, or at all, the newest first.\n\n" +
			"--since and --until take a day such as 2014-06-01, a time such as 2014-06-01T05:30, both of this machine's\n" +
			"zone unless it stands behind, or how long ago it was, such as 36h or 7d.",
		example: "history --since 2014-06-01 --until 2014-06-02 --outcome failed",
		args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("history takes one task, in quotes, or none")
			}
			return nil
		},
		flags: f.add,
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			if err := f.read(time.Now()); err != nil {
				return err
			}
			if len(args) == 1 {
				explanation, err := remote.Explain(ctx, a.taskID(args[0]))
				if err != nil {
					return err
				}
				f.query.Task = explanation.Task.Key
			}
			attempts, err := remote.SearchAttempts(ctx, f.query, f.search)
			if err != nil {
				return err
			}
			var ids map[int64]string // of the tasks, where they differ
			if len(args) == 0 && !out.json {
				if ids, err = taskIDs(ctx, remote, attempts); err != nil {
					return err
				}
			}
			if err := out.writeAttempts(attempts, ids); err != nil {
				return err
			}
			if n := len(attempts); n > 0 && n == f.query.Limit && !out.json {
				fmt.Fprintf(out.stderr, "there may be older ones: --before %d\n", attempts[n-1].Fence)
			}
			return nil
		},
	}
}

func (f *historyFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.since, "since", "", "only those that started at that `time` or later")
	flags.StringVar(&f.until, "until", "", "only those that started before that `time`")
	addChoice(flags, &f.outcome, "outcome", "only those that ended so", outcomes...)
	flags.StringVar(&f.query.Family, "family", "", "only at tasks of this `family`")
	flags.StringVar(&f.search, "search", "", "only at tasks whose ID has this `text`")
	flags.StringVar(&f.query.Worker, "worker", "", "only those of this `worker`")
	flags.IntVar(&f.query.Limit, "limit", f.query.Limit, "at most so `many`")
	flags.Int64Var(&f.query.Before, "before", 0, "only those before the attempt of that `number`")
}

// read makes the query of what was given.
func (f *historyFlags) read(now time.Time) (err error) {
	switch f.outcome {
	case anyOutcome:
	case "running":
		f.query.Open = true
	case "timed-out":
		f.query.Outcome = store.TimedOut
	default:
		f.query.Outcome = store.Outcome(f.outcome)
	}
	if f.query.Since, err = parseMoment("since", f.since, now); err != nil {
		return err
	}
	f.query.Until, err = parseMoment("until", f.until, now)
	return err
}

// moments are the forms of a time, the longest first.
var moments = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

// parseMoment reads the time of a flag. None is the zero time.
func parseMoment(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, ok := clockTime(text); ok {
		return at, nil
	}
	if ago, err := orchestrate.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	return time.Time{}, usagef("--%s %s: want a day such as 2014-06-01, a time such as 2014-06-01T05:30, or how long ago it was, such as 36h or 7d", flag, text)
}

// clockTime reads a time as a clock of this machine's zone shows it, unless another one stands behind.
func clockTime(text string) (time.Time, bool) {
	for _, form := range moments {
		if at, err := time.ParseInLocation(form, text, time.Local); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
