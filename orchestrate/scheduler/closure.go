package scheduler

import "github.com/gomr/gomr/orchestrate/store"

// A closureLook goes from some tasks to others, such as all that they require, a few at a time, so that
// others have their turn in between.
type closureLook struct {
	seen map[int64]bool
	next []int64
}

func newClosureLook(keys []int64) *closureLook {
	look := &closureLook{seen: map[int64]bool{}}
	look.add(keys)
	return look
}

func (l *closureLook) over() bool { return len(l.next) == 0 }

func (l *closureLook) add(keys []int64) {
	for _, key := range keys {
		if !l.seen[key] {
			l.seen[key] = true
			l.next = append(l.next, key)
		}
	}
}

// visit calls do for as many tasks as one look may, or until it has had enough, and goes on to those
// whose keys it returns.
func (l *closureLook) visit(c *core, do func(t *task) (next []int64, enough bool)) {
	for range lookAtOnce {
		if l.over() {
			return
		}
		last := len(l.next) - 1
		t := c.tasks[l.next[last]]
		l.next = l.next[:last]
		if t == nil {
			continue
		}
		next, enough := do(t)
		l.add(next)
		if enough {
			return
		}
	}
}

// count counts as many tasks as one look may.
func (l *closureLook) count(c *core, states map[store.State]int) {
	l.visit(c, func(t *task) ([]int64, bool) {
		states[t.State]++
		return t.Requires, false
	})
}
