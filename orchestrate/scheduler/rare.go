package scheduler

import (
	"cmp"
	"slices"

	"github.com/gomr/gomr/orchestrate/store"
)

// rareTasks are the tasks by key that are neither pending nor done: few among many, and those that people
// ask for all day. With it, a list of them looks at no others.
type rareTasks map[store.State]map[int64]*task

func isRare(s store.State) bool { return s != store.Pending && s != store.Done }

func (r rareTasks) add(t *task) {
	if !isRare(t.State) {
		return
	}
	if r[t.State] == nil {
		r[t.State] = map[int64]*task{}
	}
	r[t.State][t.Key] = t
}

func (r rareTasks) remove(t *task) { delete(r[t.State], t.Key) }

// has reports whether all tasks in some states are here, and few enough to be sorted at once.
func (r rareTasks) has(states []store.State) bool {
	n := 0
	for _, s := range states {
		n += len(r[s])
		if !isRare(s) {
			return false
		}
	}
	return len(states) > 0 && n <= lookAtOnce
}

// after returns the tasks in some states whose keys are larger than one, by key.
func (r rareTasks) after(key int64, states []store.State) []*task {
	var found []*task
	for s, tasks := range r {
		if !slices.Contains(states, s) {
			continue
		}
		for _, t := range tasks {
			if t.Key > key {
				found = append(found, t)
			}
		}
	}
	slices.SortFunc(found, func(a, b *task) int { return cmp.Compare(a.Key, b.Key) })
	return found
}
