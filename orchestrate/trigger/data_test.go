package trigger_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/trigger"
)

// waits returns what the last firing waits for.
func (w *world) waits() string { return w.show().Firings[0].Waits }

func withData(c ...trigger.Condition) func(*trigger.Schedule) {
	return func(s *trigger.Schedule) { s.Data = c }
}

func TestDataConditions(t *testing.T) {
	hours := trigger.Condition{Paths: []string{"/logs/{date}/*"}, AtLeast: 3}
	for name, tt := range map[string]struct {
		condition trigger.Condition
		there     []string
		waits     string // while they are there; empty is for nothing
	}{
		"a path":                 {trigger.Condition{Paths: []string{"/data/{date}"}}, []string{"/data/1999-12-31"}, ""},
		"of another day":         {trigger.Condition{Paths: []string{"/data/{date}"}}, []string{"/data/2000-01-01"}, "missing /data/1999-12-31"},
		"the day before, too":    {trigger.Condition{Paths: []string{"/d/{date}", "/d/{date-1}"}}, []string{"/d/1999-12-31"}, "missing /d/1999-12-30"},
		"a folder that is whole": {trigger.Condition{Paths: []string{"/data/{date}/"}, Success: true}, []string{"/data/1999-12-31/_SUCCESS"}, ""},
		"a folder that is not":   {trigger.Condition{Paths: []string{"/data/{date}"}, Success: true}, []string{"/data/1999-12-31", "/data/1999-12-31/part-0"}, "missing /data/1999-12-31/_SUCCESS"},
		"some of a glob":         {trigger.Condition{Paths: []string{"/logs/{date}/*"}}, []string{"/logs/1999-12-31/a"}, ""},
		"none of a glob":         {trigger.Condition{Paths: []string{"/logs/{date}/*"}}, []string{"/logs/1999-12-30/a"}, "missing /logs/1999-12-31/*"},
		"enough of a glob":       {hours, []string{"/logs/1999-12-31/a", "/logs/1999-12-31/b", "/logs/1999-12-31/c"}, ""},
		"too few of a glob":      {hours, []string{"/logs/1999-12-31/a", "/logs/1999-12-31/b"}, "2 of at least 3 there"},
		"two of three":           {trigger.Condition{Paths: []string{"/a", "/b", "/c"}, AtLeast: 2}, []string{"/a", "/c"}, ""},
		"one of three":           {trigger.Condition{Paths: []string{"/a", "/b", "/c"}, AtLeast: 2}, []string{"/c"}, "1 of at least 2 there; missing /a, /b"},
		"many missing":           {trigger.Condition{Paths: []string{"/a", "/b", "/c", "/d", "/e"}}, nil, "missing /a, /b, /c and 2 more"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.apply(nightly(withData(tt.condition)))
				w.files.add(tt.there...)
				w.passTo("2000-01-01 03:00")
				require.Equal(t, tt.waits, w.waits())
				want := trigger.Waiting
				if tt.waits == "" {
					want = trigger.Planning
				}
				require.Equal(t, want, w.show().Firings[0].State)
			})
		})
	}
}

// TestDataComes: it is looked for as often as the schedule says, takes no attempt, and survives a restart.
func TestDataComes(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly(withData(trigger.Condition{Paths: []string{"/data/{date}"}}), func(s *trigger.Schedule) { s.Poll = "5m" }))
		w.passTo("2000-01-01 03:00")
		w.pass(12 * time.Minute)
		require.Len(t, w.files.taken(), 3)
		require.Nil(t, w.attempt())
		w.restart(time.Minute)
		w.pass(0)
		require.Equal(t, "missing /data/1999-12-31", w.waits())
		w.files.add("/data/1999-12-31")
		w.pass(5 * time.Minute)
		w.settle(1)
		require.Equal(t, []string{"1999-12-31 done"}, w.labels())
		w.files.taken()
		w.pass(time.Hour)
		require.Empty(t, w.files.taken(), "nobody waits")
	})
}

