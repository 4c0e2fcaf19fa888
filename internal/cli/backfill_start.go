package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/trash"
)

// backfillFlags say what is to be run, and how.
type backfillFlags struct {
	place  placeFlags
	server serverFlags

	labels               []string
	labelParam           string
	missing, failed, all bool
	downstream           bool
	keep                 dayDuration
	order                string
	cap, priority        int
	request              string

	yes, dryRun, watch, json bool
}

// clears reports whether outputs that exist are made again.
func (f *backfillFlags) clears() bool { return f.all || f.downstream }

// defaultCap is how many labels are under way where nobody says otherwise.
const defaultCap = 10

// The orders in which labels are launched.
const (
	oldest = "oldest"
	newest = "newest"
)

func (f *backfillFlags) add(set *pflag.FlagSet, a *app) {
	set.StringSliceVar(&f.labels, "labels", nil, "`values` of the parameter, such as 2014-06-01,2014-06-15, in place of a row of them")
	set.StringVar(&f.labelParam, "label-param", "", "the `parameter` whose values --labels are (default the only date or interval)")
	set.BoolVar(&f.missing, "missing", false, "run labels whose output does not exist (the default)")
	set.BoolVar(&f.failed, "failed", false, "run those of them only whose task has failed on the server, or one that it requires")
	set.BoolVar(&f.all, "all", false, "run all labels: an output that exists goes to the trash when it is the label's turn")
	set.BoolVar(&f.downstream, "downstream", false, "also make the outputs again that depend on the labels, as far as the server knows")
	f.keep = dayDuration(trash.DefaultKeep)
	set.Var(&f.keep, "keep-for", "how long the outputs stay in the trash")
	addChoice(set, &f.order, "order", "which labels of a row are launched first", oldest, newest)
	set.IntVar(&f.cap, "cap", defaultCap, "how `many` labels are under way at most")
	set.IntVar(&f.priority, "priority", 0, "is added to that of each task; a `number` below zero lets others pass")
	set.StringVar(&f.request, "request", "", "`name` of the request: made again under that name, it changes nothing")
	set.BoolVarP(&f.yes, "yes", "y", false, "do not ask before outputs that exist are made again")
	set.BoolVar(&f.dryRun, "dry-run", false, "tell what would be run, and start nothing")
	set.BoolVar(&f.watch, "watch", false, "go on until the backfill is over, as 'show --watch' does")
	set.BoolVar(&f.json, "json", false, "write JSON")
	f.place.add(set)
	f.server.addTo(set, a)
}

func (f *backfillFlags) check(cmd *cobra.Command) error {
	chosen := 0
	for _, given := range []bool{f.missing, f.failed, f.all} {
		if given {
			chosen++
		}
	}
	switch {
	case chosen > 1:
		return usagef("--missing, --failed and --all: choose one of them")
	case f.cap < 1:
		return usagef("--cap is %d, and must be at least 1", f.cap)
	case f.labels == nil && f.labelParam != "":
		return usagef("--label-param is for --labels")
	case f.labels != nil && cmd.Flags().Changed("order"):
		return usagef("--order is for a row of values; --labels are launched as they stand there")
	case cmd.Flags().Changed("keep-for") && !f.clears():
		return usagef("--keep-for is for --all and --downstream")
	case f.dryRun && f.watch:
		return usagef("--dry-run starts nothing that --watch could show")
	}
	return nil
}

func (a *app) backfillStartCommand() *cobra.Command {
	var flags backfillFlags
	cmd := &cobra.Command{
		Use:   "start TASK",
		Short: "Start a backfill: plan it here, and have a server run it",
		Long: "Start a backfill. One parameter of the task has a row of values, from a first one to a last one, which is part\n" +
			"of it: --date 2014-06-01..2014-06-30, --date-interval 2014-W01..2014-W26, --hour 2014-06-01T00..2014-06-01T18/6\n" +
			"for every sixth. Or --labels lists the values. The outputs of all are looked for here, at once; the server\n" +
			"launches those that are to be run, and workers plan and run the task of each and what it requires.\n\n" +
			"With --all, outputs that exist are made again, and with --downstream those that depend on them. When it is a\n" +
			"label's turn, a worker moves its outputs to the trash, from which 'undo' brings them back.",
		Example: "  " + a.name + " backfill start WordCount --date-interval 2014-06-01..2014-06-30 --dry-run",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				if _, err := a.registry.Lookup(args[0]); err != nil {
					return &UsageError{err}
				}
				return usagef("%s must stand before --", args[0])
			}
			return usagef("%s a backfill of what? Name a task%s", cmd.Name(), a.someFamilies())
		},
		Annotations:           map[string]string{followedBy: aTask},
		DisableFlagsInUseLine: true,
	}
	cmd.PersistentFlags().SortFlags = false
	cmd.Flags().SortFlags = false
	flags.add(cmd.PersistentFlags(), a)
	completeChoices(cmd, cmd.PersistentFlags())
	for _, family := range a.registry.Families() {
		if family.BuiltIn {
			continue // a backfill is a range itself
		}
		sub := a.familyCommand(family, func(cmd *cobra.Command, given []string) error {
			return a.startBackfill(cmd, &flags, family.Name, given)
		})
		keepHidden(sub, cmd.PersistentFlags())
		cmd.AddCommand(sub)
	}
	return cmd
}

