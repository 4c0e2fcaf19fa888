package main

import (
	"bytes"

	"github.com/gomr/gomr/mr"
)

// Sort sorts lines as bytes.
type Sort struct{ Paths }

// Job gives each reduce task a range of the lines.
func (s Sort) Job() mr.Job { return mr.MapSort(s, mr.Reducers(parts), mr.TotalOrder()) }

// Map emits the line as a key.
func (Sort) Map(line []byte, emit mr.Emit[[]byte, struct{}]) error {
	emit(line, struct{}{})
	return nil
}

// Grep writes the lines that hold a text.
type Grep struct {
	Paths
	Text string `param:"text" help:"what to look for"`
	Only bool   `param:"only" default:"false" help:"let the mapper see no other lines: mr.Containing"`
}

// Job has no reduce.
func (g Grep) Job() mr.Job {
	options := []mr.Option{mr.Output(mr.Values)}
	if g.Only {
		options = append(options, mr.Containing(g.Text))
	}
	return mr.MapOnly(grep{text: []byte(g.Text)}, options...)
}

type grep struct{ text []byte }

// Map emits the line if it holds the text.
func (g grep) Map(line []byte, emit mr.Emit[struct{}, []byte]) error {
	if bytes.Contains(line, g.text) {
		emit(struct{}{}, line)
	}
	return nil
}

// Identity writes each line again: what a mapper costs that does nothing.
type Identity struct{ Paths }

// Job has no reduce.
func (i Identity) Job() mr.Job { return mr.MapOnly(i, mr.Output(mr.Values)) }

// Map emits the line.
func (Identity) Map(line []byte, emit mr.Emit[struct{}, []byte]) error {
	emit(struct{}{}, line)
	return nil
}
