package scheduler

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// A task is a task in memory, with its place in the graph and in the queues. There are a million of them, so
// that its size counts: 512 bytes are the next step below.
type task struct {
	store.Task

	requires   []*task
	dependents []*task // that require it
	open       int32   // of requires, how many are not done
	stuck      int32   // of requires, how many won't be done before somebody acts
	priority   int     // the highest of its own and of those that depend on it and are not done

	attempt *attempt // the one under way

	place taskPlace // in a heap of those that wait for their turn

	mates *mates // those that it can be made with, while it waits; nil where it is made alone

	alarm *alarm // when it goes on by itself

	grid gridPlace

	mateIndex int32 // in mates
	rides     bool  // another task of its batch has taken the resources
	unsaved   bool  // its progress has to be written
	forgotten bool  // it is only in core.order yet
	held      bool  // a hold keeps it from being started, see core.holdOf
}

// A need is how much of a resource a task takes.
type need struct {
	resource string
	amount   int
}

// needs returns what the task takes, by resource. It is not kept, since most tasks take nothing.
func (t *task) needs() []need {
	var needs []need
	for _, name := range slices.Sorted(maps.Keys(t.Resources)) {
		if t.Resources[name] > 0 {
			needs = append(needs, need{name, t.Resources[name]})
		}
	}
	return needs
}

func (t *task) need(resource string) int { return t.Resources[resource] }

// before orders tasks that could start: the higher priority, then what came first.
func (t *task) before(other *task) bool {
	return cmp.Or(cmp.Compare(other.priority, t.priority), cmp.Compare(t.Key, other.Key)) < 0
}

// A standing is what a task is for those that wait for it.
type standing struct {
	done  bool
	stuck bool // it won't be done before somebody acts
}

func (s standing) settled() bool { return s.done || s.stuck }

func (t *task) standing() standing {
	switch t.State {
	case store.Pending, store.Retrying:
		return standing{stuck: t.stuck > 0}
	}
	return standing{done: t.State == store.Done, stuck: stuckByItself(t.State)}
}

// stuckByItself tells whether a task in that state won't be done before somebody acts, or for long.
func stuckByItself(s store.State) bool {
	return s == store.Failed || s == store.Disabled || s == store.Missing
}

// startable tells whether the task can be given to a worker, resources apart.
func (t *task) startable() bool {
	return t.State == store.Pending && t.open == 0 && !t.held && !t.External && !t.Wrapper
}

// An attempt is one that is under way.
type attempt struct {
	store.Attempt
	task  *task
	lease time.Time // until when it may be silent
	alarm *alarm    // that looks at the lease, of one that has no lead

	lead   *attempt   // whose process makes this one; nil is its own
	others []*attempt // that its process makes, too

	waiting *wait  // for tasks that it has asked for
	kill    string // who wants its end, and why; empty is nobody
}