// keepHidden has flags that the parameters of a task hide begin with backfill-, so that these may have any name.
func keepHidden(cmd *cobra.Command, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if cmd.Flags().Lookup(f.Name) != nil {
			renamed := *f
			renamed.Name = "backfill-" + f.Name
			cmd.Flags().AddFlag(&renamed)
		}
	})
}

// startBackfill plans a backfill, and starts it.
func (a *app) startBackfill(cmd *cobra.Command, flags *backfillFlags, family string, given []string) error {
	if err := flags.check(cmd); err != nil {
		return err
	}
	partitions, err := a.partitions(flags, family, given)
	if err != nil {
		return err
	}
	remote, err := a.connect(&flags.server)
	if err != nil {
		return err
	}
	defer remote.Close()
	survey, err := a.surveyBackfill(cmd, flags, remote, partitions)
	if err != nil {
		return err
	}
	out := &remoteOutput{app: a, json: flags.json}
	if flags.dryRun || len(survey.chosen) == 0 {
		return out.writeSurvey(survey)
	}
	if err := a.confirmBackfill(cmd.Context(), flags, out, survey); err != nil {
		return err
	}
	status, err := a.submitBackfill(cmd.Context(), flags, remote, survey)
	if err != nil {
		return err
	}
	if flags.watch {
		return out.watchBackfill(cmd.Context(), remote, status.ID, false)
	}
	return out.write(api.BackfillOf(&status), func(w *tabwriter.Writer) {
		fmt.Fprintf(w, "backfill %d of %s: %d labels, at most %d under way\n", status.ID, backfillTask(&status), status.Labels, status.Cap)
	})
}

func (a *app) partitions(flags *backfillFlags, family string, given []string) (partitions *orchestrate.Partitions, err error) {
	if flags.labels != nil {
		partitions, err = a.registry.PartitionsOf(family, given, flags.labelParam, flags.labels)
	} else {
		partitions, err = a.registry.Partitions(family, given)
	}
	if err != nil {
		return nil, &UsageError{err}
	}
	if first := partitions.Tasks[0]; flags.clears() && orchestrate.IsExternal(first) {
		return nil, notCleared(orchestrate.ID(first))
	}
	return partitions, nil
}

// A backfillSurvey tells how far the labels of a backfill are before it is started.
type backfillSurvey struct {
	*orchestrate.Partitions

	complete []bool                 // the outputs that exist
	states   map[string]store.State // of tasks that have failed on the server or are under way there, by ID
	chosen   []string               // labels that are to be run, in the order in which they are launched

	clears     bool     // outputs that exist are made again
	again      int      // labels that are chosen though they are complete
	downstream []string // IDs of the tasks that depend on those that are chosen and are done
}

// underWay are the states of tasks that somebody has asked for and that will run, or do.
var underWay = []store.State{store.Pending, store.Running, store.Suspended, store.Retrying}

// surveyBackfill looks for all outputs, and asks the server for the tasks.
func (a *app) surveyBackfill(cmd *cobra.Command, flags *backfillFlags, remote *client.Client, partitions *orchestrate.Partitions) (*backfillSurvey, error) {
	s := &backfillSurvey{Partitions: partitions, states: map[string]store.State{}}
	err := a.inPlace(cmd, &flags.place, func(ctx context.Context, _ *place) (err error) {
		if s.complete, err = orchestrate.Complete(ctx, orchestrate.Config{Exists: existsAll}, partitions.Tasks...); err != nil {
			return &planError{err}
		}
		return s.askServer(ctx, remote)
	})
	if err != nil {
		return nil, err
	}
	return s, a.choose(cmd.Context(), flags, remote, s)
}

// askServer asks how far the server is with the tasks.
func (s *backfillSurvey) askServer(ctx context.Context, remote *client.Client) error {
	filter := scheduler.TaskFilter{
		Family: s.Family, Limit: scheduler.MaxPage, States: append([]store.State{store.Failed, store.Disabled}, underWay...),
	}
	for {
		page, err := remote.Tasks(ctx, filter)
		if err != nil {
			return err
		}
		for _, t := range page.Tasks {
			s.states[t.ID] = t.State
		}
		if filter.After = page.Next; page.Next == 0 {
			return s.findStuck(ctx, remote)
		}
	}
}

