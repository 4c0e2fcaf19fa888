package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// A Memory is a store in memory, for tests of what is built on a store: it is fast, needs no file, works in a bubble of
// testing/synctest, and its writes fail when they are told to.
//
//	m := storetest.NewMemory()
//	s, err := scheduler.Open(ctx, m, scheduler.Config{})
//	…
//	m.Fail(storetest.Always(storetest.ErrDiskFull))
//	require.ErrorIs(t, s.Pause(ctx, "ann"), storetest.ErrDiskFull)
//
// It passes the suite of the databases, but for what lasts beyond a process, and heeds no context. It keeps the lists
// and maps of the records that are written, which must not be changed later. Its methods may be called from any
// number of goroutines; what one writes, all others see at once and whole.
type Memory struct {
	mu       sync.Mutex
	contents *Contents
	byID     map[string]int64 // keys of tasks
	logs     map[int64][]byte
	writes   int
	failing  func(write int) error
}

// ErrDiskFull is for writes that fail.
var ErrDiskFull = errors.New("no space left on device")

// NewMemory returns a store that is empty.
func NewMemory() *Memory {
	return &Memory{contents: newContents(), byID: make(map[string]int64), logs: make(map[int64][]byte)}
}

// Fail has writes fail. From now on failing is asked with the number of each write, of which the first one of the
// store is 1 and those that fail count. An error that it returns is that of the write, which changes nothing. It is
// called by one goroutine at a time, and must not use the store. Nil fails none.
func (m *Memory) Fail(failing func(write int) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failing = failing
}

// Always is for [Memory.Fail]: all writes fail with an error, or none where it is nil.
func Always(err error) func(write int) error { return func(int) error { return err } }

// Contents returns a copy of all but the logs.
func (m *Memory) Contents() *Contents {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.contents.clone()
}

// Write makes all changes of a batch, or none where it returns an error.
func (m *Memory) Write(_ context.Context, b *store.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writes++
	if m.failing != nil {
		if err := m.failing(m.writes); err != nil {
			return err
		}
	}
	if err := m.refuse(b); err != nil {
		return memoryError("write", err)
	}
	for _, key := range b.Forgotten {
		delete(m.byID, m.contents.Tasks[key].ID)
	}
	for i := range b.Tasks {
		delete(m.byID, m.contents.Tasks[b.Tasks[i].Key].ID)
	}
	m.contents.write(b)
	for i := range b.Tasks {
		task := m.contents.Tasks[b.Tasks[i].Key]
		m.byID[task.ID] = task.Key
	}
	return nil
}

// refuse returns what is wrong with a batch: two tasks of an ID, or the progress of a task that is not there.
func (m *Memory) refuse(b *store.Batch) error {
	added, ids := make(map[int64]string), make(map[string]int64)
	for i := range b.Tasks {
		added[b.Tasks[i].Key] = b.Tasks[i].ID
	}
	stays := func(key int64) bool {
		_, there := m.contents.Tasks[key]
		_, replaced := added[key]
		return there && !replaced && !slices.Contains(b.Forgotten, key)
	}
	for key, id := range added {
		other, taken := ids[id]
		if old, known := m.byID[id]; known && stays(old) {
			other, taken = old, true
		}
		if taken {
			return fmt.Errorf("tasks %d and %d are both %q", other, key, id)
		}
		ids[id] = key
	}
	for key := range b.Progress {
		if _, isNew := added[key]; !isNew && !stays(key) {
			return fmt.Errorf("there is no task %d", key)
		}
	}
	return nil
}

func memoryError(op string, err error) error {
	return &store.DatabaseError{Database: "memory", Op: op, Err: err}
}

// Load returns what is not over, as [store.Store.Load] does.
func (m *Memory) Load(context.Context) (*store.Live, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.contents.live(), nil
}

// Run returns the newest run of a request, and whether there is one.
func (m *Memory) Run(_ context.Context, request string) (store.Run, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := newest(m.contents.Runs, 1, func(r store.Run) bool { return r.Request == request })
	if len(found) == 0 {
		return store.Run{}, false, nil
	}
	return found[0], true, nil
}

// Runs returns runs before a key, the newest first. Zero leaves the key or the limit open.
func (m *Memory) Runs(_ context.Context, before int64, limit int) ([]store.Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return newest(m.contents.Runs, limit, func(r store.Run) bool { return before == 0 || r.Key < before }), nil
}

