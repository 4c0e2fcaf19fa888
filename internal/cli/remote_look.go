package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// unfinished are the states that ps shows where nobody asks for others.
var unfinished = []store.State{store.Pending, store.Running, store.Suspended, store.Retrying, store.Failed, store.Disabled, store.Missing}

func (a *app) psVerb() remoteVerb {
	var states []string
	var all bool
	filter := scheduler.TaskFilter{}
	return remoteVerb{
		use: "ps", short: "List the tasks of a server that are not done", args: NoArgs,
		example: "ps --state failed",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringSliceVar(&states, "state", nil, "only tasks in this `state`: pending, running, suspended, retrying, done, failed, disabled or missing")
			cmd.Flags().BoolVar(&all, "all", false, "those that are done, too")
			cmd.Flags().StringVar(&filter.Family, "family", "", "only tasks of this `family`")
			cmd.Flags().StringVar(&filter.Search, "search", "", "only tasks whose ID has this `text`")
			cmd.Flags().IntVar(&filter.Limit, "limit", 0, fmt.Sprintf("at most so `many` (default %d)", scheduler.DefaultPage))
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, _ []string) error {
			switch {
			case len(states) > 0:
				filter.States = statesOf(states)
			case !all:
				filter.States = unfinished
			}
			page, err := remote.Tasks(ctx, filter)
			if err != nil {
				return err
			}
			return out.writeTasks(page)
		},
	}
}

func statesOf(names []string) (states []store.State) {
	for _, name := range names {
		states = append(states, store.State(name))
	}
	return states
}

func (o *remoteOutput) writeTasks(page scheduler.TaskPage) error {
	document := api.Tasks{Tasks: []api.Task{}, Next: page.Next}
	for i := range page.Tasks {
		document.Tasks = append(document.Tasks, api.TaskOf(&page.Tasks[i]))
	}
	return o.write(document, func(w *tabwriter.Writer) {
		if len(page.Tasks) == 0 {
			fmt.Fprintln(w, "none")
			return
		}
		row(w, "STATE", "SINCE", "TASK", "")
		for _, t := range page.Tasks {
			row(w, t.State, since(t.Changed), t.ID, firstLine(t.Error))
		}
		if page.Next != 0 {
			fmt.Fprintln(w, "… and more: --limit, --family, --state and --search say which")
		}
	})
}

// taskIDs returns the IDs of the tasks of attempts, by key.
func taskIDs(ctx context.Context, remote *client.Client, attempts []store.Attempt) (map[int64]string, error) {
	ids := map[int64]string{}
	for _, t := range attempts {
		if ids[t.Task] != "" {
			continue
		}
		page, err := remote.Tasks(ctx, scheduler.TaskFilter{After: t.Task - 1, Limit: 1})
		if err != nil {
			return nil, err
		}
		for _, found := range page.Tasks {
			ids[found.Key] = found.ID
		}
	}
	return ids, nil
}

func (o *remoteOutput) writeAttempts(attempts []store.Attempt, ids map[int64]string) error {
	document := []api.Attempt{}
	for i := range attempts {
		document = append(document, api.AttemptOf(&attempts[i]))
	}
	return o.write(map[string]any{"attempts": document}, func(w *tabwriter.Writer) {
		if len(attempts) == 0 {
			fmt.Fprintln(w, "none")
			return
		}
		heading := []any{"ATTEMPT", "STARTED", "TOOK", "OUTCOME", "WORKER"}
		if ids != nil {
			heading = append(heading, "TASK")
		}
		row(w, heading...)
		for _, t := range attempts {
			took := since(t.Started)
			if !t.Ended.IsZero() {
				took = shortDuration(t.Ended.Sub(t.Started))
			}
			cells := []any{t.Fence, t.Started.Local().Format(time.DateTime), took, cmp.Or(string(t.Outcome), "under way"), t.Worker}
			if ids != nil {
				cells = append(cells, cmp.Or(ids[t.Task], "(forgotten)"))
			}
			row(w, append(cells, firstLine(t.Error))...)
		}
	})
}

func (a *app) workersVerb() remoteVerb {
	return remoteVerb{
		use: "workers", short: "List the workers of a server", args: NoArgs,
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, _ []string) error {
			workers, err := remote.Workers(ctx)
			if err != nil {
				return err
			}
			return out.write(api.WorkersOf(workers), func(w *tabwriter.Writer) {
				if len(workers) == 0 {
					fmt.Fprintln(w, "none: '"+a.name+" worker' starts one")
					return
				}
				row(w, "WORKER", "HOST", "SEEN", "CPU", "MEMORY", "DISK", "ATTEMPTS", "PROGRAMS")
				for _, worker := range workers {
					slices.Sort(worker.Programs)
					attempts := fmt.Sprintf("%d of %d", len(worker.Attempts), worker.Slots)
					if worker.Draining {
						attempts += ", takes no more"
					}
					cpu, memory, disk := loadCells((*api.Load)(worker.Load))
					row(w, worker.ID, worker.Host, since(worker.Seen)+" ago", cpu, memory, disk, attempts, strings.Join(worker.Programs, ", "))
				}
			})
		},
	}
}
