package top

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/mattn/go-runewidth"

	"github.com/gomr/gomr/orchestrate/store"
)

// An Order is how running attempts are sorted.
type Order int

// The orders.
const (
	ByElapsed Order = iota // the longest first
	ByRisk                 // the one that has run longest beside what its family takes first
	ByName
)

// A View says how a snapshot is shown.
type View struct {
	// Width and Height are those of the window. Zero is as much as it takes.
	Width, Height int

	Server string // where it was taken
	Order  Order
	Colour bool
	Keys   bool   // show what the keys do
	Note   string // what is wrong, such as that the server can't be reached

	// Now is when it is shown. Zero is when it was taken.
	Now time.Time
}

// A line is text with a colour, as the parameter of ANSI's SGR; empty is none.
type line struct{ text, colour string }

const (
	red  = "31"
	bold = "1"
	dim  = "2"
)

// Render returns the lines that show a snapshot: no more than the height, and none wider than the width. A nil
// snapshot is one that has not come yet.
func Render(s *Snapshot, v View) []string {
	lines := []line{{headline(s, v), bold}}
	if v.Note != "" {
		lines = append(lines, line{v.Note, red})
	}
	if s != nil {
		v.Now = cmp.Or(v.Now, s.At)
		lines = append(lines, s.totals()...)
		lines = append(lines, s.sections(v, len(lines))...)
	}
	if v.Keys {
		for v.Height > 0 && len(lines) < v.Height-1 {
			lines = append(lines, line{})
		}
		if v.Height > 0 {
			lines = lines[:v.Height-1] // the last one says how to get out
		}
		lines = append(lines, line{"q quit  p hold still  e longest first  r riskiest first  n by name", dim})
	}
	if v.Height > 0 && len(lines) > v.Height {
		lines = lines[:v.Height]
	}
	shown := make([]string, len(lines))
	for i, l := range lines {
		shown[i] = l.fit(v)
	}
	return shown
}

func (l line) fit(v View) string {
	text := plain(l.text)
	if v.Width > 0 {
		text = runewidth.Truncate(text, v.Width, "…")
	}
	text = strings.TrimRight(text, " ")
	if v.Colour && l.colour != "" && text != "" {
		return "\x1b[" + l.colour + "m" + text + "\x1b[0m"
	}
	return text
}

// plain returns text without what a terminal would obey.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
}

func headline(s *Snapshot, v View) string {
	parts := []string{"gomr at " + v.Server}
	if s != nil {
		parts = append(parts, s.At.Local().Format(time.TimeOnly))
		if s.Paused {
			parts = append(parts, "PAUSED: no work is given out")
		}
	}
	return strings.Join(parts, "   ")
}

// order is that of the states in the line of totals; others follow.
var order = []store.State{store.Running, store.Suspended, store.Pending, store.Retrying, store.Failed, store.Disabled, store.Missing, store.Done}

func (s *Snapshot) totals() []line {
	var states []string
	for _, state := range append(slices.Clone(order), slices.Sorted(maps.Keys(s.States))...) {
		text := fmt.Sprintf("%d %s", s.States[state], state)
		if s.States[state] > 0 && !slices.Contains(states, text) {
			states = append(states, text)
		}
	}
	if len(states) == 0 {
		states = []string{"none"}
	}
	tasks := "tasks      " + strings.Join(states, "  ")
	if s.Queued > 0 {
		tasks += fmt.Sprintf("  (%d could start)", s.Queued)
	}
	w := s.Workers
	workers := fmt.Sprintf("workers    %d alive, %d of %d slots  %s", w.Alive, w.Busy, w.Slots, bar(w.Busy, w.Slots))
	if w.Silent > 0 {
		workers += fmt.Sprintf("  %d silent", w.Silent)
	}
	lines := []line{{tasks, ""}, {workers, ""}}
	if len(s.Resources) > 0 {
		var used []string
		for _, r := range s.Resources {
			used = append(used, fmt.Sprintf("%s %d of %d", r.Name, r.Used, r.Limit))
		}
		lines = append(lines, line{"resources  " + strings.Join(used, "  "), ""})
	}
	return lines
}

// bar shows a share as twenty characters.
func bar(part, whole int) string {
	const width = 20
	full := 0
	if whole > 0 {
		full = min(width, (part*width+whole-1)/whole)
	}
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", width-full) + "]"
}

