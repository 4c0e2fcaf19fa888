package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
)

func (a *app) planVerb() taskVerb {
	var place placeFlags
	var asJSON, all, stale bool
	return taskVerb{
		name: "plan", group: groupLook,
		short:   "Show what a run would do, and why",
		long:    "Show which tasks a run of the task would run, and why. Nothing is run.",
		example: "plan WordCount --date-interval 2014-06",
		flags: func(set *pflag.FlagSet) {
			place.add(set)
			set.BoolVarP(&all, "all", "a", false, "show the complete tasks too")
			set.BoolVar(&stale, "stale", false, "look at all outputs, and show what may be out of date")
			set.BoolVar(&asJSON, "json", false, "write JSON")
		},
		do: func(cmd *cobra.Command, task orchestrate.Task) error {
			plan, err := a.plan(cmd, &place, task)
			if err != nil {
				return err
			}
			var old *aged
			if stale {
				if old, err = a.planAged(cmd, &place, task); err != nil {
					return err
				}
			}
			if asJSON {
				return a.writePlanJSON(plan, old)
			}
			return a.writePlan(plan, old, all)
		},
	}
}

// plan makes the plan of a task.
func (a *app) plan(cmd *cobra.Command, flags *placeFlags, task orchestrate.Task) (plan *orchestrate.Plan, err error) {
	err = a.inPlace(cmd, flags, func(ctx context.Context, place *place) (err error) {
		plan, err = a.planOrNote(ctx, place, task)
		return err
	})
	return plan, err
}

// planOrNote makes the plan of a task. Where the inputs are missing, it says what may be wrong with the place.
func (a *app) planOrNote(ctx context.Context, place *place, task orchestrate.Task) (*orchestrate.Plan, error) {
	plan, err := newPlan(ctx, false, task)
	if err == nil && plan.Count(orchestrate.StatusMissingExternal) > 0 && place.note != "" {
		fmt.Fprintf(a.stderr, "gomr: %s\n", place.note)
	}
	return plan, err
}

// writePlan writes a line for every task that is not complete, or for all of them.
func (a *app) writePlan(plan *orchestrate.Plan, old *aged, all bool) error {
	shown := a.writeStale(old)
	for node := range plan.Nodes() {
		if node.Status == orchestrate.StatusComplete && !all {
			continue
		}
		reason, err := plan.Why(node.Task)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "%s %s\n", reason.ID, reason.Text)
		shown++
	}
	if shown > 0 {
		fmt.Fprintln(a.stdout)
	}
	total := planTotal(plan)
	if shown := old.count(); shown > 0 {
		total += fmt.Sprintf("; %d may be out of date", shown)
	}
	_, err := fmt.Fprintln(a.stdout, total)
	return err
}

// planned are the statuses that a plan has, in the order in which the total names them.
var planned = []orchestrate.Status{
	orchestrate.StatusWillRun, orchestrate.StatusComplete,
	orchestrate.StatusMissingExternal, orchestrate.StatusUpstreamMissing,
}

func planTotal(plan *orchestrate.Plan) string {
	var parts []string
	total := 0
	for _, status := range planned {
		if n := plan.Count(status); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
			total += n
		}
	}
	noun := "tasks"
	if total == 1 {
		noun = "task"
	}
	text := fmt.Sprintf("%d %s: %s", total, noun, strings.Join(parts, ", "))
	if plan.Count(orchestrate.StatusComplete) == total {
		text += "; nothing to do"
	}
	return text
}

// A plannedTask is a task in the JSON of plan.
type plannedTask struct {
	ID       string             `json:"id"`
	Status   orchestrate.Status `json:"status"`
	Reason   string             `json:"reason"`
	Missing  []string           `json:"missing"`  // targets of the output that don't exist
	Requires []string           `json:"requires"` // ids
}

func (a *app) writePlanJSON(plan *orchestrate.Plan, old *aged) error {
	tasks := []plannedTask{}
	for node := range plan.Nodes() {
		reason, err := plan.Why(node.Task)
		if err != nil {
			return err
		}
		task := plannedTask{ID: node.ID, Status: node.Status, Reason: reason.Text, Missing: []string{}, Requires: []string{}}
		for _, target := range node.Missing {
			task.Missing = append(task.Missing, target.String())
		}
		for _, required := range node.Requires {
			task.Requires = append(task.Requires, required.ID)
		}
		tasks = append(tasks, task)
	}
	document := map[string]any{"tasks": tasks}
	if old != nil {
		document["stale"] = old.document()
	}
	return writeJSON(a.stdout, document)
}
