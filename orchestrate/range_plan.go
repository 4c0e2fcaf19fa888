package orchestrate

import (
	"context"
	"errors"
	"fmt"
)

// A census tells what a plan found of the partitions of a range.
type census struct {
	partitions int
	complete   int
	beyond     int // missing, and more than the range's limit
}

// of describes the partitions, of which those that were not known to be complete are required.
func (c census) of(required []*Node) string {
	for _, n := range required {
		c.complete += boolToInt(n.Status == StatusComplete) // it groups others
	}
	text := fmt.Sprintf("%d of %s %s", c.complete, countOf(c.partitions, "partition"), plural(c.complete, "exists", "exist"))
	if c.complete == c.partitions {
		text = "all of " + countOf(c.partitions, "partition") + " exist"
	}
	if c.beyond > 0 {
		text += fmt.Sprintf(", and %d that %s missing %s beyond the limit", c.beyond, plural(c.beyond, "is", "are"), plural(c.beyond, "is", "are"))
	}
	return text
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// expandRanges has the ranges among the nodes require those of their partitions that are missing. All of these are
// looked for at once.
func (p *planner) expandRanges(ctx context.Context, ring []*Node) error {
	fresh := make(map[string]*Node) // partitions that the plan may not need
	members := make(map[*Node][]*Node)
	var all []*Node
	for _, n := range ring {
		r, ok := n.Task.(ranged)
		if !ok {
			continue
		}
		nodes, err := p.findPartitions(r, fresh)
		if inner := new(PlanError); err != nil && !errors.As(err, &inner) {
			err = &PlanError{n.ID, err}
		}
		if err != nil {
			return err
		}
		members[n] = nodes
		all = append(all, nodes...)
	}
	if err := p.checkTargets(ctx, once(all)); err != nil {
		return err
	}
	for _, n := range ring {
		if err := p.choosePartitions(n, members[n]); err != nil {
			return err
		}
	}
	return nil
}

// findPartitions returns the nodes of all partitions of a range.
func (p *planner) findPartitions(r ranged, fresh map[string]*Node) ([]*Node, error) {
	var tasks []Task
	err := guard(func() (err error) {
		tasks, err = r.partitions()
		return err
	})
	if err != nil {
		return nil, err
	}
	nodes := make([]*Node, 0, len(tasks))
	for _, t := range tasks {
		n, err := p.find(t)
		if err != nil {
			return nil, err
		}
		if p.byID[n.ID] == nil {
			if known := fresh[n.ID]; known != nil {
				n = known
			}
			fresh[n.ID] = n
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// choosePartitions has a range require its missing partitions, as many as it wants.
func (p *planner) choosePartitions(n *Node, members []*Node) error {
	for _, member := range members {
		n.census.partitions++
		switch most := n.Task.(ranged).most(); {
		case member.Status == StatusComplete:
			n.census.complete++
			continue
		case most > 0 && len(n.Requires) == most:
			n.census.beyond++
			continue
		}
		if p.byID[member.ID] == nil {
			if err := p.register(member); err != nil {
				return err
			}
		}
		n.Requires = append(n.Requires, member)
	}
	return nil
}

// once returns the nodes without repetitions.
func once(nodes []*Node) []*Node {
	seen := make(map[*Node]bool, len(nodes))
	var distinct []*Node
	for _, n := range nodes {
		if !seen[n] {
			seen[n] = true
			distinct = append(distinct, n)
		}
	}
	return distinct
}
