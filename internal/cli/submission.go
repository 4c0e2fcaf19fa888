package cli

import (
	"time"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// submissionOf returns a plan as a scheduler takes it.
func submissionOf(plan *orchestrate.Plan) *scheduler.Submission {
	s := &scheduler.Submission{}
	program := readVersion().Program
	for n := range plan.Nodes() {
		s.Nodes = append(s.Nodes, nodeOf(n, program))
	}
	for _, root := range plan.Roots() {
		s.Roots = append(s.Roots, root.ID)
	}
	return s
}

func nodeOf(n *orchestrate.Node, program string) scheduler.Node {
	family, args := orchestrate.Args(n.Task)
	node := scheduler.Node{
		Spec: store.Spec{
			ID: n.ID, Family: family, Program: program, Args: args,
			External: orchestrate.IsExternal(n.Task), Wrapper: orchestrate.IsWrapper(n.Task),
			Priority: n.Priority, Resources: n.Resources, Timeout: n.Timeout,
			Retry: store.Retry{Attempts: n.Retry.Attempts, Delay: n.Retry.Delay, MaxDelay: n.Retry.MaxDelay},
			Batch: n.Batch, MaxBatch: n.MaxBatch,
			Due:   n.Due.UTC().Truncate(time.Microsecond), // as the store keeps it
			Owner: n.Owner,
		},
		Complete: n.Status == orchestrate.StatusComplete,
	}
	for _, required := range n.Requires {
		node.Requires = append(node.Requires, required.ID)
	}
	return node
}