// Attempts returns attempts, the newest first.
func (m *Memory) Attempts(_ context.Context, q store.AttemptQuery) ([]store.Attempt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return newest(m.contents.Attempts, q.Limit, func(a store.Attempt) bool {
		return (q.Task == 0 || a.Task == q.Task) && (q.Worker == "" || a.Worker == q.Worker) && (q.Before == 0 || a.Fence < q.Before) &&
			(q.Tasks == nil || slices.Contains(q.Tasks, a.Task)) && (q.Outcome == "" || a.Outcome == q.Outcome) && (!q.Open || a.Ended.IsZero()) &&
			(q.Family == "" || m.contents.Tasks[a.Task].Family == q.Family) && !a.Started.Before(q.Since) && (q.Until.IsZero() || a.Started.Before(q.Until))
	}), nil
}

// LastAttempts returns an attempt at each of some tasks, as [store.Store.LastAttempts] does.
func (m *Memory) LastAttempts(_ context.Context, tasks []int64, by time.Time) (found []store.Attempt, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	wanted, chosen := make(map[int64]bool, len(tasks)), map[int64]store.Attempt{}
	for _, key := range tasks {
		wanted[key] = true
	}
	for _, a := range sorted(m.contents.Attempts) {
		if _, tried := chosen[a.Task]; wanted[a.Task] && (!tried || by.IsZero() || !a.Started.After(by)) {
			chosen[a.Task] = a
		}
	}
	for _, a := range chosen {
		found = append(found, a)
	}
	slices.SortFunc(found, func(a, b store.Attempt) int { return cmp.Compare(a.Fence, b.Fence) })
	return found, nil
}

// newest returns the records with the greatest keys that match.
func newest[T any](records map[int64]T, limit int, matches func(T) bool) []T {
	var found []T
	for _, record := range reversed(records) {
		if matches(record) {
			if found = append(found, record); len(found) == limitOf(limit) {
				break
			}
		}
	}
	return found
}

func limitOf(limit int) int { return cmp.Or(max(limit, 0), store.DefaultLimit) }

// Events returns events, as [store.Store.Events] does.
func (m *Memory) Events(_ context.Context, q store.EventQuery) (found []store.Event, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	events := sorted(m.contents.Events)
	behind := func(seq int64) bool { return seq > q.After }
	if q.Newest {
		slices.Reverse(events)
		behind = func(seq int64) bool { return q.After == 0 || seq < q.After }
	}
	for _, e := range events {
		if behind(e.Seq) && (q.Task == 0 || e.Task == q.Task) && (q.Run == 0 || e.Run == q.Run) && (q.Kind == "" || e.Kind == q.Kind) &&
			len(found) < limitOf(q.Limit) {
			found = append(found, e)
		}
	}
	return found, nil
}

// AppendLog adds to the log of an attempt what is not stored yet. A gap is a [store.GapError].
func (m *Memory) AppendLog(_ context.Context, fence, offset int64, chunk []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	end := int64(len(m.logs[fence]))
	if offset < 0 || offset > end {
		return memoryError("append to a log", &store.GapError{Fence: fence, Offset: offset, Expected: end})
	}
	if stored := end - offset; stored < int64(len(chunk)) {
		m.logs[fence] = append(m.logs[fence], chunk[stored:]...)
	}
	return nil
}

// ReadLog returns a part of the log of an attempt, or of that of its batch.
func (m *Memory) ReadLog(_ context.Context, fence, offset int64, limit int) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text := m.logs[cmp.Or(m.contents.Attempts[fence].Batch, fence)]
	if offset < 0 {
		offset = max(0, int64(len(text))+offset)
	}
	text = text[min(offset, int64(len(text))):]
	return slices.Clone(text[:min(cmp.Or(max(limit, 0), 1<<20), len(text))]), nil
}

// Prune removes what is over, as [store.Store.Prune] does.
func (m *Memory) Prune(_ context.Context, before time.Time) error {
	if before.IsZero() {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.contents
	over := func(ended time.Time) bool { return !ended.IsZero() && ended.Before(before) }
	latest, lastFence, lastRun, lastEvent := make(map[int64]int64), last(c.Attempts), last(c.Runs), last(c.Events)
	for fence, a := range c.Attempts {
		latest[a.Task] = max(latest[a.Task], fence)
	}
	maps.DeleteFunc(m.logs, func(fence int64, _ []byte) bool {
		a, known := c.Attempts[fence]
		return fence <= lastFence && (!known || over(a.Ended))
	})
	maps.DeleteFunc(c.Attempts, func(fence int64, a store.Attempt) bool {
		_, known := c.Tasks[a.Task]
		return over(a.Ended) && fence < lastFence && (fence < latest[a.Task] || !known)
	})
	maps.DeleteFunc(c.Runs, func(key int64, r store.Run) bool { return over(r.Ended) && key < lastRun })
	maps.DeleteFunc(c.Events, func(seq int64, e store.Event) bool { return e.At.Before(before) && seq < lastEvent })
	return nil
}
