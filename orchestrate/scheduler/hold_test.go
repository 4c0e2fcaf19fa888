package scheduler

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// made submits a <- b <- c and has all done.
func made(t *testing.T, s *Scheduler) {
	t.Helper()
	submit(t, s, job("a"), job("b", "a"), job("c", "b"))
	for range 3 {
		succeed(t, s, work(t, s))
	}
}

func stateOf(t *testing.T, s *Scheduler, id string) store.State {
	t.Helper()
	e, err := s.Explain(t.Context(), id)
	require.NoError(t, err)
	return e.Task.State
}

// TestHeld: a task that is held is not done, is not started, and a submission that found its output
// there changes nothing of that, also after a restart.
func TestHeld(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	made(t, s)
	ctx := t.Context()
	require.NoError(t, s.Hold(ctx, &Hold{Name: "h", Tasks: []string{"a"}, By: "ann"}))
	require.Equal(t, store.Pending, stateOf(t, s, "a"))
	require.Equal(t, store.Done, stateOf(t, s, "c"), "others are left alone")

	there := job("a")
	there.Complete = true
	submit(t, s, there, job("d", "a"))
	submit(t, s, job("e"))
	require.Equal(t, "e", work(t, s).Task.ID, "a and d can't be started")
	require.Equal(t, store.Pending, stateOf(t, s, "a"))
	s.Close()

	s = open(t, st, Config{})
	submit(t, s, job("f"))
	require.Equal(t, "f", work(t, s, 4).Task.ID)
	require.NoError(t, s.Release(ctx, &Release{Name: "h", By: "ann"}))
	require.Equal(t, "a", work(t, s, 4, 5).Task.ID)
}

// TestReleasedAsDone: an output that is back lets those go on that wait for it.
func TestReleasedAsDone(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	made(t, s)
	ctx := t.Context()
	require.NoError(t, s.Hold(ctx, &Hold{Name: "h", Tasks: []string{"a", "b"}, By: "ann"}))
	var invalid *InvalidError
	require.ErrorAs(t, s.Release(ctx, &Release{Name: "h", Done: []string{"c"}}), &invalid)
	require.NoError(t, s.Release(ctx, &Release{Name: "h", Done: []string{"a"}, By: "ann"}))
	require.Equal(t, store.Done, stateOf(t, s, "a"))
	require.Equal(t, "b", work(t, s).Task.ID)
}

// TestHoldIsRefused: nobody moves what an attempt reads or writes.
func TestHoldIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		running string // the task with an attempt under way
		hold    Hold
		refused bool
	}{
		"itself":             {"a", Hold{Tasks: []string{"a"}}, true},
		"one that reads it":  {"b", Hold{Tasks: []string{"a"}}, true},
		"one further down":   {"c", Hold{Tasks: []string{"a"}}, false},
		"one that it reads":  {"a", Hold{Tasks: []string{"b"}}, false},
		"through a wrapper":  {"reader", Hold{Tasks: []string{"c"}}, true},
		"a wrapper":          {"", Hold{Tasks: []string{"group"}}, true},
		"an unknown one":     {"", Hold{Tasks: []string{"nobody"}}, true},
		"none":               {"", Hold{}, true},
		"others depend":      {"", Hold{Tasks: []string{"b"}, Closed: true}, true},
		"all that depend":    {"", Hold{Tasks: []string{"b", "c", "reader"}, Closed: true}, false},
		"some of several":    {"c", Hold{Tasks: []string{"a", "c"}}, true},
		"named several ways": {"", Hold{Tasks: []string{"a", "a"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, storetest.NewMemory(), Config{})
			ctx := t.Context()
			group := Node{Spec: store.Spec{ID: "group", Wrapper: true}, Requires: []string{"c"}}
			submit(t, s, job("a"), job("b", "a"), job("c", "b"), group, job("reader", "group"))
			for range 4 {
				succeed(t, s, work(t, s))
			}
			if test.running != "" { // again, as its output was removed by hand
				submit(t, s, job(test.running, map[string][]string{"b": {"a"}, "c": {"b"}, "reader": {"group"}}[test.running]...))
				require.Equal(t, test.running, work(t, s).Task.ID)
			}
			before, err := s.Counts(ctx)
			require.NoError(t, err)
			test.hold.Name, test.hold.By = "h", "ann"
			err = s.Hold(ctx, &test.hold)
			require.Equal(t, test.refused, err != nil, "%v", err)
			if test.refused {
				after, err := s.Counts(ctx)
				require.NoError(t, err)
				require.Equal(t, before, after)
			}
		})
	}
}

// TestHoldThatKills: it can be had when the attempt has ended.
func TestHoldThatKills(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	ctx := t.Context()
	submit(t, s, job("a"))
	fence := work(t, s).Fence
	hold := &Hold{Name: "h", Tasks: []string{"a"}, Kill: true, By: "ann"}
	var state *StateError
	for range 2 {
		require.ErrorAs(t, s.Hold(ctx, hold), &state)
		require.Equal(t, store.Running, state.State)
	}
	pulse, err := s.Beat(ctx, me, []Beat{{Fence: fence}})
	require.NoError(t, err)
	require.Equal(t, map[int64]string{fence: "killed by ann"}, pulse.Kill)
	require.NoError(t, s.End(ctx, &End{Fence: fence, Outcome: store.Killed}))
	require.NoError(t, s.Hold(ctx, hold))
	require.Equal(t, store.Pending, stateOf(t, s, "a"))
}

// TestHoldForAnAttempt: it is refused where the attempt is another worker's, is to end or has ended, and so is its release.
func TestHoldForAnAttempt(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	made(t, s)
	submit(t, s, job("launch"))
	mine, yours := WithToken(t.Context(), "mine"), WithToken(t.Context(), "yours")
	a, err := s.Work(mine, &Ask{Worker: me})
	require.NoError(t, err)
	hold := &Hold{Name: "h", Tasks: []string{"a"}, Fence: a.Fence, By: "ann"}
	release := &Release{Name: "h", Fence: a.Fence, By: "ann"}
	require.ErrorAs(t, s.Hold(yours, hold), new(*HolderError))
	for range 2 {
		require.NoError(t, s.Hold(mine, hold))
	}
	require.ErrorAs(t, s.Release(yours, release), new(*HolderError))
	require.NoError(t, s.Kill(t.Context(), "launch", "ann"))
	require.ErrorAs(t, s.Hold(mine, hold), new(*FencedError))
	require.Equal(t, store.Pending, stateOf(t, s, "a"))
	require.NoError(t, s.Release(mine, release), "what is held is let go nevertheless")
	require.NoError(t, s.End(mine, &End{Fence: a.Fence, Outcome: store.Killed}))
	require.ErrorAs(t, s.Hold(mine, hold), new(*FencedError))
	require.ErrorAs(t, s.Release(mine, release), new(*FencedError))
	holds, err := s.Holds(t.Context())
	require.NoError(t, err)
	require.Empty(t, holds)
}