func TestDataTimesOut(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly(withData(trigger.Condition{Paths: []string{"/data/{date}"}}), func(s *trigger.Schedule) { s.Timeout = "6h" }))
		w.files.add("/data/2000-01-01")
		w.passTo("2000-01-01 08:59")
		require.Equal(t, []string{"1999-12-31 waiting"}, w.labels())
		w.passTo("2000-01-01 09:00")
		require.Equal(t, []string{"1999-12-31 timed out"}, w.labels())
		require.Equal(t, []string{"nightly 1999-12-31 after 6h0m0s: missing /data/1999-12-31"}, w.events(trigger.DataTimedOut))
		w.passTo("2000-01-02 03:00")
		w.settle(1)
		require.Equal(t, []string{"1999-12-31 timed out", "2000-01-01 done"}, w.labels(), "it is in nobody's way")
		_, err := w.engine.Run(t.Context(), "nightly", "1999-12-31", "ann")
		require.NoError(t, err)
		w.settle(1)
		require.Equal(t, 1, w.ran["Report --date=1999-12-31"])
	})
}

// TestPauseStopsTheWait: the time while it is paused does not count.
func TestPauseStopsTheWait(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly(withData(trigger.Condition{Paths: []string{"/data/{date}"}}), func(s *trigger.Schedule) { s.Timeout = "6h" }))
		w.passTo("2000-01-01 04:00")
		require.NoError(t, w.engine.Pause(t.Context(), "nightly", "ann"))
		w.files.taken()
		w.passTo("2000-01-01 23:00")
		require.Empty(t, w.files.taken())
		require.NoError(t, w.engine.Resume(t.Context(), "nightly", "ann"))
		w.files.add("/data/1999-12-31")
		w.passTo("2000-01-02 00:00")
		w.settle(1)
		require.Equal(t, []string{"1999-12-31 done"}, w.labels())
	})
}

// TestErrorIsNotAbsence: what can't be told is shown and looked at again, and keeps nobody else waiting.
func TestErrorIsNotAbsence(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.files.fail("/data/1999-12-31", errors.New("connection refused"))
		w.files.add("/data/1999-12-31", "/other/1999-12-31")
		other := nightly(withData(trigger.Condition{Paths: []string{"/other/{date}"}}), func(s *trigger.Schedule) { s.Name = "other" })
		w.apply(nightly(withData(trigger.Condition{Paths: []string{"/data/{date}"}})), other)
		w.passTo("2000-01-01 03:00")
		require.Equal(t, "can't be told: /data/1999-12-31: connection refused", w.waits())
		status, err := w.engine.Show(t.Context(), "other")
		require.NoError(t, err)
		require.Equal(t, trigger.Planning, status.Firings[0].State)
		w.files.fail("/data/1999-12-31", nil)
		w.pass(time.Minute)
		require.Equal(t, []string{"1999-12-31 planning"}, w.labels())
	})
}

// TestOneLook: all that is waited for is looked at together, each path once.
func TestOneLook(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var all []trigger.Schedule
		for _, name := range []string{"a", "b", "c"} {
			all = append(all, nightly(withData(trigger.Condition{Paths: []string{"/data/{date}", "/" + name}}), func(s *trigger.Schedule) { s.Name = name }))
		}
		w.apply(all...)
		w.passTo("2000-01-01 03:00")
		w.files.taken()
		w.pass(time.Minute)
		require.Equal(t, [][]string{{"/a", "/b", "/c", "/data/1999-12-31"}}, w.files.taken())
	})
}

// TestOtherData: what was seen for a schedule as it was is of no use when it has changed.
func TestOtherData(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly(withData(trigger.Condition{Paths: []string{"/wrong/{date}"}})))
		w.passTo("2000-01-01 03:00")
		w.files.add("/right/1999-12-31")
		w.apply(nightly(withData(trigger.Condition{Paths: []string{"/right/{date}"}})))
		w.pass(time.Minute)
		require.Equal(t, []string{"1999-12-31 planning"}, w.labels())
	})
}
