package storetest

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

const benchTasks = 100_000

// Benchmark measures batches of tasks, batches of progress with attempts and events, loading,
// and pages of the history, each with 100,000 tasks.
func Benchmark(b *testing.B, makeDatabase func(t testing.TB) Database) {
	b.Run("tasks", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := benchStore(b, makeDatabase)
			b.StartTimer()
			writeTasks(b, s)
			b.StopTimer()
			require.NoError(b, s.Close())
			b.StartTimer()
		}
		report(b)
	})
	b.Run("progress", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := benchStore(b, makeDatabase)
			writeTasks(b, s)
			b.StartTimer()
			writeProgress(b, s)
			b.StopTimer()
			require.NoError(b, s.Close())
			b.StartTimer()
		}
		report(b)
	})
	s := benchStore(b, makeDatabase)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	writeTasks(b, s)
	writeProgress(b, s)
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Load(b.Context())
			require.NoError(b, err)
		}
		report(b)
	})
	b.Run("page of attempts", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Attempts(b.Context(), store.AttemptQuery{Family: "WordCount", Limit: 100})
			require.NoError(b, err)
		}
	})
}

// report adds how many tasks a second that makes.
func report(b *testing.B) {
	b.Helper()
	b.ReportMetric(benchTasks*float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
}

func benchStore(b *testing.B, makeDatabase func(t testing.TB) Database) *store.Store {
	b.Helper()
	s, err := makeDatabase(b).Open()
	require.NoError(b, err)
	return s
}

// writeTasks writes tasks with three requirements each in batches of 1,000.
func writeTasks(b *testing.B, s *store.Store) {
	b.Helper()
	for key := int64(1); key <= benchTasks; {
		batch := new(store.Batch)
		for range 1000 {
			batch.Tasks = append(batch.Tasks, benchTask(key))
			key++
		}
		require.NoError(b, s.Write(b.Context(), batch))
	}
}

func benchTask(key int64) store.Task {
	at := minute(int(key))
	return store.Task{
		Key: key,
		Spec: store.Spec{
			ID:       fmt.Sprintf("WordCount(date-interval=%s, root=/data/text, part=%d)", at.Format(time.DateOnly), key),
			Family:   "WordCount",
			Program:  "/usr/local/bin/words",
			Args:     []string{"WordCount", "--date-interval", at.Format(time.DateOnly), "--part", strconv.FormatInt(key, 10)},
			Requires: []int64{key - 3, key - 2, key - 1},
		},
		Progress: store.Progress{State: store.Pending, Changed: at},
	}
}

// writeProgress finishes each task with an attempt and an event, in batches of 100.
func writeProgress(b *testing.B, s *store.Store) {
	b.Helper()
	for key := int64(1); key <= benchTasks; {
		batch := &store.Batch{Progress: make(map[int64]store.Progress)}
		for range 100 {
			at := minute(int(key))
			batch.Progress[key] = store.Progress{State: store.Done, Fence: key, Changed: at}
			batch.Attempts = append(batch.Attempts, store.Attempt{
				Fence: key, Task: key, Number: 1, Worker: "worker-17", Started: at, Ended: at.Add(time.Second), Outcome: store.Succeeded,
				Details: map[string]string{"records": "1234", "application": "application_1"},
			})
			batch.Events = append(batch.Events, store.Event{Seq: key, At: at, Kind: "done", Task: key, Fence: key, By: "worker-17"})
			key++
		}
		require.NoError(b, s.Write(b.Context(), batch))
	}
}
