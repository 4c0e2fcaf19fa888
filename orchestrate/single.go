package orchestrate

import (
	"context"
	"fmt"
)

// Attempt makes one attempt at a task in this process: what a worker does with a task that a scheduler
// has given to it. The task's requirements must be complete; they are not looked at. Where the
// output exists already, the task is not run.
//
// [Config.Retry], [Config.Workers] and [Config.Observe] are of no matter here: it is the host that
// hears of the attempt, and that has done what the task asks for by [Require].
//
// The error is that of the task, of its output, or of ctx. [IsPermanent] tells whether another
// attempt is of no use.
func Attempt(ctx context.Context, config Config, task Task, host Host) (JobResult, error) {
	p := newPlanner(config)
	n, err := p.node(task)
	if err != nil {
		return JobResult{}, Permanent(err)
	}
	if IsWrapper(task) || IsExternal(task) {
		return JobResult{}, Permanent(fmt.Errorf("%s has no work of its own", n.ID))
	}
	a := &attempt{config: p.config, ctx: ctx, node: n, host: host}
	end := a.supervise(ctx)
	return end.result, end.err
}
