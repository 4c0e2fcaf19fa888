package scheduler

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// Changes are the tasks that one write has changed. They are announced after it.
type Changes struct {
	// Number is that of the write, among those of this scheduler that were announced.
	Number int64

	Tasks []TaskChange // by key

	// Reload says that changes are left out, this write's own among them: whoever keeps a copy
	// of the tasks has to read them again.
	Reload bool
}

// A TaskChange is what a task became.
type TaskChange struct {
	Key     int64
	ID      string
	Family  string
	State   store.State // empty where it was forgotten: then all but the key is empty
	Changed time.Time   // when the state changed
	Fence   int64       // of the attempt under way or the last one
}

// A Written tells of one write of the state, for those who measure.
type Written struct {
	Records int // tasks, attempts, runs, events and settings
	Took    time.Duration
	Err     error
}

const (
	// mostChanges bounds the changes that are announced one by one. Those of more tasks, such
	// as a large submission, are better read as a list.
	mostChanges = 1000

	// subscriberRoom is how many writes a subscriber may be behind.
	subscriberRoom = 64

	// recentRoom is how many writes are kept for subscribers that come again.
	recentRoom = 256
)

// Changes returns a channel that gets the changes of each write from now on, until the context or
// the scheduler ends; it is closed then. The scheduler never waits for the receiver: one that is
// too far behind misses changes, and is told so with Reload.
func (s *Scheduler) Changes(ctx context.Context) <-chan Changes {
	changes, _ := s.ChangesAfter(ctx, -1)
	return changes
}

// ChangesAfter is Changes for a receiver that comes again and has had those up to a number. What it
// missed is sent first, as a Reload where it is too much. The number it returns is of the last
// write before.
func (s *Scheduler) ChangesAfter(ctx context.Context, number int64) (changes <-chan Changes, last int64) {
	return s.hub.subscribe(ctx, number)
}

// OnWrite has a function told of each write. It is called from the scheduler's own goroutine, so it
// must neither wait nor ask the scheduler. The returned function ends that.
func (s *Scheduler) OnWrite(told func(Written)) (stop func()) { return s.hub.onWrite(told) }

func recordsOf(b *store.Batch) int {
	return len(b.Tasks) + len(b.Progress) + len(b.Attempts) + len(b.Runs) + len(b.Events) + len(b.Settings) + len(b.Forgotten)
}

// changesOf returns what a batch has changed of tasks, or nil where that is too much. The started ones
// are those of core.take.
func (c *core) changesOf(b *store.Batch, started []*attempt) []TaskChange {
	count := len(b.Tasks) + len(b.Progress) + len(b.Forgotten) + len(started)
	if count > mostChanges {
		return nil
	}
	changes := make([]TaskChange, 0, count)
	for _, key := range b.Forgotten {
		changes = append(changes, TaskChange{Key: key})
	}
	add := func(key int64, p *store.Progress) {
		if t := c.tasks[key]; t != nil {
			changes = append(changes, TaskChange{key, t.ID, t.Family, p.State, p.Changed, p.Fence})
		}
	}
	for i := range b.Tasks {
		add(b.Tasks[i].Key, &b.Tasks[i].Progress)
	}
	for key, p := range b.Progress {
		add(key, &p)
	}
	for _, a := range started {
		if _, more := b.Progress[a.Task]; !more {
			changes = append(changes, TaskChange{a.Task, a.task.ID, a.task.Family, store.Running, a.Started, a.Fence})
		}
	}
	slices.SortFunc(changes, func(a, b TaskChange) int { return cmp.Compare(a.Key, b.Key) })
	return changes
}

// A hub tells subscribers of writes. Its zero value works.
type hub struct {
	mu          sync.Mutex
	subscribers map[*subscriber]struct{}
	observers   map[*func(Written)]struct{}
	used        bool // somebody has subscribed, so that the recent ones are worth keeping
	closed      bool
	last        int64
	recent      []Changes // the last ones, without gaps
}

// A subscriber has a channel that only the hub sends to. Its last place is for a Reload; behind
// that nothing is sent until the receiver has taken all, for it reads everything then.
type subscriber struct {
	changes chan Changes
	behind  bool
}

func (h *hub) subscribe(ctx context.Context, after int64) (<-chan Changes, int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := &subscriber{changes: make(chan Changes, subscriberRoom)}
	if h.closed || ctx.Err() != nil {
		close(s.changes)
		return s.changes, h.last
	}
	h.used = true
	if after >= 0 && after != h.last {
		h.replay(s, after)
	}
	if h.subscribers == nil {
		h.subscribers = map[*subscriber]struct{}{}
	}
	h.subscribers[s] = struct{}{}
	context.AfterFunc(ctx, func() { h.leave(s) })
	return s.changes, h.last
}

// replay sends what came after a number.
func (h *hub) replay(s *subscriber, after int64) {
	missed := h.last - after
	if missed < 0 || missed > int64(len(h.recent)) || missed >= subscriberRoom {
		s.send(Changes{Number: h.last, Reload: true})
		return
	}
	for _, c := range h.recent[len(h.recent)-int(missed):] {
		s.send(c)
	}
}

func (h *hub) leave(s *subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.subscribers[s]; ok {
		delete(h.subscribers, s)
		close(s.changes)
	}
}

// announce tells of a write. Nobody who has ever subscribed costs nothing.
func (h *hub) announce(changesOf func() []TaskChange) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.used {
		return
	}
	tasks := changesOf()
	if tasks != nil && len(tasks) == 0 {
		return
	}
	h.last++
	h.publish(Changes{Number: h.last, Tasks: tasks, Reload: tasks == nil})
}

func (h *hub) reload() {
	h.announce(func() []TaskChange { return nil })
}

func (h *hub) publish(c Changes) {
	if len(h.recent) == recentRoom {
		h.recent = slices.Delete(h.recent, 0, 1)
	}
	h.recent = append(h.recent, c)
	for s := range h.subscribers {
		s.send(c)
	}
}

func (s *subscriber) send(c Changes) {
	if s.behind && len(s.changes) > 0 {
		return
	}
	s.behind = len(s.changes) == cap(s.changes)-1
	if s.behind {
		c = Changes{Number: c.Number, Reload: true}
	}
	s.changes <- c // there is room: nobody else sends
}

// close ends all subscriptions.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.subscribers {
		close(s.changes)
	}
	h.subscribers = nil
}

func (h *hub) onWrite(told func(Written)) (stop func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.observers == nil {
		h.observers = map[*func(Written)]struct{}{}
	}
	key := &told
	h.observers[key] = struct{}{}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.observers, key)
	}
}

func (h *hub) tell(w Written) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for told := range h.observers {
		(*told)(w)
	}
}
