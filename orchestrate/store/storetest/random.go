package storetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/store"
)

// testRandom writes random batches, and compares with what it must have after each and after each opening.
func testRandom(t *testing.T, makeDatabase func(t testing.TB) opener) {
	rapid.Check(t, func(r *rapid.T) {
		ctx := context.WithoutCancel(t.Context())
		opener := makeDatabase(t)
		m := newContents()
		for range rapid.IntRange(1, 2).Draw(r, "openings") {
			s, err := opener()
			require.NoError(r, err)
			defer s.Close() // where the check fails
			m.check(ctx, r, s)
			for range rapid.IntRange(0, 4).Draw(r, "batches") {
				b := drawBatch(r, m)
				require.NoError(r, s.Write(ctx, b))
				m.write(b)
				m.check(ctx, r, s)
			}
			require.NoError(r, s.Close())
		}
	})
}

var (
	anyText = rapid.OneOf(
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.SampledFrom(oddTexts),
	)
	anyTime = rapid.OneOf(
		rapid.Just(time.Time{}),
		rapid.Map(rapid.Int64Range(-1<<55, 1<<55), time.UnixMicro),
		rapid.Map(rapid.Int64Range(-2000, 2000), func(n int64) time.Time { return time.Unix(0, n) }),
	)
	anyDuration = rapid.Map(rapid.Int64(), func(n int64) time.Duration { return time.Duration(n) })
	anyKey      = rapid.OneOf(rapid.Int64Range(1, 9), rapid.Int64Min(1))
)

func drawBatch(r *rapid.T, m *Contents) *store.Batch {
	b := &store.Batch{
		Tasks:    rapid.SliceOfN(rapid.Custom(drawTask), 0, 9).Draw(r, "tasks"),
		Attempts: rapid.SliceOfN(rapid.Custom(drawAttempt), 0, 9).Draw(r, "attempts"),
		Runs:     rapid.SliceOfN(rapid.Custom(drawRun), 0, 3).Draw(r, "runs"),
		Events:   rapid.SliceOfN(rapid.Custom(drawEvent), 0, 9).Draw(r, "events"),
		Settings: rapid.MapOfN(anyText, anyText, 0, 3).Draw(r, "settings"),
	}
	started := maps.Clone(m.Attempts)
	for i := range b.Attempts {
		a := &b.Attempts[i]
		if first, ok := started[a.Fence]; ok {
			a.Task, a.Number, a.Worker, a.Started = first.Task, first.Number, first.Worker, first.Started // they never change
		}
		started[a.Fence] = *a
	}
	there := maps.Clone(m.Tasks)
	if len(there) > 0 {
		b.Forgotten = rapid.SliceOfN(rapid.SampledFrom(slices.Sorted(maps.Keys(there))), 0, 3).Draw(r, "forgotten")
		for _, key := range b.Forgotten {
			delete(there, key)
		}
	}
	for _, task := range b.Tasks {
		there[task.Key] = task
	}
	if len(there) > 0 {
		key := rapid.SampledFrom(slices.Sorted(maps.Keys(there)))
		b.Progress = rapid.MapOfN(key, rapid.Custom(drawProgress), 0, min(3, len(there))).Draw(r, "progress")
	}
	return b
}

func drawTask(r *rapid.T) store.Task {
	key := anyKey.Draw(r, "key")
	return store.Task{
		Key: key,
		Spec: store.Spec{
			ID:        fmt.Sprintf("%d %s", key, anyText.Draw(r, "id")), // unique
			Family:    anyText.Draw(r, "family"),
			Program:   anyText.Draw(r, "program"),
			Args:      rapid.SliceOfN(anyText, 0, 3).Draw(r, "args"),
			External:  rapid.Bool().Draw(r, "external"),
			Wrapper:   rapid.Bool().Draw(r, "wrapper"),
			Priority:  rapid.Int().Draw(r, "priority"),
			Resources: rapid.MapOfN(anyText, rapid.Int(), 0, 3).Draw(r, "resources"),
			Requires:  rapid.SliceOfN(rapid.Int64(), 0, 3).Draw(r, "requires"),
			Timeout:   anyDuration.Draw(r, "timeout"),
			Retry: store.Retry{
				Attempts: rapid.Int().Draw(r, "attempts"),
				Delay:    anyDuration.Draw(r, "delay"),
				MaxDelay: anyDuration.Draw(r, "max delay"),
				Failures: rapid.Int().Draw(r, "failures"),
				Window:   anyDuration.Draw(r, "window"),
				Rest:     anyDuration.Draw(r, "rest"),
			},
			Batch:    anyText.Draw(r, "batch"),
			MaxBatch: rapid.Int().Draw(r, "max batch"),
			Due:      anyTime.Draw(r, "due"),
			Owner:    anyText.Draw(r, "owner"),
		},
		Progress: drawProgress(r),
	}
}

func drawProgress(r *rapid.T) store.Progress {
	return store.Progress{
		State:     store.State(anyText.Draw(r, "state")),
		Attempts:  rapid.Int().Draw(r, "attempts"),
		Failures:  rapid.SliceOfN(anyTime, 0, 3).Draw(r, "failures"),
		NotBefore: anyTime.Draw(r, "not before"),
		Fence:     rapid.Int64Min(0).Draw(r, "fence"),
		Outcome:   store.Outcome(anyText.Draw(r, "outcome")),
		Changed:   anyTime.Draw(r, "changed"),
		Error:     anyText.Draw(r, "error"),

		BatchLimit: rapid.Int().Draw(r, "batch limit"),
	}
}

func drawAttempt(r *rapid.T) store.Attempt {
	return store.Attempt{
		Fence:   anyKey.Draw(r, "fence"),
		Task:    rapid.Int64().Draw(r, "task"),
		Number:  rapid.Int().Draw(r, "number"),
		Worker:  anyText.Draw(r, "worker"),
		Started: anyTime.Draw(r, "started"),
		Ended:   anyTime.Draw(r, "ended"),
		Outcome: store.Outcome(anyText.Draw(r, "outcome")),
		Exit:    rapid.Int().Draw(r, "exit"),
		Error:   anyText.Draw(r, "error"),
		Details: rapid.MapOfN(anyText, anyText, 0, 3).Draw(r, "details"),
		Batch:   rapid.Int64().Draw(r, "batch"),
		Token:   anyText.Draw(r, "token"),
	}
}

func drawRun(r *rapid.T) store.Run {
	return store.Run{
		Key:     anyKey.Draw(r, "key"),
		Request: anyText.Draw(r, "request"),
		Roots:   rapid.SliceOfN(rapid.Int64(), 0, 3).Draw(r, "roots"),
		By:      anyText.Draw(r, "by"),
		At:      anyTime.Draw(r, "at"),
		Ended:   anyTime.Draw(r, "ended"),
		Outcome: store.State(anyText.Draw(r, "outcome")),
	}
}

func drawEvent(r *rapid.T) store.Event {
	return store.Event{
		Seq:     anyKey.Draw(r, "seq"),
		At:      anyTime.Draw(r, "at"),
		Kind:    anyText.Draw(r, "kind"),
		Task:    rapid.Int64().Draw(r, "task"),
		Fence:   rapid.Int64().Draw(r, "fence"),
		Run:     rapid.Int64().Draw(r, "run"),
		By:      anyText.Draw(r, "by"),
		Message: anyText.Draw(r, "message"),
	}
}
