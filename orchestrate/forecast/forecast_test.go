package forecast_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/forecast"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

var now = time.Date(2014, 6, 2, 5, 0, 0, 0, time.UTC)

func took(minutes50, minutes95 int) forecast.Summary {
	return forecast.Summary{Count: 20, P50: time.Duration(minutes50) * time.Minute, P95: time.Duration(minutes95) * time.Minute}
}

func open(key int64, family string, state store.State, requires ...int64) scheduler.OpenTask {
	return scheduler.OpenTask{Key: key, ID: fmt.Sprintf("%s(%d)", family, key), Family: family, State: state, Requires: requires}
}

func running(key int64, family string, minutes int) scheduler.OpenTask {
	t := open(key, family, store.Running)
	t.Started = now.Add(-time.Duration(minutes) * time.Minute)
	return t
}

func TestPredict(t *testing.T) {
	families := map[string]forecast.Summary{"A": took(10, 20), "B": took(30, 60), "slow": took(100, 100)}
	retrying := open(1, "A", store.Retrying)
	retrying.NotBefore = now.Add(5 * time.Minute)
	wrapper := open(2, "All", store.Pending, 1)
	wrapper.Wrapper = true
	missing := open(1, "In", store.Missing)
	missing.External = true
	tests := map[string]struct {
		tasks    []scheduler.OpenTask
		of       int64
		p50, p95 int // minutes from now
		unknown  int
		blocked  int64
		path     []int64
	}{
		"starts now":              {[]scheduler.OpenTask{open(1, "A", store.Pending)}, 1, 10, 20, 0, 0, []int64{1}},
		"after what it requires":  {[]scheduler.OpenTask{open(1, "A", store.Pending), open(2, "B", store.Pending, 1)}, 2, 40, 80, 0, 0, []int64{1, 2}},
		"the longest way":         {[]scheduler.OpenTask{open(1, "A", store.Pending), open(2, "slow", store.Pending), open(3, "B", store.Pending, 1, 2)}, 3, 130, 160, 0, 0, []int64{2, 3}},
		"what has run is over":    {[]scheduler.OpenTask{running(1, "A", 4)}, 1, 6, 16, 0, 0, []int64{1}},
		"longer than the median":  {[]scheduler.OpenTask{running(1, "A", 15)}, 1, 1, 5, 0, 0, []int64{1}},
		"longer than ever":        {[]scheduler.OpenTask{running(1, "A", 500)}, 1, 1, 2, 0, 0, []int64{1}},
		"back-off comes first":    {[]scheduler.OpenTask{retrying}, 1, 15, 25, 0, 0, []int64{1}},
		"wrappers take no time":   {[]scheduler.OpenTask{open(1, "A", store.Pending), wrapper}, 2, 10, 20, 0, 0, []int64{1, 2}},
		"no history is no time":   {[]scheduler.OpenTask{open(1, "new", store.Pending), open(2, "A", store.Pending, 1)}, 2, 10, 20, 1, 0, []int64{1, 2}},
		"a failed task blocks":    {[]scheduler.OpenTask{open(1, "A", store.Failed), open(2, "B", store.Pending, 1)}, 2, 40, 80, 0, 1, []int64{1, 2}},
		"missing input comes now": {[]scheduler.OpenTask{missing, open(2, "B", store.Pending, 1)}, 2, 30, 60, 0, 0, []int64{1, 2}},
		"others count as done":    {[]scheduler.OpenTask{open(2, "B", store.Pending, 7)}, 2, 30, 60, 0, 0, []int64{2}},
		"not in the forecast":     {nil, 9, 0, 0, 0, 0, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := forecast.Predict(now, test.tasks, func(family string) forecast.Summary { return families[family] })
			want := forecast.Finish{
				P50: now.Add(time.Duration(test.p50) * time.Minute), P95: now.Add(time.Duration(test.p95) * time.Minute),
				Unknown: test.unknown, Blocked: test.blocked,
			}
			require.Equal(t, want, f.Finish(test.of))
			var path []int64
			for _, step := range f.Path(test.of) {
				path = append(path, step.Task.Key)
			}
			require.Equal(t, test.path, path)
		})
	}
}

