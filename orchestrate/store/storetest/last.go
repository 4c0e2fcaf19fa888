package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

func testLastAttempts(t *testing.T, opener opener) {
	s := open(t, opener)
	write(t, s, &store.Batch{Attempts: []store.Attempt{
		{Fence: 1, Task: 1, Started: minute(1), Details: map[string]string{"a": "b"}},
		{Fence: 2, Task: 2, Started: minute(2)},
		{Fence: 3, Task: 1, Started: minute(3), Worker: "w", Outcome: store.Errored, Ended: minute(4)},
		{Fence: 4, Task: 3, Started: minute(5)},
		{Fence: 5, Task: 2, Started: minute(6)},
		{Fence: 6, Task: 3, Started: minute(7)},
	}})
	for _, test := range []struct {
		name  string
		tasks []int64
		by    time.Time
		want  []int64
	}{
		{"the last ones", []int64{3, 1, 2}, time.Time{}, []int64{3, 5, 6}},
		{"of some tasks", []int64{1}, time.Time{}, []int64{3}},
		{"of no task", nil, time.Time{}, []int64{}},
		{"of tasks that were not tried", []int64{4, 5}, time.Time{}, []int64{}},
		{"by a time, or the first after it", []int64{1, 2, 3}, minute(2), []int64{1, 2, 4}},
		{"started right then", []int64{1, 2, 3}, minute(3), []int64{2, 3, 4}},
		{"none had started", []int64{1, 2, 3}, minute(0), []int64{1, 2, 4}},
		{"all had started", []int64{1, 2, 3}, minute(9), []int64{3, 5, 6}},
	} {
		found, err := s.LastAttempts(t.Context(), test.tasks, test.by)
		require.NoError(t, err)
		require.Equal(t, test.want, keys(found, fenceOf), test.name)
	}
	found, err := s.LastAttempts(t.Context(), []int64{1}, time.Time{})
	require.NoError(t, err)
	require.Equal(t, []store.Attempt{{Fence: 3, Task: 1, Started: minute(3), Worker: "w", Outcome: store.Errored, Ended: minute(4)}}, found)
}

// testLastAttemptsOfMany asks for more tasks than one statement takes.
func testLastAttemptsOfMany(t *testing.T, opener opener) {
	s := open(t, opener)
	const many = 2500
	b, tasks, want := &store.Batch{}, []int64{}, []int64{}
	for n := int64(1); n <= many; n++ {
		b.Attempts = append(b.Attempts, store.Attempt{Fence: n, Task: many + 1 - n}, store.Attempt{Fence: many + n, Task: many + 1 - n})
		tasks, want = append(tasks, n), append(want, many+n)
	}
	write(t, s, b)
	found, err := s.LastAttempts(t.Context(), tasks, time.Time{})
	require.NoError(t, err)
	require.Equal(t, want, keys(found, fenceOf))
}