// mostExplained bounds of how many tasks that wait it is asked why.
const mostExplained = 1000

// findStuck finds tasks that wait for one that won't be done: these have failed, as far as anybody can see.
func (s *backfillSurvey) findStuck(ctx context.Context, remote *client.Client) error {
	asked := 0
	for i, task := range s.Tasks {
		id := orchestrate.ID(task)
		if s.complete[i] || s.states[id] != store.Pending || asked == mostExplained {
			continue
		}
		asked++
		explanation, err := remote.Explain(ctx, id)
		if err != nil {
			return err
		}
		for _, reason := range explanation.Reasons {
			if reason.Kind == scheduler.BlockedByTask {
				s.states[id] = store.Failed
			}
		}
	}
	return nil
}

// choose chooses the labels that are to be run, and finds what is made again with them.
func (a *app) choose(ctx context.Context, flags *backfillFlags, remote *client.Client, s *backfillSurvey) error {
	s.clears = flags.clears()
	var chosen []orchestrate.Task
	for i, task := range s.Tasks {
		state := s.states[orchestrate.ID(task)]
		switch {
		case s.complete[i] && !flags.all:
		case flags.failed && state != store.Failed && state != store.Disabled:
		default:
			s.chosen, chosen = append(s.chosen, s.Labels[i]), append(chosen, task)
			if s.complete[i] {
				s.again++
			}
		}
	}
	if flags.order == newest {
		slices.Reverse(s.chosen)
	}
	if !s.clears {
		return nil
	}
	return a.findAgain(ctx, flags, remote, s, chosen)
}

// count returns how many labels are complete, have failed and are under way.
func (s *backfillSurvey) count() (complete, failed, running int) {
	for i, task := range s.Tasks {
		state := s.states[orchestrate.ID(task)]
		switch {
		case s.complete[i]:
			complete++
		case state == store.Failed || state == store.Disabled:
			failed++
		case slices.Contains(underWay, state):
			running++
		}
	}
	return complete, failed, running
}

// document returns what others are told.
func (s *backfillSurvey) document() *backfill.Survey {
	complete, failed, running := s.count()
	return &backfill.Survey{
		Family: s.Family, Flags: s.Flags, Param: s.Param, Labels: len(s.Labels), Complete: complete, Failed: failed, UnderWay: running,
		ToRun: append([]string{}, s.chosen...), Again: s.again, Downstream: s.downstream,
	}
}

func (o *remoteOutput) writeSurvey(s *backfillSurvey) error {
	document := s.document()
	return o.write(document, func(w *tabwriter.Writer) {
		fmt.Fprintf(w, "%s: %d labels of --%s, %s\n", strings.Join(append([]string{s.Family}, s.Flags...), " "), len(s.Labels), s.Param, labelsOf(s.Labels[0], s.Labels[len(s.Labels)-1]))
		row(w, "  complete", document.Complete)
		row(w, "  failed", document.Failed)
		row(w, "  under way", document.UnderWay)
		row(w, "  to run", len(s.chosen), someLabels(s.chosen))
		if s.clears {
			row(w, "  again", s.again, "of them: outputs that go to the trash, each when it is its turn")
			row(w, "  downstream", len(s.downstream), someTasks(s.downstream))
		}
		if len(s.chosen) == 0 {
			fmt.Fprintln(w, "nothing to do")
		}
	})
}

// someLabels names labels where they are few, and else the first and the last ones.
func someLabels(labels []string) string {
	const most = 7
	if len(labels) <= most {
		return strings.Join(labels, " ")
	}
	return strings.Join(labels[:most-2], " ") + " … " + labels[len(labels)-1]
}

// someTasks names the first and the last of some tasks.
func someTasks(ids []string) string {
	switch len(ids) {
	case 0:
		return ""
	case 1:
		return ids[0]
	}
	return ids[0] + " … " + ids[len(ids)-1]
}

// submitBackfill starts the backfill on the server, and bears with one that is starting.
func (a *app) submitBackfill(ctx context.Context, flags *backfillFlags, remote *client.Client, s *backfillSurvey) (status backfill.Status, err error) {
	d := &backfill.Definition{
		Request: flags.request, Program: readVersion().Program, Family: s.Family, Flags: s.Flags, Param: s.Param, Labels: s.chosen,
		Cap: flags.cap, Priority: flags.priority, All: flags.all, Downstream: flags.downstream,
	}
	if flags.clears() {
		d.Keep = max(time.Duration(flags.keep), time.Second) // zero is as long as ever
	}
	if d.Request == "" {
		d.Request = rand.Text() // so that it can be made again where the answer got lost
	}
	ctx, cancel := context.WithTimeout(ctx, submitPatience)
	defer cancel()
	err = insist(ctx, func() (err error) {
		status, err = remote.StartBackfill(ctx, d)
		return err
	})
	return status, err
}
