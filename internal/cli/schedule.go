package cli

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	_ "time/tzdata" // schedules have time zones, also where the machine has no list of them

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/trigger"
)

func (a *app) scheduleCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "schedule COMMAND",
		GroupID: groupServer,
		Short:   "Have a server ask for tasks at times, and when data is there",
		Long: "Have a server ask for tasks at times, and when data is there. Schedules are written in a file, which\n" +
			"'schedule apply' makes those of the server; they fire by themselves then, whoever is logged in.",
		Example: "  " + a.name + " schedule apply schedules.toml",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownVerb(cmd, args[0])
		},
		DisableFlagsInUseLine: true,
	}
	for _, v := range []remoteVerb{
		a.scheduleApplyVerb(), a.scheduleListVerb(), a.scheduleShowVerb(), a.scheduleRunVerb(),
		a.schedulePauseVerb(), a.scheduleResumeVerb(), a.scheduleRemoveVerb(),
	} {
		sub := a.remoteCommand(v)
		sub.GroupID = ""
		cmd.AddCommand(sub)
	}
	cmd.AddCommand(a.scheduleNextCommand())
	return cmd
}

// oneSchedule takes the name of a schedule as the argument of a verb.
func oneSchedule(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return usagef("%s which schedule? Name one as 'schedule ls' does", cmd.Name())
}

func (a *app) scheduleListVerb() remoteVerb {
	return remoteVerb{
		use: "ls", short: "List the schedules of a server", args: NoArgs,
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, _ []string) error {
			all, err := remote.Schedules(ctx)
			if err != nil {
				return err
			}
			return out.write(api.Schedules{Schedules: all}, func(w *tabwriter.Writer) {
				if len(all) == 0 {
					fmt.Fprintln(w, "none: '"+a.name+" schedule apply FILE' adds those of a file")
					return
				}
				row(w, "NAME", "TIME", "ZONE", "NEXT", "LAST", "STATE", "")
				for i := range all {
					s := &all[i]
					last, state, note := lastFiring(s)
					row(w, s.Schedule.Name, s.Schedule.Time, s.Zone, nextTime(s), last, state, note)
				}
			})
		},
	}
}

// nextTime tells when a schedule is due next.
func nextTime(s *trigger.ScheduleStatus) string {
	switch {
	case s.Paused:
		return "paused by " + cmp.Or(s.PausedBy, "its file")
	case len(s.Next) == 0:
		return "never"
	}
	return inZone(s.Next[0].At, s.Zone).Format(clockForm)
}

// clockForm shows times with the name of the offset, for some clock times exist twice.
const clockForm = "2006-01-02 15:04 MST"

// inZone returns a time as a clock in a zone shows it; what has come over the wire knows the offset alone.
func inZone(t time.Time, zone string) time.Time {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return t
	}
	return t.In(location)
}

func lastFiring(s *trigger.ScheduleStatus) (label, state, note string) {
	if len(s.Firings) == 0 {
		return "-", "-", firstLine(s.Problem)
	}
	f := &s.Firings[0]
	return f.Label, firingState(f), firstLine(cmp.Or(s.Problem, f.Waits, f.Note))
}

// firingState tells how far a firing is, and for how long it has waited.
func firingState(f *trigger.FiringStatus) string {
	if f.State == trigger.Waiting {
		return "waiting " + since(f.Since)
	}
	return string(f.State)
}

func (a *app) scheduleShowVerb() remoteVerb {
	return remoteVerb{
		use: "show NAME", short: "Show a schedule, its last labels and its next times", args: oneSchedule,
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			s, err := remote.Schedule(ctx, args[0])
			if err != nil {
				return err
			}
			return out.write(&s, func(w *tabwriter.Writer) {
				writeSchedule(w, &s)
				fmt.Fprintln(w)
				writeNext(w, s.Next, s.Zone)
				fmt.Fprintln(w)
				writeFirings(w, s.Firings)
			})
		},
	}
}

