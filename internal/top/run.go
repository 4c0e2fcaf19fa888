package top

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Options say what is shown, and where.
type Options struct {
	Source Source
	Server string // its name, for the first line

	// In is the terminal whose keys are read, and Out the one that is drawn on.
	In, Out *os.File

	Colour bool
}

const (
	// drawEvery is how often the screen is drawn at most.
	drawEvery = 500 * time.Millisecond

	// askEvery is how often the server is asked though nothing is heard of it.
	askEvery = 2 * time.Second

	// patience is how long an answer may take.
	patience = 10 * time.Second
)

// Run shows a server until a key or the context ends it. A server that can't be reached is waited for. It is for
// terminals of Unix alone: elsewhere it returns [errors.ErrUnsupported].
func Run(ctx context.Context, options Options) (err error) {
	t, err := openTerminal(options.In, options.Out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	ctx, cancel := context.WithCancel(ctx)
	s := &screen{options: options, terminal: t, answers: make(chan answer), asks: make(chan struct{}, 1)}
	asked := make(chan struct{})
	go func() { defer close(asked); s.answer(ctx) }()
	defer func() { cancel(); <-asked }()
	return s.loop(ctx)
}

// A screen is what is shown. Its fields but the channels are of the goroutine that runs loop.
type screen struct {
	options  Options
	terminal *terminal
	asks     chan struct{} // has room for one: the server is to be asked
	answers  chan answer

	view  View
	last  *Snapshot
	lost  time.Time // since when the server can't be reached
	why   error
	still bool // the user wants to read
	drawn time.Time
}

// An answer is what the server said.
type answer struct {
	snapshot *Snapshot
	err      error
	panicked any // the value of a panic, which is the loop's to go on with
}

// answer asks the server whenever that is wanted, until the context ends.
func (s *screen) answer(ctx context.Context) {
	for {
		select {
		case <-s.asks:
		case <-ctx.Done():
			return
		}
		got := s.ask(ctx)
		select {
		case s.answers <- got:
		case <-ctx.Done():
			return
		}
	}
}

func (s *screen) ask(ctx context.Context) (got answer) {
	defer func() {
		if value := recover(); value != nil {
			got = answer{panicked: value}
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	snapshot, err := Take(ctx, s.options.Source, time.Now())
	return answer{snapshot: snapshot, err: err}
}

func (s *screen) want() {
	select {
	case s.asks <- struct{}{}:
	default: // it is wanted already
	}
}

// loop draws, and does what keys say, until it is to end.
func (s *screen) loop(ctx context.Context) error {
	s.view = View{Server: s.options.Server, Colour: s.options.Colour, Keys: true}
	changes := s.options.Source.Changes(ctx)
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	draw := time.NewTimer(0)
	defer draw.Stop()
	dirty := func() { draw.Reset(max(0, drawEvery-time.Since(s.drawn))) }
	s.want()
	for {
		select {
		case <-ctx.Done():
			return nil
		case key, ok := <-s.terminal.keys:
			if !ok || s.press(key) {
				return nil
			}
			dirty()
		case <-s.terminal.resized:
			dirty()
		case <-s.terminal.stops:
			if err := s.terminal.suspend(); err != nil {
				return err
			}
			dirty()
		case got := <-s.answers:
			s.take(got)
			dirty()
		case _, ok := <-changes:
			if !ok {
				changes = nil
			}
			s.want()
		case <-tick.C:
			s.want()
		case <-draw.C:
			if err := s.draw(); err != nil {
				return err
			}
		}
	}
}

// press does what a key says, and reports whether that is to end.
func (s *screen) press(key byte) (end bool) {
	const interrupt, stop = 3, 26 // ^C and ^Z, which raw mode leaves to us
	switch key {
	case 'q', 'Q', interrupt:
		return true
	case stop:
		s.terminal.stop()
	case 'p', 'P':
		s.still = !s.still
	case 'e':
		s.view.Order = ByElapsed
	case 'r':
		s.view.Order = ByRisk
	case 'n':
		s.view.Order = ByName
	}
	return false
}

func (s *screen) take(got answer) {
	switch {
	case got.panicked != nil:
		panic(got.panicked)
	case got.err != nil:
		if s.why == nil {
			s.lost = time.Now()
		}
		s.why = got.err
	default:
		s.why = nil
		if !s.still {
			s.last = got.snapshot
		}
	}
}

func (s *screen) draw() error {
	s.drawn = time.Now()
	v := s.view
	if v.Width, v.Height = s.terminal.size(); v.Width <= 0 || v.Height <= 0 {
		return nil
	}
	var notes []string
	if s.why != nil {
		notes = append(notes, fmt.Sprintf("no answer since %s: %s", s.lost.Format(time.TimeOnly), s.why))
	}
	if s.still {
		notes = append(notes, "held still: p goes on")
	} else {
		v.Now = s.drawn
	}
	v.Note = strings.Join(notes, "; ")
	return s.terminal.draw(Render(s.last, v))
}
