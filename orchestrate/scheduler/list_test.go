package scheduler

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

func ids(tasks []store.Task) (ids []string) {
	for i := range tasks {
		ids = append(ids, tasks[i].ID)
	}
	return ids
}

func TestTasks(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	other := job("Other(1)")
	other.Family = "Other"
	submit(t, s, job("T(1)"), job("T(2)"), other, job("T(3)"))
	succeed(t, s, work(t, s))
	for _, test := range []struct {
		name   string
		filter TaskFilter
		want   []string
		next   int64
	}{
		{"all", TaskFilter{}, []string{"T(1)", "T(2)", "Other(1)", "T(3)"}, 0},
		{"a page", TaskFilter{Limit: 2}, []string{"T(1)", "T(2)"}, 2},
		{"the next one", TaskFilter{Limit: 2, After: 2}, []string{"Other(1)", "T(3)"}, 0},
		{"beyond", TaskFilter{After: 4}, nil, 0},
		{"beyond all numbers", TaskFilter{After: math.MaxInt64}, nil, 0},
		{"a state", TaskFilter{States: []store.State{store.Done}}, []string{"T(1)"}, 0},
		{"states", TaskFilter{States: []store.State{store.Done, store.Pending}, Family: "T"}, []string{"T(1)", "T(2)", "T(3)"}, 0},
		{"a family", TaskFilter{Family: "Other"}, []string{"Other(1)"}, 0},
		{"a search", TaskFilter{Search: "t(3"}, []string{"T(3)"}, 0},
		{"nothing", TaskFilter{Search: "x"}, nil, 0},
		{"what makes no sense", TaskFilter{Limit: -1, After: -1, Family: "Other"}, []string{"Other(1)"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			page, err := s.Tasks(t.Context(), test.filter)
			require.NoError(t, err)
			require.Equal(t, test.want, ids(page.Tasks))
			require.Equal(t, test.next, page.Next)
		})
	}
}

// TestTasks_Rare: those that few are like are found page by page as well.
func TestTasks_Rare(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{Retry: store.Retry{Attempts: 1}})
	submit(t, s, job("a"), job("b"), job("c"), job("d"), job("e"))
	fail(t, s, work(t, s))
	succeed(t, s, work(t, s))
	fail(t, s, work(t, s))
	work(t, s)
	for _, test := range []struct {
		filter TaskFilter
		want   []string
		next   int64
	}{
		{TaskFilter{States: []store.State{store.Failed}}, []string{"a", "c"}, 0},
		{TaskFilter{States: []store.State{store.Failed, store.Running}, Limit: 2}, []string{"a", "c"}, 3},
		{TaskFilter{States: []store.State{store.Failed, store.Running}, Limit: 2, After: 3}, []string{"d"}, 0},
		{TaskFilter{States: []store.State{store.Failed}, Search: "C"}, []string{"c"}, 0},
		{TaskFilter{States: []store.State{store.Failed, store.Pending}}, []string{"a", "c", "e"}, 0},
		{TaskFilter{States: []store.State{store.Missing}}, nil, 0},
	} {
		page, err := s.Tasks(t.Context(), test.filter)
		require.NoError(t, err)
		require.Equal(t, test.want, ids(page.Tasks), "%+v", test.filter)
		require.Equal(t, test.next, page.Next, "%+v", test.filter)
	}
	require.NoError(t, s.Forgive(t.Context(), "c", ""))
	page, err := s.Tasks(t.Context(), TaskFilter{States: []store.State{store.Failed}})
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, ids(page.Tasks))
}

// TestTasksLooksOn: a look that finds nothing among many goes on to the end.
func TestTasksLooksOn(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	nodes := make([]Node, 2*lookAtOnce+5)
	for i := range nodes {
		nodes[i] = job(fmt.Sprint("t", i))
	}
	nodes[lookAtOnce-1].Family, nodes[len(nodes)-1].Family = "rare", "rare"
	for i := range nodes[1:] {
		nodes[i+1].Requires = []string{nodes[i].ID}
	}
	receipt := submit(t, s, nodes...)
	page, err := s.Tasks(t.Context(), TaskFilter{Family: "rare"})
	require.NoError(t, err)
	require.Len(t, page.Tasks, 2)
	require.Zero(t, page.Next)
	status, err := s.RunStatus(t.Context(), receipt.Run)
	require.NoError(t, err)
	require.Equal(t, map[store.State]int{store.Pending: len(nodes)}, status.States)
	require.Equal(t, []string{nodes[len(nodes)-1].ID}, status.Roots)
}

// TestCounts: what is counted as it changes is what a count of all would be, also after a restart.
func TestCounts(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	external := Node{Spec: store.Spec{ID: "external", External: true}}
	group := Node{Spec: store.Spec{ID: "group", Wrapper: true}, Requires: []string{"a", "b"}}
	hungry := job("hungry")
	hungry.Resources = map[string]int{"pool": 9}
	submit(t, s, external, job("a"), job("b"), group, job("blocked", "external"), hungry)
	succeed(t, s, work(t, s))
	b := work(t, s)
	require.NoError(t, s.Pause(t.Context(), "ann"))
	want := Counts{
		States: map[store.State]int{store.Missing: 1, store.Done: 1, store.Running: 1, store.Pending: 3},
		Queues: map[string]int{"p": 1}, Paused: true,
	}
	counts, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, counts)
	s.Close()
	s = open(t, st, Config{})
	counts, err = s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, counts)
	succeed(t, s, b)
	counts, err = s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[store.State]int{store.Missing: 1, store.Done: 3, store.Pending: 2}, counts.States)
}