// writeSchedule writes what a schedule says.
func writeSchedule(w *tabwriter.Writer, s *trigger.ScheduleStatus) {
	d := &s.Schedule
	row(w, "task:", strings.Join(d.Task, " ")+" of "+d.Program)
	row(w, "time:", fmt.Sprintf("%s in %s: %s, for each %s", d.Time, s.Zone, s.Words, s.Period))
	row(w, "rules:", fmt.Sprintf("catch_up %s, mode %s", cmp.Or(d.CatchUp, trigger.CatchUpLatest), cmp.Or(d.Mode, trigger.Pipeline)))
	for _, c := range d.Data {
		row(w, "data:", conditionText(&c))
	}
	row(w, "applied:", s.Applied.Local().Format(clockForm)+" by "+cmp.Or(s.By, "somebody"))
	if s.Paused {
		row(w, "paused:", "by "+cmp.Or(s.PausedBy, "its file"))
	}
	if s.Problem != "" {
		row(w, "problem:", firstLine(s.Problem))
	}
}

func conditionText(c *trigger.Condition) string {
	text := strings.Join(c.Paths, ", ")
	if c.Success {
		text += ", each with _SUCCESS"
	}
	if c.AtLeast > 0 {
		text += fmt.Sprintf(", at least %d", c.AtLeast)
	}
	return text
}

// writeNext writes the next times in the zone and in UTC.
func writeNext(w *tabwriter.Writer, next []trigger.FireTime, zone string) {
	if len(next) == 0 {
		fmt.Fprintln(w, "it is never due")
		return
	}
	row(w, "NEXT", "IN UTC", "FOR")
	for _, due := range next {
		row(w, inZone(due.At, zone).Format(clockForm), due.At.UTC().Format("2006-01-02 15:04"), due.Label)
	}
}

func writeFirings(w *tabwriter.Writer, firings []trigger.FiringStatus) {
	if len(firings) == 0 {
		fmt.Fprintln(w, "it has not fired yet")
		return
	}
	row(w, "LABEL", "STATE", "FIRED", "TOOK", "RUN", "")
	for i := range firings {
		f := &firings[i]
		took, run := "-", "-"
		if !f.Ended.IsZero() {
			took = shortDuration(f.Ended.Sub(f.Fired).Round(time.Second))
		}
		if f.Run != 0 {
			run = strconv.FormatInt(f.Run, 10)
		}
		note := cmp.Or(f.Waits, f.Note)
		if f.By != "" {
			note = strings.TrimSpace("by " + f.By + "  " + note)
		}
		row(w, f.Label, firingState(f), f.Fired.Local().Format(time.DateTime), took, run, firstLine(note))
	}
}

func (a *app) scheduleRunVerb() remoteVerb {
	var label string
	return remoteVerb{
		use: "run NAME", short: "Launch a label now, whatever its data is; the times stay as they are", args: oneSchedule,
		example: "schedule run report --label 2026-11-25",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&label, "label", "", "`label` to launch, such as 2026-11-25 (default: the last that has passed)")
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			firing, err := remote.RunSchedule(ctx, args[0], label)
			if err != nil {
				return err
			}
			return out.write(&firing, func(w *tabwriter.Writer) {
				fmt.Fprintf(w, "%s is %s: '%s schedule show %s' tells how far it is\n", firing.Label, launchedOr(firing.State), a.name, args[0])
			})
		},
	}
}

func launchedOr(state trigger.State) string {
	if state == trigger.Waiting {
		return "launched"
	}
	return string(state) + " already"
}

func (a *app) schedulePauseVerb() remoteVerb {
	return a.scheduleSteerVerb("pause NAME", "Have a schedule fire no more, and launch nothing that waits", (*client.Client).PauseSchedule, "is paused")
}

func (a *app) scheduleResumeVerb() remoteVerb {
	return a.scheduleSteerVerb("resume NAME", "Let a schedule go on; catch_up says what becomes of the times meanwhile", (*client.Client).ResumeSchedule, "goes on")
}

func (a *app) scheduleRemoveVerb() remoteVerb {
	return a.scheduleSteerVerb("rm NAME", "Remove a schedule; what it has launched goes on", (*client.Client).RemoveSchedule, "is removed")
}

func (a *app) scheduleSteerVerb(use, short string, do func(remote *client.Client, ctx context.Context, name, note string) error, became string) remoteVerb {
	var note string
	return remoteVerb{
		use: use, short: short, args: oneSchedule,
		flags: noteFlag(&note),
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			if err := do(remote, ctx, args[0], note); err != nil {
				return err
			}
			verb, _, _ := strings.Cut(use, " ")
			return out.tell(change{Schedule: args[0], Change: verb}, args[0]+" "+became)
		},
	}
}
