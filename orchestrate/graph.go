package orchestrate

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteTree writes the plan as a tree of text: below each task those that it requires.
// What a task requires is written once; where the task comes again, a mark says so.
func (p *Plan) WriteTree(w io.Writer) error {
	out := bufio.NewWriter(w)
	seen := make(map[*Node]bool)
	for _, root := range p.roots {
		writeBranch(out, root, "", "", seen)
	}
	return out.Flush()
}

func writeBranch(out *bufio.Writer, n *Node, first, indent string, seen map[*Node]bool) {
	fmt.Fprintf(out, "%s%s [%s]", first, n.ID, n.Status)
	if seen[n] && len(n.Requires) > 0 {
		out.WriteString(" (see above)\n")
		return
	}
	seen[n] = true
	out.WriteByte('\n')
	for i, required := range n.Requires {
		if i == len(n.Requires)-1 {
			writeBranch(out, required, indent+"└── ", indent+"    ", seen)
		} else {
			writeBranch(out, required, indent+"├── ", indent+"│   ", seen)
		}
	}
}

// colors are the colours of the statuses in drawings.
var colors = map[Status]string{
	StatusComplete:        "#c8e6c9",
	StatusWillRun:         "#bbdefb",
	StatusMissingExternal: "#ffcdd2",
	StatusUpstreamMissing: "#ffe0b2",
}

// WriteDOT writes the plan in the language of Graphviz. Arrows go the way of the
// data: from a task to those that require it.
func (p *Plan) WriteDOT(w io.Writer) error {
	out := bufio.NewWriter(w)
	out.WriteString("digraph plan {\n\trankdir=LR;\n\tnode [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n")
	p.eachPart(
		func(i int, n *Node) {
			label := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(n.ID)
			fmt.Fprintf(out, "\tn%d [label=\"%s\\n%s\", fillcolor=%q];\n", i, label, n.Status, colors[n.Status])
		},
		func(from, to int) { fmt.Fprintf(out, "\tn%d -> n%d;\n", from, to) })
	out.WriteString("}\n")
	return out.Flush()
}

// WriteMermaid writes the plan as a Mermaid flowchart, which many viewers of
// Markdown draw. Arrows go the way of the data.
func (p *Plan) WriteMermaid(w io.Writer) error {
	out := bufio.NewWriter(w)
	out.WriteString("flowchart LR\n")
	p.eachPart(
		func(i int, n *Node) {
			fmt.Fprintf(out, "\tn%d[\"%s<br>%s\"]:::%s\n", i, mermaidText(n.ID), n.Status, className(n.Status))
		},
		func(from, to int) { fmt.Fprintf(out, "\tn%d --> n%d\n", from, to) })
	for _, status := range []Status{StatusComplete, StatusWillRun, StatusMissingExternal, StatusUpstreamMissing} {
		fmt.Fprintf(out, "\tclassDef %s fill:%s\n", className(status), colors[status])
	}
	return out.Flush()
}

// eachPart calls node for all tasks, then edge for all pairs of a task and one that
// requires it, by their numbers in the order of the plan.
func (p *Plan) eachPart(node func(i int, n *Node), edge func(from, to int)) {
	numbers := make(map[*Node]int, len(p.nodes))
	for i, n := range p.nodes {
		numbers[n] = i
		node(i, n)
	}
	for i, n := range p.nodes {
		for _, required := range n.Requires {
			edge(numbers[required], i)
		}
	}
}

func className(s Status) string { return strings.ReplaceAll(string(s), " ", "-") }

// mermaidText writes everything that Mermaid could take for syntax as a character code.
func mermaidText(text string) string {
	var escaped strings.Builder
	for _, c := range text {
		if strings.ContainsRune("\"#<>&;`\\", c) {
			escaped.WriteString("#" + strconv.Itoa(int(c)) + ";")
		} else {
			escaped.WriteRune(c)
		}
	}
	return escaped.String()
}
