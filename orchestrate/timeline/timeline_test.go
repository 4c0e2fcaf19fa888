package timeline_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/timeline"
)

var start = time.Date(2014, 6, 2, 5, 0, 0, 0, time.UTC)

func minute(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }

// ran is a task that ran from one minute to another.
func ran(key int64, from, until int, requires ...int64) timeline.Task {
	return timeline.Task{Key: key, Started: minute(from), Ended: minute(until), Requires: requires}
}

func running(key int64, from int, requires ...int64) timeline.Task {
	return timeline.Task{Key: key, Started: minute(from), Requires: requires}
}

func waiting(key int64, requires ...int64) timeline.Task {
	return timeline.Task{Key: key, Requires: requires}
}

func TestOf_CriticalPath(t *testing.T) {
	type step struct {
		key         int64
		waited, ran int // minutes
	}
	for _, test := range []struct {
		name  string
		tasks []timeline.Task
		want  []step
	}{
		{"no task", nil, nil},
		{"none has begun", []timeline.Task{waiting(1), waiting(2, 1)}, nil},
		{"one task", []timeline.Task{ran(1, 2, 5)}, []step{{1, 2, 3}}},
		{"a chain", []timeline.Task{ran(1, 0, 5), ran(2, 6, 10, 1), ran(3, 10, 12, 2)}, []step{{1, 0, 5}, {2, 1, 4}, {3, 0, 2}}},
		{"the requirement that ended last", []timeline.Task{ran(1, 0, 5), ran(2, 0, 7), ran(3, 8, 9, 1, 2)}, []step{{2, 0, 7}, {3, 1, 1}}},
		{"what ended last, whoever requires it", []timeline.Task{ran(1, 0, 5), ran(2, 5, 6, 1), ran(3, 4, 20)}, []step{{3, 4, 16}}},
		{"a wrapper comes after what it groups", []timeline.Task{ran(1, 0, 5), ran(2, 5, 5, 1)}, []step{{1, 0, 5}, {2, 0, 0}}},
		{"what is under way ends now", []timeline.Task{ran(1, 0, 20), running(2, 25, 1), waiting(3, 2)}, []step{{1, 0, 20}, {2, 5, 5}}},
		{"of those under way, that which began first", []timeline.Task{running(1, 7), running(2, 3)}, []step{{2, 3, 27}}},
		{"a requirement made again since was none", []timeline.Task{ran(1, 8, 9), ran(2, 0, 3), ran(3, 4, 15, 1, 2)}, []step{{2, 0, 3}, {3, 1, 11}}},
		{"what was there before has delayed nothing", []timeline.Task{ran(1, -9, -1), ran(2, 3, 5, 1)}, []step{{2, 3, 2}}},
		{"what was under way before counts from then on", []timeline.Task{ran(1, -9, 4), ran(2, 5, 6, 1)}, []step{{1, 0, 4}, {2, 1, 1}}},
		{"tasks that nobody knows", []timeline.Task{ran(1, 1, 2, 7, 8)}, []step{{1, 1, 1}}},
		{"tasks that require each other", []timeline.Task{ran(1, 1, 1, 2), ran(2, 1, 1, 1)}, []step{{1, 1, 0}, {2, 0, 0}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := timeline.Of(start, minute(30), test.tasks)
			var steps []step
			for _, s := range found.Path {
				steps = append(steps, step{s.Key, int(s.Waited.Minutes()), int(s.Ran.Minutes())})
			}
			require.Equal(t, test.want, steps)
		})
	}
}

// TestOf_Bars: bars are in order of their beginning, and know since when they could begin.
func TestOf_Bars(t *testing.T) {
	found := timeline.Of(start, minute(30), []timeline.Task{waiting(5, 1), ran(1, 6, 9, 3), running(2, 2), ran(3, 1, 4), ran(4, -5, -3)})
	type bar struct {
		key      int64
		ready    time.Time
		critical bool
	}
	var bars []bar
	for _, b := range found.Bars {
		bars = append(bars, bar{b.Key, b.Ready, b.Critical})
	}
	require.Equal(t, []bar{{4, minute(-5), false}, {3, start, false}, {2, start, true}, {1, minute(4), false}, {5, time.Time{}, false}}, bars)
	require.Equal(t, start, found.Begin)
	require.Equal(t, minute(30), found.End)
}

// TestOf_NoBeginning: without one, a timeline begins with its first step.
func TestOf_NoBeginning(t *testing.T) {
	found := timeline.Of(time.Time{}, minute(30), []timeline.Task{ran(1, 1, 4), ran(2, 6, 9, 1)})
	require.Equal(t, minute(1), found.Begin)
	require.Equal(t, 2*time.Minute, found.Waited())
	require.Equal(t, 6*time.Minute, found.Ran())
}

func TestTimeline_Most(t *testing.T) {
	found := timeline.Of(start, minute(30), []timeline.Task{
		waiting(1), ran(2, 1, 2), ran(3, 3, 9), ran(4, 4, 6), running(5, 8), running(6, 7), ran(7, 2, 3, 2), ran(8, 3, 4),
	})
	keys := func(n int) (keys []int64) {
		for _, bar := range found.Most(n) {
			keys = append(keys, bar.Key)
		}
		return keys
	}
	require.Equal(t, []int64{6}, keys(1), "the critical path")
	require.Equal(t, []int64{6, 5}, keys(2), "what is under way")
	require.Equal(t, []int64{3, 4, 6, 5}, keys(4), "what took long")
	require.Equal(t, []int64{2, 7, 3, 8, 4, 6, 5, 1}, keys(99))
}

// TestOf_AddsUp: whatever the tasks are, the waits and runs of the critical path are the time from the beginning to the
// end, none is negative, each step required the one before, and nothing ended later than the last one.
func TestOf_AddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock := rapid.IntRange(-20, 40)
		n := rapid.IntRange(0, 30).Draw(t, "tasks")
		tasks := make([]timeline.Task, n)
		for i := range tasks {
			one := &tasks[i]
			one.Key = int64(i + 1)
			one.Requires = rapid.SliceOfN(rapid.Int64Range(1, int64(n+1)), 0, 5).Draw(t, "requires")
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0: // has yet to begin
			case 1:
				one.Started = minute(clock.Draw(t, "started"))
			default:
				one.Started = minute(clock.Draw(t, "started"))
				one.Ended = minute(clock.Draw(t, "ended"))
			}
		}
		begin := start
		if rapid.Bool().Draw(t, "no beginning") {
			begin = time.Time{}
		}
		now := minute(40)
		found := timeline.Of(begin, now, tasks)
		require.Equal(t, found.End.Sub(found.Begin), found.Waited()+found.Ran())
		require.Len(t, found.Bars, n)
		for i, step := range found.Path {
			require.GreaterOrEqual(t, step.Waited, time.Duration(0))
			require.GreaterOrEqual(t, step.Ran, time.Duration(0))
			if i > 0 {
				require.Contains(t, tasks[step.Key-1].Requires, found.Path[i-1].Key)
			}
		}
		critical := 0
		for _, bar := range found.Bars {
			if bar.Critical {
				critical++
			}
			if end := bar.Ended; end.After(begin) && !end.Before(bar.Started) {
				require.False(t, end.After(found.End), "%d ended later", bar.Key)
			}
		}
		require.Len(t, found.Path, critical)
	})
}