// TestPredict_IsTheLongestWay compares with all ways through a graph, one by one.
func TestPredict_IsTheLongestWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		families := map[string]forecast.Summary{}
		n := rapid.IntRange(1, 9).Draw(t, "tasks")
		tasks := make([]scheduler.OpenTask, n)
		for i := range tasks {
			key := int64(i + 1)
			family := fmt.Sprint("F", rapid.IntRange(0, 4).Draw(t, "family"))
			p50 := rapid.IntRange(0, 100).Draw(t, "p50")
			families[family] = took(p50, p50+rapid.IntRange(0, 100).Draw(t, "more"))
			var requires []int64
			for r := int64(1); r < key; r++ {
				if rapid.Bool().Draw(t, "requires") {
					requires = append(requires, r)
				}
			}
			switch rapid.IntRange(0, 3).Draw(t, "state") {
			case 0:
				tasks[i] = running(key, family, rapid.IntRange(0, 300).Draw(t, "elapsed"))
			case 1:
				tasks[i] = open(key, family, store.Retrying, requires...)
				tasks[i].NotBefore = now.Add(time.Duration(rapid.IntRange(-100, 300).Draw(t, "rest")) * time.Minute)
			default:
				tasks[i] = open(key, family, store.Pending, requires...)
			}
		}
		took := func(family string) forecast.Summary { return families[family] }
		f := forecast.Predict(now, rapid.Permutation(tasks).Draw(t, "order"), took)
		for _, task := range tasks {
			got := f.Finish(task.Key)
			require.Equal(t, bruteForce(tasks, &task, func(s forecast.Summary) time.Duration { return s.P50 }, took), got.P50)
			require.Equal(t, bruteForce(tasks, &task, func(s forecast.Summary) time.Duration { return s.P95 }, took), got.P95)
			path := f.Path(task.Key)
			require.Equal(t, task.Key, path[len(path)-1].Task.Key)
			for i := 1; i < len(path); i++ {
				require.Contains(t, path[i].Task.Requires, path[i-1].Task.Key, "a way of requirements")
				require.False(t, path[i].Finish.P95.Before(path[i-1].Finish.P95))
			}
		}
	})
}

func bruteForce(tasks []scheduler.OpenTask, t *scheduler.OpenTask, of func(forecast.Summary) time.Duration, took func(string) forecast.Summary) time.Time {
	start := now
	for _, key := range t.Requires {
		if end := bruteForce(tasks, &tasks[key-1], of, took); end.After(start) {
			start = end
		}
	}
	if t.State == store.Retrying && t.NotBefore.After(start) {
		start = t.NotBefore
	}
	expected := of(took(t.Family))
	if t.Started.IsZero() {
		return start.Add(expected)
	}
	return start.Add(max(expected-now.Sub(t.Started), expected/10))
}

// TestPredict_LongChain: the depth of a graph is not that of a stack, and a look at many tasks takes moments.
func TestPredict_LongChain(t *testing.T) {
	const n = 100_000
	tasks := []scheduler.OpenTask{open(1, "A", store.Pending)}
	for key := int64(2); key <= n; key++ {
		tasks = append(tasks, open(key, "A", store.Pending, key-1))
	}
	f := forecast.Predict(now, tasks, func(string) forecast.Summary { return took(1, 2) })
	require.Equal(t, now.Add(n*time.Minute), f.Finish(n).P50)
	require.Len(t, f.Path(n), n)
}

func TestSummarize(t *testing.T) {
	attempt := func(outcome store.Outcome, minutes int) store.Attempt {
		return store.Attempt{Started: now, Ended: now.Add(time.Duration(minutes) * time.Minute), Outcome: outcome}
	}
	require.Equal(t, forecast.Summary{}, forecast.Summarize(nil))
	require.False(t, forecast.Summary{}.Known())
	require.Zero(t, forecast.Summary{}.FailureRate())

	some := []store.Attempt{
		{Started: now}, // under way
		attempt(store.Errored, 1), attempt(store.Succeeded, 30), attempt(store.Killed, 1), attempt(store.Succeeded, 10), attempt(store.Succeeded, 20),
	}
	s := forecast.Summarize(some)
	require.Equal(t, forecast.Summary{
		Count: 3, Failed: 1, P50: 20 * time.Minute, P95: 30 * time.Minute, Max: 30 * time.Minute, Last: now.Add(30 * time.Minute),
	}, s)
	require.InDelta(t, 0.25, s.FailureRate(), 1e-9)

	var many []store.Attempt
	for i := range 300 {
		many = append(many, attempt(store.Succeeded, i+1)) // the newest took least
	}
	s = forecast.Summarize(many)
	require.Equal(t, []any{100, 50 * time.Minute, 95 * time.Minute, 100 * time.Minute}, []any{s.Count, s.P50, s.P95, s.Max})
}
