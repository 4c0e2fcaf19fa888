package notify

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/gomr/gomr/orchestrate/store"
)

// A memoryStore is a store in memory that fails when it is told to.
type memoryStore struct {
	mu       sync.Mutex
	tasks    map[int64]store.Task
	attempts map[int64]store.Attempt
	runs     map[int64]store.Run
	settings map[string]string
	events   []store.Event
	logs     map[int64][]byte
	failing  bool
}

var errDiskFull = errors.New("no space left on device")

func newMemoryStore() *memoryStore {
	return &memoryStore{
		tasks: map[int64]store.Task{}, attempts: map[int64]store.Attempt{}, runs: map[int64]store.Run{},
		settings: map[string]string{}, logs: map[int64][]byte{},
	}
}

func (m *memoryStore) fail(failing bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failing = failing
}

func (m *memoryStore) Write(_ context.Context, b *store.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failing {
		return errDiskFull
	}
	for _, t := range b.Tasks {
		m.tasks[t.Key] = t
	}
	for key, p := range b.Progress {
		t := m.tasks[key]
		t.Progress = p
		m.tasks[key] = t
	}
	for _, a := range b.Attempts {
		m.attempts[a.Fence] = a
	}
	for _, r := range b.Runs {
		m.runs[r.Key] = r
	}
	m.events = append(m.events, b.Events...)
	maps.Copy(m.settings, b.Settings)
	maps.DeleteFunc(m.settings, func(_, value string) bool { return value == "" })
	return nil
}

func (m *memoryStore) Load(context.Context) (*store.Live, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	live := &store.Live{Settings: maps.Clone(m.settings), LastEvent: int64(len(m.events))}
	for _, key := range slices.Sorted(maps.Keys(m.tasks)) {
		live.Tasks, live.LastTask = append(live.Tasks, m.tasks[key]), key
	}
	for _, fence := range slices.Sorted(maps.Keys(m.attempts)) {
		live.LastFence = fence
		if m.attempts[fence].Outcome == "" {
			live.Attempts = append(live.Attempts, m.attempts[fence])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.runs)) {
		live.LastRun = key
		if m.runs[key].Ended.IsZero() {
			live.Runs = append(live.Runs, m.runs[key])
		}
	}
	return live, nil
}

func (m *memoryStore) Run(context.Context, string) (store.Run, bool, error) {
	return store.Run{}, false, nil
}

func (m *memoryStore) Runs(_ context.Context, before int64, limit int) ([]store.Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return newest(m.runs, limit, func(r store.Run) bool { return before == 0 || r.Key < before }), nil
}

func (m *memoryStore) Attempts(_ context.Context, q store.AttemptQuery) ([]store.Attempt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return newest(m.attempts, q.Limit, func(a store.Attempt) bool { return a.Task == q.Task && (q.Before == 0 || a.Fence < q.Before) }), nil
}

func newest[T any](records map[int64]T, limit int, matches func(T) bool) (found []T) {
	for _, key := range slices.Backward(slices.Sorted(maps.Keys(records))) {
		if matches(records[key]) && len(found) < limit {
			found = append(found, records[key])
		}
	}
	return found
}

func (m *memoryStore) Events(_ context.Context, q store.EventQuery) (found []store.Event, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failing {
		return nil, errDiskFull
	}
	for _, e := range m.events {
		if e.Seq > q.After && (q.Kind == "" || e.Kind == q.Kind) && len(found) < cmp.Or(q.Limit, store.DefaultLimit) {
			found = append(found, e)
		}
	}
	return found, nil
}

func (m *memoryStore) ReadLog(_ context.Context, fence, offset int64, limit int) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text := m.logs[fence]
	text = text[min(offset, int64(len(text))):]
	return slices.Clone(text[:min(limit, len(text))]), nil
}

func (m *memoryStore) log(fence int64, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.logs[fence] = []byte(text)
}
