package scheduler

import "github.com/gomr/gomr/orchestrate/store"

// defaultLimit is how much there is of a resource that nobody has set, as in Luigi.
const defaultLimit = 1

// resources are what running tasks take, and how much there is.
type resources struct {
	limits map[string]int // those that were set
	used   map[string]int
	paused map[string]bool // those that no task may take that starts
}

func newResources() *resources {
	return &resources{limits: map[string]int{}, used: map[string]int{}, paused: map[string]bool{}}
}

func (r *resources) limit(name string) int {
	if limit, ok := r.limits[name]; ok {
		return limit
	}
	return defaultLimit
}

// free returns how much is left, less than nothing after a limit was lowered.
func (r *resources) free(name string) int { return r.limit(name) - r.used[name] }

func (r *resources) take(needs []need) {
	for _, n := range needs {
		r.used[n.resource] += n.amount
	}
}

func (r *resources) give(needs []need) {
	for _, n := range needs {
		if r.used[n.resource] -= n.amount; r.used[n.resource] == 0 {
			delete(r.used, n.resource)
		}
	}
}

// holds tells whether a task in that state has its resources. One that waits for others has
// given them back, for those may need them.
func holds(s store.State) bool { return s == store.Running }
