package orchestrate

import (
	"context"
	"errors"
	"fmt"
)

// AttemptBatch is [Attempt] for tasks that are made together, see [Node.Batch]. What exists already is left
// out; then one call of RunBatch makes the rest or, where the parameters say so, the one task that does the work of all.
//
// The errors are those of the tasks, in their order. One that is a [*BatchError] may be the fault of any
// of them. Nil is a task whose output exists.
func AttemptBatch(ctx context.Context, config Config, tasks []Task, host Host) (JobResult, []error) {
	errs := make([]error, len(tasks))
	fail := func(err error) (JobResult, []error) {
		for i := range errs {
			errs[i] = err
		}
		return JobResult{}, errs
	}
	p := newPlanner(config)
	nodes, err := p.add(tasks)
	if err != nil {
		return fail(Permanent(err))
	}
	if len(nodes) != len(tasks) || len(nodes) == 0 {
		return fail(Permanent(errNoBatch))
	}
	for _, n := range nodes {
		if n.Batch == "" || n.Batch != nodes[0].Batch {
			return fail(Permanent(errNoBatch))
		}
	}
	a := &attempt{config: p.config, ctx: ctx, node: nodes[0], batch: nodes, host: host}
	end := a.supervise(ctx)
	switch {
	case end.members != nil:
		return end.result, end.members
	case end.err != nil:
		return fail(&BatchError{len(nodes), end.err})
	}
	return end.result, errs
}

// merge makes one node of those of a batch that are to be made, and reports whether there are any.
func (a *attempt) merge(ctx context.Context) (some bool, err error) {
	var todo []Task
	var targets []Target
	exists, err := a.complete(ctx)
	if err != nil {
		return false, err
	}
	for i, n := range a.batch {
		if !exists[i] {
			todo, targets = append(todo, n.Task), append(targets, n.targets...)
		}
	}
	if len(todo) == 0 {
		return false, nil
	}
	a.todo = len(todo)
	first := a.batch[0]
	if hasRunBatch(first.Task) {
		a.node = &Node{ID: fmt.Sprintf("%s and %d more", ID(todo[0]), len(todo)-1), Task: &batchTask{todo}, Timeout: first.Timeout, targets: targets}
		return true, nil
	}
	merged := &Node{Task: mergeTasks(todo)}
	merged.ID = ID(merged.Task)
	if err := guard(func() error { return merged.readTask(a.config) }); err != nil {
		return false, err
	}
	merged.targets = targets
	a.node = merged
	return true, nil
}

// complete tells which tasks of a batch are complete.
func (a *attempt) complete(ctx context.Context) ([]bool, error) {
	var targets []Target
	for _, n := range a.batch {
		targets = append(targets, n.targets...)
	}
	exists, err := existAll(ctx, a.config, targets)
	if err != nil {
		return nil, err
	}
	complete := make([]bool, len(a.batch))
	for i, n := range a.batch {
		complete[i] = true
		for _, there := range exists[:len(n.targets)] {
			complete[i] = complete[i] && there
		}
		exists = exists[len(n.targets):]
	}
	return complete, nil
}

// judge tells how each task of a batch ended that has run with an error or none.
func (a *attempt) judge(ctx context.Context, ran error) ending {
	checking, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.config.StopGrace)
	defer cancel()
	exists, err := a.complete(checking)
	if err != nil {
		return ending{status: StatusFailed, err: errors.Join(ran, err)}
	}
	own := memberErrors(ran)
	end := ending{status: StatusDone, members: make([]error, len(a.batch))}
	for i, n := range a.batch {
		switch {
		case exists[i]:
		case own[n.ID] != nil:
			end.members[i] = own[n.ID]
		case ran == nil:
			end.members[i] = &NoOutputError{n.ID, n.targets}
		case a.todo == 1:
			end.members[i] = a.failed(ctx, ran).err
		default:
			end.members[i] = &BatchError{len(a.batch), a.failed(ctx, ran).err}
		}
		if end.members[i] != nil {
			end.status = StatusFailed
		}
	}
	return end
}

// A batchTask runs several tasks by their RunBatch method.
type batchTask struct{ tasks []Task }

// Output implements [Task].
func (b *batchTask) Output() Target {
	var outputs Targets
	for _, t := range b.tasks {
		outputs = append(outputs, t.Output())
	}
	return outputs
}

// Run implements [RunTask].
func (b *batchTask) Run(ctx context.Context) error { return runBatch(ctx, b.tasks) }

// runAlone runs one task by its RunBatch method.
func runAlone(ctx context.Context, t Task) error {
	err := runBatch(ctx, []Task{t})
	if own := memberErrors(err)[ID(t)]; own != nil {
		return own
	}
	return err
}
