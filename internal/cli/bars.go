package cli

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/gomr/gomr/orchestrate"
)

// barParts is the number of parts that a bar is divided into.
const barParts = 1000

// bars are the bars of the tasks that run, at the bottom of a terminal. Lines written
// to them appear above. Write may be called from any goroutine, the rest from one.
type bars struct {
	terminal io.Writer
	progress *mpb.Progress
	byID     map[string]*taskBar
}

type taskBar struct {
	bar     *mpb.Bar
	message atomic.Pointer[string]
}

func newBars(terminal io.Writer) *bars {
	return &bars{terminal, mpb.New(mpb.WithOutput(terminal)), make(map[string]*taskBar)}
}

// start shows a bar for a task.
func (b *bars) start(id string) {
	b.end(id)
	t := &taskBar{}
	t.message.Store(new(string))
	t.bar = b.progress.New(barParts,
		mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
		mpb.BarWidth(30),
		mpb.PrependDecorators(decor.Name(id)),
		mpb.AppendDecorators(
			decor.Any(func(decor.Statistics) string { return *t.message.Load() + " " }),
			decor.Elapsed(decor.ET_STYLE_GO),
		),
	)
	b.byID[id] = t
}

func (b *bars) update(id string, p orchestrate.Progress) {
	t := b.byID[id]
	if t == nil {
		return
	}
	t.message.Store(&p.Message)
	if p.Fraction >= 0 {
		// One part short of the end, for at the end mpb takes the bar for done.
		t.bar.SetCurrent(min(int64(barParts*p.Fraction), barParts-1))
	}
}

// end takes the bar of a task away.
func (b *bars) end(id string) {
	if t := b.byID[id]; t != nil {
		t.bar.Abort(true)
		t.bar.Wait()
		delete(b.byID, id)
	}
}

// close takes all bars away. Lines are written as before.
func (b *bars) close() {
	for id := range b.byID {
		b.end(id)
	}
	b.progress.Wait()
}

// Write writes lines above the bars.
func (b *bars) Write(p []byte) (int, error) {
	n, err := b.progress.Write(p)
	if errors.As(err, new(mpb.ErrDone[*mpb.Progress])) {
		return b.terminal.Write(p)
	}
	return n, err
}
