package cli

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/calendar"
	"github.com/gomr/gomr/orchestrate/trigger"
)

// nextOptions say which times to preview.
type nextOptions struct {
	zone, period, after string
	n                   int
}

func (a *app) scheduleNextCommand() *cobra.Command {
	o := nextOptions{}
	out := &remoteOutput{app: a}
	cmd := &cobra.Command{
		Use:   "next TIME",
		Short: "Tell when a time is due next, and for which label; no server is asked",
		Long: "Tell when a time is due next, and for which label. A time is @daily and the like, five fields of cron, @every 15m,\n" +
			"or a repeating interval of ISO 8601, such as R/2026-01-31/P1M. No server is asked.",
		Example: "  " + a.name + " schedule next '30 2 * * *' --zone Europe/Berlin --after 2026-10-24",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return usagef("next takes a time, in quotes: schedule next '0 3 * * *'")
		},
		RunE: func(_ *cobra.Command, args []string) error {
			due, err := o.preview(args[0], time.Now())
			if err != nil {
				return &UsageError{err}
			}
			return out.write(map[string]any{"next": due}, func(w *tabwriter.Writer) {
				writeNext(w, due, o.zone)
			})
		},
		DisableFlagsInUseLine: true,
	}
	cmd.Flags().StringVar(&o.zone, "zone", "UTC", "time `zone`, such as Europe/Berlin")
	cmd.Flags().StringVar(&o.period, "period", "", "what a label is: minute, 15 minutes, hour, day, week, month or year (default: as the time has it)")
	cmd.Flags().StringVar(&o.after, "after", "", "only times after this `time`, such as 2026-10-24 (default: now)")
	cmd.Flags().IntVarP(&o.n, "number", "n", 5, "how `many`")
	cmd.Flags().BoolVar(&out.json, "json", false, "write JSON")
	return cmd
}

// preview returns the next times.
func (o *nextOptions) preview(text string, after time.Time) ([]trigger.FireTime, error) {
	if o.n < 1 || o.n > 10_000 {
		return nil, usagef("-n is %d, and must be between 1 and 10000", o.n)
	}
	zone, err := time.LoadLocation(o.zone)
	if err != nil {
		return nil, fmt.Errorf("there is no time zone %q; write for example Europe/Berlin or UTC", o.zone)
	}
	spec, err := calendar.Parse(text, zone)
	if err != nil {
		return nil, err
	}
	period := spec.Period()
	if o.period != "" {
		if period, err = calendar.ParsePeriod(o.period); err != nil {
			return nil, err
		}
	}
	if o.after != "" {
		if after, err = calendar.ParseTime(o.after, zone); err != nil {
			return nil, err
		}
	}
	due := []trigger.FireTime{}
	for range o.n {
		if after = spec.Next(after); after.IsZero() {
			break
		}
		due = append(due, trigger.FireTime{At: after, Label: calendar.Last(period, after, zone).String()})
	}
	return due, nil
}
