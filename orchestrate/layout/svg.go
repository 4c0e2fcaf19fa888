package layout

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

const (
	margin      = 16
	titleHeight = 24
	legendEntry = 26
)

// WriteSVG writes the picture, with a title and a legend of the states that are in it. All that is written of
// tasks is escaped; what does not fit is in the title of each node.
func (p *Picture) WriteSVG(w io.Writer, title string) error {
	out := &svg{bufio.NewWriter(w)}
	legend, legendWidth := p.legend()
	wide := max(p.Width, legendWidth, 9*float64(min(width(title), 100)))
	top := float64(margin + titleHeight + legendEntry)
	out.linef(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" font-family="system-ui, sans-serif" font-size="12" role="img">`,
		number(wide+2*margin), number(top+p.Height+margin), number(wide+2*margin), number(top+p.Height+margin))
	out.linef(`<title>%s</title>`, escaped(title))
	out.linef(`<rect width="100%%" height="100%%" fill="#ffffff"/>`)
	out.linef(`<text x="%d" y="%d" font-size="15" font-weight="600" fill="#1c2128">%s</text>`, margin, margin+12, escaped(title))
	out.legend(legend)
	out.linef(`<g transform="translate(%d %s)">`, margin, number(top))
	out.edges(p)
	for i := range p.Boxes {
		out.node(&p.Graph.Nodes[i], p.Boxes[i])
	}
	out.linef("</g>\n</svg>")
	return out.Flush()
}

// An svg is a picture on its way to a file. Its errors stay, and Flush returns the first.
type svg struct{ *bufio.Writer }

func (s *svg) linef(format string, args ...any) { fmt.Fprintf(s, format+"\n", args...) }

// legend returns the states of the tasks, in the order of their looks, and how wide the legend is.
func (p *Picture) legend() (entries []legendItem, width float64) {
	counts := map[string]int{}
	for i := range p.Graph.Nodes {
		n := &p.Graph.Nodes[i]
		if !n.IsFamily() {
			counts[lookOf(n.State).state]++
		}
		for state, count := range n.Counts {
			counts[lookOf(state).state] += count
		}
	}
	for _, l := range append(slices.Clone(looks), unknown) {
		if counts[l.state] == 0 {
			continue
		}
		item := legendItem{l, strconv.Itoa(counts[l.state]) + " " + l.state, width}
		entries = append(entries, item)
		width += 36 + 6.8*float64(len(item.text))
	}
	return entries, width
}

// A legendItem is a state with how many tasks are in it.
type legendItem struct {
	look

	text string
	left float64
}

func (s *svg) legend(items []legendItem) {
	for _, item := range items {
		s.linef(`<g transform="translate(%s %d)"><rect width="18" height="16" rx="3" fill="%s" stroke="%s"/><text x="9" y="12" text-anchor="middle" font-size="11" fill="%s">%s</text><text x="24" y="12.5" fill="#1c2128">%s</text></g>`,
			number(margin+item.left), margin+titleHeight, item.fill, item.edge, item.edge, item.mark, escaped(item.text))
	}
}

func (s *svg) edges(p *Picture) {
	for _, back := range []bool{false, true} {
		var d strings.Builder
		for i, way := range p.Paths {
			if p.Graph.Edges[i].Back == back {
				writePath(&d, way)
			}
		}
		dashes := ""
		if back {
			dashes = ` stroke-dasharray="5 3"`
		}
		if d.Len() > 0 {
			s.linef(`<path fill="none" stroke="#8b949e"%s d="%s"/>`, dashes, strings.TrimSpace(d.String()))
		}
	}
}

// writePath writes the way of an edge, with a head at its end.
func writePath(d *strings.Builder, way []Point) {
	at := way[0]
	fmt.Fprintf(d, "M%s %s", number(at.X), number(at.Y))
	for _, next := range way[1:] {
		if at.Y == next.Y {
			fmt.Fprintf(d, "H%s", number(next.X))
		} else {
			middle := number((at.X + next.X) / 2)
			fmt.Fprintf(d, "C%s %s %s %s %s %s", middle, number(at.Y), middle, number(next.Y), number(next.X), number(next.Y))
		}
		at = next
	}
	head := 5
	if way[0].X > at.X {
		head = -head
	}
	fmt.Fprintf(d, "m%d -3l%d 3l%d 3", -head, head, -head)
}

func (s *svg) node(n *Node, b Box) {
	l := lookOf(n.State)
	name, detail := n.Lines()
	s.linef(`<g transform="translate(%s %s)"><title>%s</title>`, number(b.X), number(b.Y), escaped(n.Name()+": "+n.states()))
	if n.IsFamily() { // a second sheet behind the first
		s.linef(`<rect x="3" y="3" width="%s" height="%s" rx="5" fill="%s" stroke="%s"/>`, number(b.Width), number(b.Height), l.fill, l.edge)
	}
	s.linef(`<rect width="%s" height="%s" rx="5" fill="%s" stroke="%s"/>`, number(b.Width), number(b.Height), l.fill, l.edge)
	middle := 16.0
	if detail == "" {
		middle = b.Height/2 + 4
	}
	s.linef(`<text x="13" y="%s" text-anchor="middle" fill="%s">%s</text>`, number(b.Height/2+4), l.edge, l.mark)
	s.linef(`<text x="25" y="%s" font-weight="600" fill="#1c2128">%s</text>`, number(middle), escaped(name))
	if detail != "" {
		s.linef(`<text x="25" y="30" font-size="11" fill="#4a5361">%s</text>`, escaped(detail))
	}
	s.bar(n, b)
	s.linef("</g>")
}

// bar draws how the tasks of a family are divided among the states.
func (s *svg) bar(n *Node, b Box) {
	const inset = 5
	left, room, tasks := float64(inset), b.Width-2*inset, float64(n.Tasks())
	for _, l := range append(slices.Clone(looks), unknown) {
		if count := n.count(l.state); count > 0 {
			wide := room * float64(count) / tasks
			s.linef(`<rect x="%s" y="%s" width="%s" height="3" fill="%s"/>`, number(left), number(b.Height-4), number(wide), l.edge)
			left += wide
		}
	}
}

// count returns how many tasks of a family look like those of a state.
func (n *Node) count(state string) int {
	total := 0
	for s, count := range n.Counts {
		if lookOf(s).state == state {
			total += count
		}
	}
	return total
}

// states says in which state a task is, or how many of a family are in which.
func (n *Node) states() string {
	if !n.IsFamily() {
		return n.State
	}
	var texts []string
	for _, l := range append(slices.Clone(looks), unknown) {
		if count := n.count(l.state); count > 0 {
			texts = append(texts, fmt.Sprintf("%d %s", count, l.state))
		}
	}
	return strings.Join(texts, ", ")
}

// number writes a number with at most one digit behind the point.
func number(f float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
}

// escaped returns a text for XML, in which what XML can't have is replaced.
func escaped(text string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return "" // memory has no errors
	}
	return b.String()
}