// sections returns the lists, as far as they fit below what is shown already. What is late and what has failed
// have a few lines, and what runs has the rest.
func (s *Snapshot) sections(v View, above int) []line {
	const few, head = 5, 2 // head is a blank line and the headings
	late, troubles := s.lateRows(v.Now), s.troubleRows(v.Now)
	running := s.runningRows(v)
	if v.Height > 0 {
		room := v.Height - above - len(s.totals()) - 1
		late, troubles = cut(late, few), cut(troubles, few)
		for _, rows := range [][]line{late, troubles} {
			if len(rows) > 0 {
				room -= len(rows) - 1 + head
			}
		}
		running = cut(running, max(1, room-head))
	}
	var lines []line
	for _, rows := range [][]line{running, late, troubles} {
		if len(rows) > 0 {
			lines = append(append(lines, line{}), rows...)
		}
	}
	return lines
}

// cut returns the headings and the first rows, and how many are left out.
func cut(rows []line, most int) []line {
	if len(rows)-1 <= most || len(rows) == 0 {
		return rows
	}
	return append(rows[:most:most], line{fmt.Sprintf("and %d more", len(rows)-most), dim})
}

func (s *Snapshot) runningRows(v View) []line {
	if len(s.Running) == 0 {
		return nil
	}
	running := slices.Clone(s.Running)
	slices.SortStableFunc(running, func(a, b Running) int {
		switch v.Order {
		case ByName:
			return cmp.Compare(a.ID, b.ID)
		case ByRisk:
			return cmp.Or(cmp.Compare(b.risk(v.Now), a.risk(v.Now)), a.Since.Compare(b.Since))
		}
		return a.Since.Compare(b.Since)
	})
	table := [][]string{{"ELAPSED", "P50", "P95", "WORKER", "STATE", "TASK"}}
	colours := []string{bold}
	for _, r := range running {
		colour, state := "", string(r.State)
		if r.risk(v.Now) > 1 {
			colour, state = red, state+", long"
		}
		table = append(table, []string{short(v.Now.Sub(r.Since)), known(time.Duration(r.P50)), known(time.Duration(r.P95)), r.Worker, state, r.ID})
		colours = append(colours, colour)
	}
	return columns(table, colours)
}

// risk is how long an attempt has run, as a multiple of what nearly all of its family take.
func (r Running) risk(now time.Time) float64 {
	if r.P95 <= 0 || r.State != store.Running {
		return 0
	}
	return float64(now.Sub(r.Since)) / float64(r.P95)
}

func (s *Snapshot) lateRows(now time.Time) []line {
	if len(s.Late) == 0 {
		return nil
	}
	table := [][]string{{"LATE BY", "DUE", "NEXT", "TASK"}}
	colours := []string{bold}
	for i := range s.Late {
		d := &s.Late[i]
		late, next := known(max(0, -time.Duration(d.Slack))), string(d.State)
		if d.NextIs == store.Failed {
			late = "blocked"
		}
		if d.Next != d.ID && d.Next != "" {
			next = d.Next + " is " + string(d.NextIs)
		}
		colour := ""
		if now.After(d.Due) {
			colour = red
		}
		table = append(table, []string{late, d.Due.Local().Format("01-02 15:04"), next, d.ID})
		colours = append(colours, colour)
	}
	return columns(table, colours)
}

func (s *Snapshot) troubleRows(now time.Time) []line {
	if len(s.Troubles) == 0 {
		return nil
	}
	table := [][]string{{"SINCE", "STATE", "TASK", "ERROR"}}
	colours := []string{bold}
	for _, t := range s.Troubles {
		first, _, _ := strings.Cut(strings.TrimSpace(t.Error), "\n")
		table = append(table, []string{short(now.Sub(t.Since)), string(t.State), t.ID, first})
		colours = append(colours, "")
	}
	return columns(table, colours)
}

// columns returns the lines of a table whose columns are two spaces apart.
func columns(table [][]string, colours []string) []line {
	widths := make([]int, len(table[0]))
	for _, row := range table {
		for i, cell := range row {
			widths[i] = max(widths[i], runewidth.StringWidth(plain(cell)))
		}
	}
	lines := make([]line, len(table))
	for i, row := range table {
		var b strings.Builder
		for j, cell := range row[:len(row)-1] {
			b.WriteString(runewidth.FillRight(plain(cell), widths[j]+2))
		}
		b.WriteString(row[len(row)-1])
		lines[i] = line{b.String(), colours[i]}
	}
	return lines
}

func known(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return short(d)
}

// short rounds a duration to what a person wants to know.
func short(d time.Duration) string {
	if d = max(0, d); d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	text := d.Round(time.Second).String()
	if d >= time.Hour {
		text = d.Round(time.Minute).String()
	}
	if whole, ok := strings.CutSuffix(text, "m0s"); ok {
		text = whole + "m"
	}
	if whole, ok := strings.CutSuffix(text, "h0m"); ok {
		text = whole + "h"
	}
	return text
}
