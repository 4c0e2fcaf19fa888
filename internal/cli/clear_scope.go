package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// scope finds the tasks that are to be cleared: those that were named, and around them what the flags say.
func (c *clearing) scope(ctx context.Context, tasks []orchestrate.Task) error {
	for _, task := range tasks {
		if err := c.add(task, ""); err != nil {
			return err
		}
	}
	named := len(c.tasks)
	if c.flags.upstream {
		if err := c.addUpstream(ctx, tasks); err != nil {
			return err
		}
	}
	switch {
	case c.remote != nil:
		return c.addFromServer(ctx, c.flags.downstream)
	case c.flags.downstream:
		return c.addWithin(ctx, named)
	case c.flags.within != "":
		return usagef("--within is for --downstream")
	}
	return nil
}

// add adds a task. A wrapper stands for what it groups, and of that external tasks are left out.
func (c *clearing) add(task orchestrate.Task, because string) error {
	id := orchestrate.ID(task)
	switch {
	case orchestrate.IsWrapper(task):
		requirer, ok := task.(orchestrate.Requirer)
		if !ok {
			return nil
		}
		for _, grouped := range requirer.Requires() {
			if orchestrate.IsExternal(grouped) {
				continue
			}
			if err := c.add(grouped, "in "+id); err != nil {
				return err
			}
		}
		return nil
	case orchestrate.IsExternal(task):
		return notCleared(id)
	case c.seen[id]:
		return nil
	}
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	c.seen[id] = true
	c.tasks = append(c.tasks, &clearedTask{id: id, task: task, because: because})
	return nil
}

func notCleared(id string) error {
	return usagef("%s is external: others make its output, so it can't be cleared", id)
}

// set has other tasks be those that are to be cleared.
func (c *clearing) set(tasks []*clearedTask) {
	c.tasks, c.seen = tasks, map[string]bool{}
	for _, t := range tasks {
		c.seen[t.id] = true
	}
}

func (c *clearing) addUpstream(ctx context.Context, tasks []orchestrate.Task) error {
	plan, err := newPlan(ctx, true, tasks...)
	if err != nil {
		return err
	}
	for node := range plan.Nodes() {
		if !orchestrate.IsExternal(node.Task) && !orchestrate.IsWrapper(node.Task) {
			if err := c.add(node.Task, "upstream"); err != nil {
				return err
			}
		}
	}
	return nil
}

// addWithin adds the tasks that depend on those that were named, among all that a root requires.
func (c *clearing) addWithin(ctx context.Context, named int) error {
	if c.flags.within == "" {
		return usagef("who depends on the tasks, a server knows (--server), or --within 'TASK', which names one for which all are made: " +
			"those between are cleared with them")
	}
	root, err := c.registry.ParseID(c.flags.within)
	if err != nil {
		return usagef("--within: %w", err)
	}
	plan, err := newPlan(ctx, true, root)
	if err != nil {
		return err
	}
	depends := map[string]bool{}
	for _, t := range c.tasks[:named] {
		if plan.Lookup(t.id) == nil {
			return usagef("%s is not required by %s, so --within says nothing of who depends on it", t.id, c.flags.within)
		}
		depends[t.id] = true
	}
	for node := range plan.Nodes() { // each comes after all that it requires
		if depends[node.ID] || !slices.ContainsFunc(node.Requires, func(r *orchestrate.Node) bool { return depends[r.ID] }) {
			continue
		}
		depends[node.ID] = true
		if !orchestrate.IsWrapper(node.Task) {
			if err := c.add(node.Task, "downstream"); err != nil {
				return err
			}
		}
	}
	return nil
}

// addFromServer learns what the server knows of the tasks, and adds those that depend on them.
func (c *clearing) addFromServer(ctx context.Context, downstream bool) error {
	around, err := c.remote.Surrounding(ctx, c.ids())
	if err != nil {
		return err
	}
	if downstream {
		for i := range around.Dependents {
			if err := c.addDependent(&around.Dependents[i]); err != nil {
				return err
			}
		}
	}
	return c.takeStates(append(around.Tasks, around.Dependents...))
}

func (c *clearing) addDependent(t *store.Task) error {
	if t.External || t.Wrapper {
		return nil
	}
	if own := readVersion().Program; t.Program != own {
		return fmt.Errorf("%s depends on them and is of another program, %s: clear it with that program first, or leave --downstream out", t.ID, t.Program)
	}
	task, err := c.registry.Parse(t.Family, t.Args)
	if err != nil {
		return fmt.Errorf("%s depends on them, and this program can't make it: %w", t.ID, err)
	}
	return c.add(task, "downstream")
}

// takeStates notes the states of tasks, and refuses those at which attempts are under way.
func (c *clearing) takeStates(known []store.Task) error {
	states := map[string]store.State{}
	for i := range known {
		states[known[i].ID] = known[i].State
	}
	var busy []string
	for _, t := range c.tasks {
		t.state = states[t.id]
		if t.state == store.Running || t.state == store.Suspended {
			busy = append(busy, t.id)
		}
	}
	if len(busy) > 0 && !c.flags.kill && !c.flags.dryRun {
		return c.busyError(&scheduler.StateError{ID: busy[0], State: store.Running}, len(busy)-1)
	}
	return nil
}

// A busyError says that an attempt is in the way of a clear.
type busyError struct{ text string }

func (e *busyError) Error() string { return e.text }

func (c *clearing) busyError(state *scheduler.StateError, more int) error {
	text := fmt.Sprintf("%s is %s on the server: wait for it, or stop it with --kill", state.ID, state.State)
	if more > 0 {
		text = strings.Replace(text, " is "+string(state.State), fmt.Sprintf(" and %d more are %s", more, state.State), 1)
	}
	return &busyError{text}
}

func (c *clearing) ids() []string {
	ids := make([]string, len(c.tasks))
	for i, t := range c.tasks {
		ids[i] = t.id
	}
	return ids
}

// known returns the IDs of the tasks that the server knows.
func (c *clearing) known() []string {
	var ids []string
	for _, t := range c.tasks {
		if t.state != "" {
			ids = append(ids, t.id)
		}
	}
	return ids
}
