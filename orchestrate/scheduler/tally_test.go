package scheduler

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/partition"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

func TestCountPartitions(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	done := dated("A", "2014-06-02", "")
	done.Complete = true
	submit(t, s, dated("A", "2014-06-01", ""), done, dated("B", "2014-06-02", ""), dated("B", "2014-06-03", ""), dated("B", "2014-06-02T05", ""), job("none"))
	require.NoError(t, s.Mark(t.Context(), "B(date=2014-06-02)", store.Failed, "ann", ""))
	ranges := []PartitionRange{
		{label(t, "2014-06-01"), label(t, "2014-06-02")},
		{label(t, "2014-06-02T00"), label(t, "2014-06-02T23")},
		{label(t, "2014-06"), label(t, "2014-06")},
		{},
	}
	want := []map[store.State]int{{store.Pending: 1, store.Done: 1, store.Failed: 1}, {store.Pending: 1}, {}, {}}
	counts, err := s.CountPartitions(t.Context(), ranges)
	require.NoError(t, err)
	require.Equal(t, want, counts)

	s.Close()
	counts, err = open(t, st, Config{}).CountPartitions(t.Context(), ranges)
	require.NoError(t, err)
	require.Equal(t, want, counts, "as before the restart")
}

// TestLoadIsKept: a request for work says nothing of it.
func TestLoadIsKept(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	busy := 0.5
	info := WorkerInfo{ID: "w", Programs: []string{"p"}, Load: &Load{CPU: &busy, MemoryTotal: 4096}}
	_, err := s.Beat(t.Context(), info, nil)
	require.NoError(t, err)
	submit(t, s, job("a"))
	_, err = s.Work(t.Context(), &Ask{Worker: WorkerInfo{ID: "w", Programs: []string{"p"}}})
	require.NoError(t, err)
	workers, err := s.Workers(t.Context())
	require.NoError(t, err)
	require.Equal(t, info.Load, workers[0].Load)
}

// BenchmarkCountPartitions counts a day and its hours of a million tasks.
func BenchmarkCountPartitions(b *testing.B) {
	all := tallies{}
	for hour := range int32(10_000) {
		for range 100 {
			all.add(partition.Partition{Kind: partition.Hour, Number: hour + 1}, 1, 1)
		}
	}
	for b.Loop() {
		all.count(PartitionRange{partition.Partition{Kind: partition.Hour, Number: 9_000}, partition.Partition{Kind: partition.Hour, Number: 9_024}})
	}
}
