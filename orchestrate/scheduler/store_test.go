package scheduler

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/gomr/gomr/orchestrate/store"
)

// A memoryStore is a Store in memory that fails when it is told to.
type memoryStore struct {
	mu       sync.Mutex
	tasks    map[int64]store.Task
	attempts map[int64]store.Attempt
	runs     map[int64]store.Run
	settings map[string]string
	events   []store.Event
	writes   int
	failing  func(write int) bool // nil fails none
}

var errDiskFull = errors.New("no space left on device")

func newMemoryStore() *memoryStore {
	return &memoryStore{
		tasks: map[int64]store.Task{}, attempts: map[int64]store.Attempt{},
		runs: map[int64]store.Run{}, settings: map[string]string{},
	}
}

// fail sets which writes fail, by their number.
func (m *memoryStore) fail(failing func(write int) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failing = failing
}

func always(int) bool { return true }

func (m *memoryStore) Write(_ context.Context, b *store.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writes++
	if m.failing != nil && m.failing(m.writes) {
		return errDiskFull
	}
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
		if value == "" {
			delete(m.settings, name)
		} else {
			m.settings[name] = value
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

// Runs is for runs that have ended.
func (m *memoryStore) Runs(_ context.Context, before int64, limit int) (runs []store.Run, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := before - 1; key > 0 && len(runs) < limit; key-- {
		if r, ok := m.runs[key]; ok {
			runs = append(runs, r)
		}
	}
	return runs, nil
}