func TestWorkersAndResources(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	takes := job("takes")
	takes.Resources = map[string]int{"pool": 1}
	submit(t, s, takes)
	require.NoError(t, s.SetLimit(t.Context(), "disks", 7, "ann"))
	a := work(t, s)
	_, err := s.Beat(t.Context(), WorkerInfo{ID: "idle"}, nil)
	require.NoError(t, err)
	workers, err := s.Workers(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"idle", "me"}, []string{workers[0].ID, workers[1].ID})
	require.Equal(t, []int64{a.Fence}, workers[1].Attempts)
	require.True(t, workers[1].Alive)
	resources, err := s.Resources(t.Context())
	require.NoError(t, err)
	require.Equal(t, []ResourceStatus{{"disks", 7, 0, true, false}, {"pool", 1, 1, false, false}}, resources)
}

// TestRunStatus: a run counts its roots and all that they require, each once.
func TestRunStatus(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, job("apart"))
	receipt := submit(t, s, job("a"), job("b", "a"), job("c", "a"), job("d", "b", "c"))
	require.NoError(t, s.Mark(t.Context(), "a", store.Done, "ann", ""))
	status, err := s.RunStatus(t.Context(), receipt.Run)
	require.NoError(t, err)
	require.Equal(t, map[store.State]int{store.Done: 1, store.Pending: 3}, status.States)
	require.Equal(t, []string{"d"}, status.Roots)
	require.Equal(t, receipt.Run, status.Run.Key)
	for _, key := range []int64{0, -1, 99} {
		_, err = s.RunStatus(t.Context(), key)
		require.ErrorIs(t, err, ErrUnknownRun)
	}
}

// TestSettings: others keep theirs, and not those of the scheduler.
func TestSettings(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	require.NoError(t, s.Set(t.Context(), "token a", "1"))
	require.NoError(t, s.Set(t.Context(), "token b", "2"))
	require.NoError(t, s.Set(t.Context(), "token b", ""))
	for _, name := range []string{"", pausedSetting, limitSetting + "pool", pauseSetting + "pool"} {
		var bad *InvalidError
		require.ErrorAs(t, s.Set(t.Context(), name, "x"), &bad)
	}
	s.Close()
	s = open(t, st, Config{})
	settings, err := s.Settings(t.Context(), "token ")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"token a": "1"}, settings)
}

func TestRecordAndUnderWay(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	submit(t, s, job("a"))
	require.NoError(t, s.Record(t.Context(), "audit", "a", "ann", "looked"))
	require.NoError(t, s.Record(t.Context(), "audit", "none", "ann", "looked again"))
	require.EqualValues(t, 1, st.Contents().Events[2].Task)
	require.Zero(t, st.Contents().Events[3].Task)
	a := work(t, s)
	for fence, want := range map[int64]bool{a.Fence: true, 99: false} {
		underWay, err := s.UnderWay(t.Context(), fence)
		require.NoError(t, err)
		require.Equal(t, want, underWay)
	}
	succeed(t, s, a)
	underWay, err := s.UnderWay(t.Context(), a.Fence)
	require.NoError(t, err)
	require.False(t, underWay)
}

// TestGivenUp: a caller that waits no more shares nothing with the loop, which may be doing what it
// was asked for. The race detector sees to that.
func TestGivenUp(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, job("a"))
	fence := work(t, s).Fence
	for name, ask := range map[string]func(ctx context.Context) error{
		"Submit": func(ctx context.Context) error {
			_, err := s.Submit(ctx, &Submission{Nodes: []Node{job("a")}})
			return err
		},
		"Work": func(ctx context.Context) error {
			_, err := s.Work(ctx, &Ask{Worker: me, Holds: []int64{fence}})
			return err
		},
		"Beat":      func(ctx context.Context) error { _, err := s.Beat(ctx, me, []Beat{{Fence: 99}}); return err },
		"Commit":    func(ctx context.Context) error { _, err := s.Commit(ctx, fence); return err },
		"Explain":   func(ctx context.Context) error { _, err := s.Explain(ctx, "a"); return err },
		"Tasks":     func(ctx context.Context) error { _, err := s.Tasks(ctx, TaskFilter{}); return err },
		"Counts":    func(ctx context.Context) error { _, err := s.Counts(ctx); return err },
		"Workers":   func(ctx context.Context) error { _, err := s.Workers(ctx); return err },
		"Resources": func(ctx context.Context) error { _, err := s.Resources(ctx); return err },
		"RunStatus": func(ctx context.Context) error { _, err := s.RunStatus(ctx, 1); return err },
		"UnderWay":  func(ctx context.Context) error { _, err := s.UnderWay(ctx, fence); return err },
		"Settings":  func(ctx context.Context) error { _, err := s.Settings(ctx, ""); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for range 200 {
				ctx, cancel := context.WithCancel(t.Context())
				go cancel()
				if err := ask(ctx); err != nil {
					require.ErrorIs(t, err, context.Canceled)
				}
			}
		})
	}
}
