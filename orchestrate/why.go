package orchestrate

import (
	"fmt"
	"strings"
)

// An Explanation says in plain words why a task is in its state.
type Explanation struct {
	ID      string
	Status  Status
	Text    string         // one sentence about the task
	Because []*Explanation // the tasks that the sentence speaks of
}

// Why explains the state of a task in the plan: what it waits for, or what it lacks.
// Tasks that several wait for share one explanation.
func (p *Plan) Why(t Task) (*Explanation, error) {
	n := p.Lookup(ID(t))
	if n == nil {
		return nil, fmt.Errorf("%s is not in the plan: nothing that is to be done requires it", ID(t))
	}
	return explain(n, make(map[*Node]*Explanation)), nil
}

func explain(n *Node, known map[*Node]*Explanation) *Explanation {
	if e := known[n]; e != nil {
		return e
	}
	e := &Explanation{ID: n.ID, Status: n.Status}
	known[n] = e
	var behind []*Node
	e.Text, behind = n.reason()
	for _, required := range behind {
		e.Because = append(e.Because, explain(required, known))
	}
	return e
}

// reason returns a sentence and the requirements it speaks of.
func (n *Node) reason() (text string, because []*Node) {
	missing := describeTargets(n.Missing)
	switch n.Status {
	case StatusComplete:
		if isRange(n.Task) {
			return "is complete: " + n.census.of(n.Requires), nil
		}
		if IsWrapper(n.Task) {
			return "is complete: all that it requires is complete", nil
		}
		return "is complete: " + existing(n.targets), nil
	case StatusMissingExternal:
		return "is an external input that is missing: " + describeMarkers(n.Missing) + ", and no task makes it", nil
	case StatusUpstreamMissing:
		blocking := n.requiring(StatusMissingExternal, StatusUpstreamMissing)
		text = fmt.Sprintf("can't run: %s that it requires %s", countOf(len(blocking), "task"), plural(len(blocking), "lacks input", "lack input"))
		if isRange(n.Task) {
			text += ": " + n.census.of(n.Requires)
		}
		return text, blocking
	}
	waiting := n.requiring(StatusWillRun)
	text = "will run"
	if IsWrapper(n.Task) {
		text = "will be complete"
	}
	if len(waiting) > 0 {
		text += fmt.Sprintf(" after %s that it requires", countOf(len(waiting), "task"))
	}
	if isRange(n.Task) {
		missing = n.census.of(n.Requires)
	}
	if missing != "" {
		text += ": " + missing
	}
	return text, waiting
}

// requiring returns the requirements that have one of the statuses.
func (n *Node) requiring(statuses ...Status) []*Node {
	var nodes []*Node
	for _, required := range n.Requires {
		for _, status := range statuses {
			if required.Status == status {
				nodes = append(nodes, required)
			}
		}
	}
	return nodes
}

func existing(targets []Target) string {
	return nameTargets(targets) + plural(len(targets), " exists", " exist")
}

func describeTargets(targets []Target) string { return notThere(targets, Target.String) }

// describeMarkers is describeTargets where someone has to find out what is wrong.
func describeMarkers(targets []Target) string { return notThere(targets, marker) }

func notThere(targets []Target, name func(Target) string) string {
	if len(targets) == 0 {
		return ""
	}
	return nameEach(targets, name) + plural(len(targets), " does not exist", " do not exist")
}

// marker names what a target is known by.
func marker(t Target) string {
	if m, ok := t.(interface{ Marker() string }); ok {
		return m.Marker()
	}
	return t.String()
}

func nameTargets(targets []Target) string { return nameEach(targets, Target.String) }

// nameEach names at most three targets and counts the others.
func nameEach(targets []Target, name func(Target) string) string {
	const most = 3
	var names []string
	for _, target := range targets[:min(len(targets), most)] {
		names = append(names, name(target))
	}
	if more := len(targets) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}

func countOf(n int, noun string) string {
	return fmt.Sprintf("%d %s", n, plural(n, noun, noun+"s"))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// String returns the explanation as an indented text. What was said once isn't said again.
func (e *Explanation) String() string {
	var text strings.Builder
	said := make(map[*Explanation]bool)
	var say func(e *Explanation, indent string)
	say = func(e *Explanation, indent string) {
		fmt.Fprintf(&text, "%s%s %s", indent, e.ID, e.Text)
		if said[e] && len(e.Because) > 0 {
			text.WriteString(" (see above)\n")
			return
		}
		said[e] = true
		text.WriteByte('\n')
		for _, reason := range e.Because {
			say(reason, indent+"  ")
		}
	}
	say(e, "")
	return text.String()
}
