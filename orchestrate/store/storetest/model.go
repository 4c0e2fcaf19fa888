package storetest

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

// Contents are what a store must have, in memory: the records by their keys.
type Contents struct {
	Tasks    map[int64]store.Task
	Attempts map[int64]store.Attempt
	Runs     map[int64]store.Run
	Events   map[int64]store.Event
	Settings map[string]string
}

func newContents() *Contents {
	return &Contents{make(map[int64]store.Task), make(map[int64]store.Attempt), make(map[int64]store.Run),
		make(map[int64]store.Event), make(map[string]string)}
}

func (c *Contents) clone() *Contents {
	return &Contents{maps.Clone(c.Tasks), maps.Clone(c.Attempts), maps.Clone(c.Runs), maps.Clone(c.Events), maps.Clone(c.Settings)}
}

// write does what a store does for a batch.
func (c *Contents) write(b *store.Batch) {
	for _, key := range b.Forgotten {
		delete(c.Tasks, key)
	}
	for _, task := range b.Tasks {
		task.Spec, task.Progress = storedSpec(task.Spec), storedProgress(task.Progress)
		c.Tasks[task.Key] = task
	}
	for key, progress := range b.Progress {
		task := c.Tasks[key]
		task.Progress = storedProgress(progress)
		c.Tasks[key] = task
	}
	for _, a := range b.Attempts {
		a.Started, a.Ended, a.Details = storedTime(a.Started), storedTime(a.Ended), storedMap(a.Details)
		c.Attempts[a.Fence] = a
	}
	for _, r := range b.Runs {
		r.At, r.Ended, r.Roots = storedTime(r.At), storedTime(r.Ended), storedList(r.Roots)
		c.Runs[r.Key] = r
	}
	for _, e := range b.Events {
		e.At = storedTime(e.At)
		c.Events[e.Seq] = e
	}
	for name, value := range b.Settings {
		c.Settings[name] = value
		if value == "" {
			delete(c.Settings, name)
		}
	}
}

func storedSpec(s store.Spec) store.Spec {
	s.Args, s.Resources, s.Requires = storedList(s.Args), storedMap(s.Resources), storedList(s.Requires)
	s.Timeout = storedDuration(s.Timeout)
	s.Retry.Delay, s.Retry.MaxDelay = storedDuration(s.Retry.Delay), storedDuration(s.Retry.MaxDelay)
	s.Retry.Window, s.Retry.Rest = storedDuration(s.Retry.Window), storedDuration(s.Retry.Rest)
	s.Due = storedTime(s.Due)
	return s
}

func storedProgress(p store.Progress) store.Progress {
	failures := storedList(slices.Clone(p.Failures))
	for i := range failures {
		failures[i] = storedTime(failures[i])
	}
	p.Failures, p.NotBefore, p.Changed = failures, storedTime(p.NotBefore), storedTime(p.Changed)
	return p
}

// storedTime rounds down to microseconds. What would be 1970 is a microsecond later.
func storedTime(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	micros := t.UnixMicro()
	if micros == 0 {
		micros = 1
	}
	return time.UnixMicro(micros).UTC()
}

// storedDuration cuts to microseconds. What would be none is one.
func storedDuration(d time.Duration) time.Duration {
	switch whole := d.Truncate(time.Microsecond); {
	case whole == 0 && d > 0:
		return time.Microsecond
	case whole == 0 && d < 0:
		return -time.Microsecond
	default:
		return whole
	}
}

func storedList[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

func storedMap[V any](m map[string]V) map[string]V {
	if len(m) == 0 {
		return nil
	}
	return m
}

// live returns what Load must return.
func (c *Contents) live() *store.Live {
	live := &store.Live{Tasks: sorted(c.Tasks), Settings: maps.Clone(c.Settings)}
	for _, a := range sorted(c.Attempts) {
		if a.Ended.IsZero() {
			live.Attempts = append(live.Attempts, a)
		}
	}
	for _, r := range sorted(c.Runs) {
		if r.Ended.IsZero() {
			live.Runs = append(live.Runs, r)
		}
	}
	live.LastTask, live.LastFence, live.LastRun, live.LastEvent = last(c.Tasks), last(c.Attempts), last(c.Runs), last(c.Events)
	for _, task := range c.Tasks {
		live.LastFence = max(live.LastFence, task.Fence)
	}
	return live
}

// sorted returns the records by key, and nil where there are none.
func sorted[T any](records map[int64]T) (list []T) {
	for _, key := range slices.Sorted(maps.Keys(records)) {
		list = append(list, records[key])
	}
	return list
}

// reversed returns the records by key, the greatest first.
func reversed[T any](records map[int64]T) []T {
	list := sorted(records)
	slices.Reverse(list)
	return list
}

func last[T any](records map[int64]T) (greatest int64) {
	for key := range records {
		greatest = max(greatest, key)
	}
	return greatest
}

// check compares all that a store has with the contents.
func (c *Contents) check(ctx context.Context, t require.TestingT, s database) {
	live, err := s.Load(ctx)
	require.NoError(t, err)
	require.Equal(t, c.live(), live)
	attempts, err := s.Attempts(ctx, store.AttemptQuery{Limit: math.MaxInt32})
	require.NoError(t, err)
	require.Equal(t, reversed(c.Attempts), attempts)
	events, err := s.Events(ctx, store.EventQuery{Limit: math.MaxInt32})
	require.NoError(t, err)
	require.Equal(t, sorted(c.Events), events)
	runs, err := s.Runs(ctx, 0, math.MaxInt32)
	require.NoError(t, err)
	require.Equal(t, reversed(c.Runs), runs)
}
