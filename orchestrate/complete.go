package orchestrate

import "context"

// Complete reports for each task whether it is complete. The outputs of all are looked for by one call of
// [Config.Exists]. What they require does not matter, but for a [WrapperTask], which is complete when all
// that it requires is.
func Complete(ctx context.Context, config Config, tasks ...Task) ([]bool, error) {
	p := newPlanner(config)
	nodes := make([]*Node, len(tasks))
	var wrappers []Task
	for i, t := range tasks {
		n, err := p.find(t)
		if err != nil {
			return nil, err
		}
		nodes[i] = n
		if IsWrapper(t) {
			wrappers = append(wrappers, t)
		}
	}
	if err := p.checkTargets(ctx, nodes); err != nil {
		return nil, err
	}
	plan, err := NewPlan(ctx, config, wrappers...)
	if err != nil {
		return nil, err
	}
	complete := make([]bool, len(tasks))
	for i, n := range nodes {
		if planned := plan.Lookup(n.ID); planned != nil && IsWrapper(n.Task) {
			n = planned
		}
		complete[i] = n.Status == StatusComplete
	}
	return complete, nil
}
