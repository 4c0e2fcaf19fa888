package timeline

import (
	"cmp"
	"slices"
	"time"
)

// A Task is a task with the attempt that counts.
type Task struct {
	Key      int64
	Requires []int64   // keys; those of tasks that are not given are passed over
	Started  time.Time // zero where it has not begun
	Ended    time.Time // zero while it is under way
}

// A Bar is when a task waited and ran.
type Bar struct {
	Task

	Ready    time.Time // when it could begin; zero where it has not begun, or where nothing tells
	Critical bool      // it is on the critical path
}

// A Step is a task on the critical path.
type Step struct {
	Key    int64
	Waited time.Duration // since the step before ended, or since the beginning
	Ran    time.Duration
}

// A Timeline is of some tasks.
type Timeline struct {
	Begin, End time.Time // of the critical path; zero where there is none
	Bars       []Bar     // by when they began; those that have yet to begin are the last
	Path       []Step
}

// Waited returns for how long nothing of the critical path ran.
func (t *Timeline) Waited() (sum time.Duration) {
	for _, step := range t.Path {
		sum += step.Waited
	}
	return sum
}

// Ran returns for how long the steps of the critical path ran.
func (t *Timeline) Ran() (sum time.Duration) {
	for _, step := range t.Path {
		sum += step.Ran
	}
	return sum
}

// Of makes the timeline of tasks that begins at a time, or with its first step where that is zero.
// What is under way ends now.
func Of(begin, now time.Time, tasks []Task) *Timeline {
	w := &walk{begin: begin, now: now, bars: make([]Bar, len(tasks)), byKey: make(map[int64]*Bar, len(tasks))}
	for i, t := range tasks {
		w.bars[i].Task = t
		w.byKey[t.Key] = &w.bars[i]
	}
	t := &Timeline{Path: w.path()}
	if len(t.Path) > 0 {
		first, last := w.byKey[t.Path[0].Key], w.byKey[t.Path[len(t.Path)-1].Key]
		t.Begin, t.End = begin, w.end(last)
		if begin.IsZero() {
			t.Begin = first.Started
		}
	}
	for i := range w.bars {
		bar := &w.bars[i]
		if bar.Started.IsZero() {
			continue
		}
		if before := w.before(bar); before != nil {
			bar.Ready = w.end(before)
		} else if bar.Ready = begin; bar.Started.Before(begin) {
			bar.Ready = bar.Started
		}
	}
	t.Bars = w.bars
	slices.SortStableFunc(t.Bars, byStart)
	return t
}

// Most returns so many of the bars at most, in their order: those of the critical path, those under way, and those that
// took longest or began last.
func (t *Timeline) Most(n int) []Bar {
	if len(t.Bars) <= n {
		return t.Bars
	}
	order := make([]int, len(t.Bars))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := &t.Bars[i], &t.Bars[j]
		return cmp.Or(cmp.Compare(b.rank(), a.rank()), cmp.Compare(b.Ended.Sub(b.Started), a.Ended.Sub(a.Started)), cmp.Compare(j, i))
	})
	order = order[:n]
	slices.Sort(order)
	most := make([]Bar, n)
	for i, at := range order {
		most[i] = t.Bars[at]
	}
	return most
}

// rank is how much a bar is wanted where there are too many.
func (b *Bar) rank() int {
	switch {
	case b.Critical:
		return 3
	case b.Started.IsZero():
		return 0
	case b.Ended.IsZero():
		return 2
	}
	return 1
}

// byStart has bars in the order of a picture.
func byStart(a, b Bar) int {
	if a.Started.IsZero() != b.Started.IsZero() {
		return b.Started.Compare(a.Started)
	}
	return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Key, b.Key))
}

// A walk goes along requirements.
type walk struct {
	begin, now time.Time
	bars       []Bar
	byKey      map[int64]*Bar
}

// path returns the critical path, and marks its bars.
func (w *walk) path() (steps []Step) {
	for bar := w.last(); bar != nil; {
		bar.Critical = true
		start, end, before := w.start(bar), w.end(bar), w.before(bar)
		if before != nil && before.Critical {
			before = nil // tasks that require each other, which are none but while they change
		}
		step := Step{Key: bar.Key, Ran: end.Sub(start)}
		switch {
		case before != nil:
			step.Waited = start.Sub(w.end(before))
		case !w.begin.IsZero():
			step.Waited = start.Sub(w.begin)
		}
		steps, bar = append(steps, step), before
	}
	slices.Reverse(steps)
	return steps
}

// last returns the bar that ended last, or nil where none has begun.
func (w *walk) last() (last *Bar) {
	for i := range w.bars {
		if bar := &w.bars[i]; w.counts(bar) && (last == nil || w.later(bar, last)) {
			last = bar
		}
	}
	return last
}

// before returns what a bar could begin after, or nil where it could begin with the timeline.
func (w *walk) before(bar *Bar) (last *Bar) {
	start := w.start(bar)
	for _, key := range bar.Requires {
		r := w.byKey[key]
		if r != nil && w.counts(r) && !w.end(r).After(start) && (last == nil || w.later(r, last)) {
			last = r
		}
	}
	return last
}

// counts tells whether a bar has begun, and ended after the timeline begins.
func (w *walk) counts(bar *Bar) bool { return !bar.Started.IsZero() && w.end(bar).After(w.begin) }

// later tells whether a bar ended after another one. Of those that ended together, one that took no time
// has come after the others, and among these the one that began first has kept people waiting.
func (w *walk) later(a, b *Bar) bool {
	if c := w.end(a).Compare(w.end(b)); c != 0 {
		return c > 0
	}
	if w.instant(a) != w.instant(b) {
		return w.instant(a)
	}
	return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(b.Key, a.Key)) < 0
}

func (w *walk) instant(bar *Bar) bool { return w.end(bar).Equal(w.start(bar)) }

func (w *walk) start(bar *Bar) time.Time {
	if bar.Started.Before(w.begin) {
		return w.begin
	}
	return bar.Started
}

// end returns when a bar ended, which is not before it began whatever the clocks say.
func (w *walk) end(bar *Bar) time.Time {
	end := bar.Ended
	if end.IsZero() {
		end = w.now
	}
	if end.Before(bar.Started) {
		return bar.Started
	}
	return end
}
