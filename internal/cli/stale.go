package cli

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/fingerprint"
	"github.com/gomr/gomr/orchestrate/trash"
)

// What a run does about outputs that may be out of date.
const (
	ignoreStale = "ignore"
	warnStale   = "warn"
	rerunStale  = "rerun"
)

// upstreamStale is the kind of the reason that a task depends on one that may be out of date.
const upstreamStale fingerprint.ReasonKind = "upstream"

// staleness returns what may be out of date in a plan of [orchestrate.Config.Whole], by the IDs of the tasks. A task that
// depends on one that may be is so too.
func staleness(ctx context.Context, plan *orchestrate.Plan) map[string]fingerprint.Age {
	ages := map[string]fingerprint.Age{}
	var mu sync.Mutex
	var checks sync.WaitGroup
	slots := make(chan struct{}, maxChecks)
	for node := range plan.Nodes() {
		if node.Status != orchestrate.StatusComplete || orchestrate.IsExternal(node.Task) || orchestrate.IsWrapper(node.Task) {
			continue
		}
		slots <- struct{}{}
		checks.Go(func() {
			defer func() { <-slots }()
			age := fingerprint.Check(ctx, node.Task, node.Outputs(), thisProgram())
			if len(age.Reasons) == 0 {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			ages[node.ID] = age
		})
	}
	checks.Wait()
	for node := range plan.Nodes() { // each comes after all that it requires
		if _, known := ages[node.ID]; known || node.Status != orchestrate.StatusComplete {
			continue
		}
		for _, required := range node.Requires {
			if _, stale := ages[required.ID]; stale {
				ages[node.ID] = fingerprint.Age{Reasons: []fingerprint.Reason{{Kind: upstreamStale, Text: "it depends on " + required.ID}}}
				break
			}
		}
	}
	return ages
}

// An aged is a plan of [orchestrate.Config.Whole] with what may be out of date in it. Nil is that nobody has looked.
type aged struct {
	plan *orchestrate.Plan
	ages map[string]fingerprint.Age // by the IDs of the tasks
}

// planAged plans a task with all behind it, and looks at the outputs.
func (a *app) planAged(cmd *cobra.Command, flags *placeFlags, task orchestrate.Task) (old *aged, err error) {
	err = a.inPlace(cmd, flags, func(ctx context.Context, _ *place) error {
		plan, err := newPlan(ctx, true, task)
		if err == nil {
			old = &aged{plan, staleness(ctx, plan)}
		}
		return err
	})
	return old, err
}

func (p *aged) count() int {
	if p == nil {
		return 0
	}
	return len(p.ages)
}

// A staleTask is a task that may be out of date, as --json has it.
type staleTask struct {
	ID      string               `json:"id"`
	Reasons []fingerprint.Reason `json:"reasons"`
}

func (p *aged) document() []staleTask {
	tasks := []staleTask{}
	for node := range p.plan.Nodes() {
		if age, ok := p.ages[node.ID]; ok {
			tasks = append(tasks, staleTask{node.ID, age.Reasons})
		}
	}
	return tasks
}

// writeStale writes why tasks may be out of date, and returns how many lines it took.
func (a *app) writeStale(p *aged) (lines int) {
	if p == nil {
		return 0
	}
	for node := range p.plan.Nodes() {
		for _, reason := range p.ages[node.ID].Reasons {
			fmt.Fprintf(a.stdout, "%s may be out of date: %s\n", node.ID, reason.Text)
			lines++
		}
	}
	return lines
}

// outdated tells for each task of a plan whether it is to be made again: its inputs or parameters changed, or
// those of a task that it depends on. That the program changed is no reason: it may be a comment.
func outdated(plan *orchestrate.Plan, ages map[string]fingerprint.Age) []orchestrate.Task {
	again := map[string]bool{}
	var tasks []orchestrate.Task
	for node := range plan.Nodes() {
		age := ages[node.ID]
		if !age.Has(fingerprint.NewerInput) && !age.Has(fingerprint.OtherParams) &&
			!slices.ContainsFunc(node.Requires, func(r *orchestrate.Node) bool { return again[r.ID] }) {
			continue
		}
		again[node.ID] = true
		if !orchestrate.IsExternal(node.Task) && !orchestrate.IsWrapper(node.Task) {
			tasks = append(tasks, node.Task)
		}
	}
	return tasks
}

// attendToStale does before a run what --stale says.
func (a *app) attendToStale(cmd *cobra.Command, flags *runFlags, task orchestrate.Task) error {
	if flags.stale == ignoreStale || flags.stale == "" {
		return nil
	}
	return a.inPlace(cmd, &flags.place, func(ctx context.Context, place *place) error {
		plan, err := newPlan(ctx, true, task)
		if err != nil {
			return err
		}
		ages := staleness(ctx, plan)
		if flags.stale == warnStale {
			a.warnOfStale(plan, ages)
			return nil
		}
		c := &clearing{app: a, place: place, url: flags.shared.server, flags: &clearFlags{keep: dayDuration(trash.DefaultKeep), note: "out of date"}}
		return c.clearStale(ctx, outdated(plan, ages))
	})
}

func (a *app) warnOfStale(plan *orchestrate.Plan, ages map[string]fingerprint.Age) {
	for node := range plan.Nodes() {
		for _, reason := range ages[node.ID].Reasons {
			fmt.Fprintf(a.stderr, "gomr: %s may be out of date: %s\n", node.ID, reason.Text)
		}
	}
}

// clearStale moves outputs that are out of date to the trash.
func (c *clearing) clearStale(ctx context.Context, tasks []orchestrate.Task) (err error) {
	for _, task := range tasks {
		if err := c.add(task, ""); err != nil {
			return err
		}
	}
	if len(c.tasks) == 0 {
		return nil
	}
	if c.url != "" {
		if c.remote, err = c.connect(&serverFlags{c.url}); err != nil {
			return err
		}
		defer c.remote.Close()
		if err := c.addFromServer(ctx, false); err != nil {
			return err
		}
	}
	if err := c.measure(); err != nil {
		return err
	}
	id, err := c.do(ctx)
	if err == nil && id != "" {
		fmt.Fprintf(c.stderr, "gomr: %s out of date moved to the trash; '%s undo %s' brings the outputs back\n", countOf(len(c.tasks), "task"), c.name, id)
	}
	return err
}

// age returns how up to date the output of a complete task is; nil where there is nothing to be said.
func age(ctx context.Context, node *orchestrate.Node) *fingerprint.Age {
	if node.Status != orchestrate.StatusComplete || orchestrate.IsExternal(node.Task) || orchestrate.IsWrapper(node.Task) {
		return nil
	}
	found := fingerprint.Check(ctx, node.Task, node.Outputs(), thisProgram())
	return &found
}

// writeAge writes what is known of the age of an output.
func (a *app) writeAge(id string, found *fingerprint.Age) {
	if found == nil || found.Made.IsZero() {
		return
	}
	fmt.Fprintf(a.stdout, "  made at %s\n", found.Made.UTC().Format(time.RFC3339))
	for _, reason := range found.Reasons {
		fmt.Fprintf(a.stdout, "  %s\n", reason.Text)
	}
	if len(found.Reasons) > 0 {
		fmt.Fprintf(a.stdout, "  to make it again: %s clear %s, then run it\n", a.name, shellQuote(id))
	}
}
