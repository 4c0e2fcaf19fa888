package server_test

import (
	"cmp"
	"context"
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
	failing  error
	writes   int
}

func newMemoryStore() *memoryStore {
	return &memoryStore{
		tasks: map[int64]store.Task{}, attempts: map[int64]store.Attempt{}, runs: map[int64]store.Run{},
		settings: map[string]string{}, logs: map[int64][]byte{},
	}
}

func (m *memoryStore) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failing = err
}

func (m *memoryStore) Write(_ context.Context, b *store.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failing != nil {
		return m.failing
	}
	m.writes++
	for _, key := range b.Forgotten {
		delete(m.tasks, key)
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
	for name, value := range b.Settings {
		m.settings[name] = value
		if value == "" {
			delete(m.settings, name)
		}
	}
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

func (m *memoryStore) Run(_ context.Context, request string) (store.Run, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.runs {
		if r.Request == request {
			return r, true, nil
		}
	}
	return store.Run{}, false, nil
}

func (m *memoryStore) Runs(_ context.Context, before int64, limit int) ([]store.Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return page(m.runs, limit, func(r store.Run) bool { return before == 0 || r.Key < before }), nil
}

func (m *memoryStore) Attempts(_ context.Context, q store.AttemptQuery) ([]store.Attempt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return page(m.attempts, q.Limit, func(a store.Attempt) bool {
		return (q.Task == 0 || a.Task == q.Task) && (q.Worker == "" || a.Worker == q.Worker) && (q.Before == 0 || a.Fence < q.Before) &&
			(q.Family == "" || m.tasks[a.Task].Family == q.Family) && !a.Started.Before(q.Since)
	}), nil
}

// page returns the records with the greatest keys that match.
func page[T any](records map[int64]T, limit int, matches func(T) bool) (found []T) {
	for _, key := range slices.Backward(slices.Sorted(maps.Keys(records))) {
		if matches(records[key]) && len(found) < cmp.Or(limit, store.DefaultLimit) {
			found = append(found, records[key])
		}
	}
	return found
}

func (m *memoryStore) Events(_ context.Context, q store.EventQuery) (found []store.Event, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.events {
		if e.Seq > q.After && (q.Task == 0 || e.Task == q.Task) && (q.Run == 0 || e.Run == q.Run) && (q.Kind == "" || e.Kind == q.Kind) &&
			len(found) < cmp.Or(q.Limit, store.DefaultLimit) {
			found = append(found, e)
		}
	}
	return found, nil
}

func (m *memoryStore) AppendLog(_ context.Context, fence, offset int64, chunk []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	end := int64(len(m.logs[fence]))
	if offset > end {
		return &store.DatabaseError{Database: "memory", Op: "append to a log", Err: &store.GapError{Fence: fence, Offset: offset, Expected: end}}
	}
	if stored := end - offset; stored < int64(len(chunk)) {
		m.logs[fence] = append(m.logs[fence], chunk[stored:]...)
	}
	return nil
}

func (m *memoryStore) ReadLog(_ context.Context, fence, offset int64, limit int) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text := m.logs[fence]
	text = text[min(offset, int64(len(text))):]
	return slices.Clone(text[:min(limit, len(text))]), nil
}

func (m *memoryStore) setting(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.settings[name]
}
