package trigger_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/trigger"
)

func TestFiresWhenDue(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly())
		w.passTo("2000-01-01 02:59")
		require.Empty(t, w.labels())
		w.passTo("2000-01-01 03:00")
		require.Equal(t, []string{"1999-12-31 planning"}, w.labels())
		w.plan()
		w.pass(31 * time.Second)
		require.Equal(t, []string{"1999-12-31 running"}, w.labels())
		require.EqualValues(t, 2, w.show().Firings[0].Run)
		w.work()
		require.Equal(t, []string{"1999-12-31 done"}, w.labels())
		w.passTo("2000-01-02 03:00")
		w.settle(1)
		require.Equal(t, []string{"1999-12-31 done", "2000-01-01 done"}, w.labels())
		require.Equal(t, map[string]int{"Report --date=1999-12-31": 1, "Report --date=2000-01-01": 1}, w.ran)
		require.Equal(t, []string{"nightly 1999-12-31", "nightly 2000-01-01"}, w.events(trigger.ScheduleFired))
		require.Equal(t, "2000-01-03 03:00", w.show().Next[0].At.Format("2006-01-02 15:04"))
	})
}

// TestDamagedSchedule: a schedule that can't be read, such as one of a newer version, keeps nobody from the others.
func TestDamagedSchedule(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly())
		require.NoError(t, w.scheduler.Set(t.Context(), "schedule broken", "{"))
		w.restart(time.Second)
		w.passTo("2000-01-01 03:00")
		require.Equal(t, []string{"1999-12-31 planning"}, w.labels())
		list, err := w.engine.List(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 1)
		settings, err := w.scheduler.Settings(t.Context(), "schedule broken")
		require.NoError(t, err)
		require.Equal(t, map[string]string{"schedule broken": "{"}, settings)
	})
}

func TestCatchUp(t *testing.T) {
	const (
		first   = "1999-12-31 done"
		skipped = "nightly: %d labels from 2000-01-01 on were missed, and are left out (catch_up is %s)"
	)
	for name, tt := range map[string]struct {
		policy trigger.CatchUp
		down   string // until
		want   []string
		left   []string
	}{
		"latest is the default": {"", "2000-01-05 12:00", []string{first, "2000-01-04 done"}, []string{fmt.Sprintf(skipped, 3, "latest")}},
		"latest":                {trigger.CatchUpLatest, "2000-01-05 12:00", []string{first, "2000-01-04 done"}, []string{fmt.Sprintf(skipped, 3, "latest")}},
		"all":                   {trigger.CatchUpAll, "2000-01-05 12:00", []string{first, "2000-01-01 done", "2000-01-02 done", "2000-01-03 done", "2000-01-04 done"}, nil},
		"none":                  {trigger.CatchUpNone, "2000-01-05 12:00", []string{first}, []string{fmt.Sprintf(skipped, 4, "none")}},
		"none, in time":         {trigger.CatchUpNone, "2000-01-05 03:00", []string{first, "2000-01-04 done"}, []string{fmt.Sprintf(skipped, 3, "none")}},
		"one missed":            {"", "2000-01-02 12:00", []string{first, "2000-01-01 done"}, nil},
	} {
		for _, how := range []string{"down", "paused"} {
			t.Run(name+", "+how, func(t *testing.T) {
				inWorld(t, func(t *testing.T, w *world) {
					w.apply(nightly(func(s *trigger.Schedule) { s.CatchUp = tt.policy }))
					w.passTo("2000-01-01 03:00")
					w.settle(1)
					until, err := time.Parse("2006-01-02 15:04", tt.down)
					require.NoError(t, err)
					if how == "down" {
						w.restart(time.Until(until))
						w.pass(0)
					} else {
						require.NoError(t, w.engine.Pause(t.Context(), "nightly", "ann"))
						w.pass(time.Until(until))
						require.NoError(t, w.engine.Resume(t.Context(), "nightly", "ann"))
						w.pass(0)
					}
					w.settle(5)
					require.Equal(t, tt.want, w.labels())
					require.Equal(t, tt.left, w.events(trigger.ScheduleSkipped))
				})
			})
		}
	}
}

// TestCatchUpIsBounded: years of minutes are found in no time, and the newest fire.
func TestCatchUpIsBounded(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly(func(s *trigger.Schedule) {
			s.Time, s.Task, s.CatchUp, s.Start, s.Mode = "* * * * *", []string{"Report", "--minute={minute}"}, trigger.CatchUpAll, "1980-01-01", trigger.Concurrent
		}))
		status := w.show()
		require.Len(t, status.Firings, trigger.MaxCatchUp)
		require.Equal(t, "1999-12-31T2359", status.Firings[0].Label)
		require.Equal(t, "1999-12-31T2220", status.Firings[trigger.MaxCatchUp-1].Label)
		require.Regexp(t, `^nightly: \d+ labels from 1999-12-31T\d{4} on, and all before them, were missed, and are left out \(catch_up is all, of at most 100\)$`, w.events(trigger.ScheduleSkipped)[0])
	})
}

func TestModes(t *testing.T) {
	for mode, want := range map[trigger.Mode][]string{
		"":                 {"1999-12-31 running", "2000-01-01 waiting", "2000-01-02 waiting"},
		trigger.Pipeline:   {"1999-12-31 running", "2000-01-01 waiting", "2000-01-02 waiting"},
		trigger.Skip:       {"1999-12-31 running", "2000-01-01 skipped", "2000-01-02 skipped"},
		trigger.Concurrent: {"1999-12-31 running", "2000-01-01 running", "2000-01-02 running"},
	} {
		t.Run(string(mode), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.apply(nightly(func(s *trigger.Schedule) { s.Mode = mode }))
				for _, day := range []string{"01", "02", "03"} {
					w.passTo("2000-01-" + day + " 03:00")
					w.plan()
					w.pass(31 * time.Second)
				}
				require.Equal(t, want, w.labels())
				w.settle(4)
				ran := map[string]int{"Report --date=1999-12-31": 1}
				if mode != trigger.Skip {
					ran["Report --date=2000-01-01"], ran["Report --date=2000-01-02"] = 1, 1
				} else {
					require.Equal(t, []string{"nightly 2000-01-01: the run before has not ended", "nightly 2000-01-02: the run before has not ended"}, w.events(trigger.ScheduleSkipped))
				}
				require.Equal(t, ran, w.ran)
				w.passTo("2000-01-04 03:00")
				w.settle(1)
				require.Equal(t, "2000-01-03 done", w.labels()[len(w.labels())-1])
			})
		})
	}
}

// TestFailureFreesTheNext, and is told, until somebody forgives it.
func TestFailureFreesTheNext(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly())
		w.passTo("2000-01-01 03:00")
		w.end(w.attempt(), errors.New("there is no task Report"))
		w.pass(31 * time.Second)
		f := w.show().Firings[0]
		require.Equal(t, trigger.Failed, f.State)
		require.Equal(t, "there is no task Report", f.Note)
		w.passTo("2000-01-02 03:00")
		w.settle(1)
		require.Equal(t, []string{"1999-12-31 failed", "2000-01-01 done"}, w.labels())
		require.NoError(t, w.scheduler.Forgive(t.Context(), launch.ID(f.Launch), "ann"))
		w.settle(1)
		require.Equal(t, 1, w.ran["Report --date=1999-12-31"])
	})
}

func TestByHand(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.apply(nightly(func(s *trigger.Schedule) { s.Data = []trigger.Condition{{Paths: []string{"/never/{date}"}}} }))
		f, err := w.engine.Run(ctx, "nightly", "1999-11-05", "bob")
		require.NoError(t, err)
		require.Equal(t, "schedule nightly 1999-11-05", f.Launch)
		again, err := w.engine.Run(ctx, "nightly", "1999-11-05", "bob")
		require.NoError(t, err)
		require.Equal(t, f.Launch, again.Launch, "it is under way")
		w.settle(1)
		f, err = w.engine.Run(ctx, "nightly", "", "bob")
		require.NoError(t, err)
		require.Equal(t, "1999-12-31", f.Label, "the current one")
		w.settle(1)
		f, err = w.engine.Run(ctx, "nightly", "1999-11-05", "bob")
		require.NoError(t, err)
		require.Equal(t, "schedule nightly 1999-11-05 #2", f.Launch, "it had ended")
		w.settle(1)
		require.Equal(t, []string{"1999-11-05 done", "1999-12-31 done", "1999-11-05 done"}, w.labels())

		w.passTo("2000-01-02 03:00")
		require.Equal(t, "2000-01-01 waiting", w.labels()[4], "for its data")
		_, err = w.engine.Run(ctx, "nightly", "2000-01-01", "bob")
		require.NoError(t, err)
		w.settle(1)
		require.Equal(t, "2000-01-01 done", w.labels()[4])

		_, err = w.engine.Run(ctx, "nightly", "2000-01", "bob")
		require.ErrorContains(t, err, "schedule nightly has labels of a day: bad date")
		for _, err := range []error{
			func() error { _, err := w.engine.Run(ctx, "daily", "", "bob"); return err }(),
			w.engine.Pause(ctx, "daily", "bob"), w.engine.Resume(ctx, "daily", "bob"), w.engine.Remove(ctx, "daily", "bob"),
			func() error { _, err := w.engine.Show(ctx, "daily"); return err }(),
		} {
			require.Equal(t, &trigger.UnknownError{Name: "daily"}, err)
		}
	})
}

// TestClockSetBack: a label that has fired does not fire again, and what is under way goes on.
func TestClockSetBack(t *testing.T) {
	for _, restart := range []bool{false, true} {
		inWorld(t, func(t *testing.T, w *world) {
			w.apply(nightly(withData(trigger.Condition{Paths: []string{"/data/{date}"}})))
			w.passTo("2000-01-01 03:00")
			w.files.add("/data/1999-12-31")
			w.setBack.Store(int64(12 * time.Hour))
			if restart {
				w.restart(0)
			}
			w.pass(2 * time.Minute)
			w.settle(1)
			require.Equal(t, []string{"1999-12-31 done"}, w.labels())
			require.Equal(t, "2000-01-02 03:00", w.show().Next[0].At.Format("2006-01-02 15:04"))
			w.pass(23 * time.Hour)
			require.Equal(t, []string{"1999-12-31 done"}, w.labels())
			require.Equal(t, []string{"nightly 1999-12-31"}, w.events(trigger.ScheduleFired))
			w.pass(13 * time.Hour)
			require.Equal(t, []string{"1999-12-31 done", "2000-01-01 waiting"}, w.labels())
		})
	}
}

// TestDaylightSaving: a firing for each hour of the clock, and each once.
func TestDaylightSaving(t *testing.T) {
	for from, want := range map[string][]string{
		"2000-03-25 23:30": {"2000-03-26T00 done", "2000-03-26T01 done", "2000-03-26T03 done", "2000-03-26T04 done"},
		"2000-10-28 22:30": {"2000-10-29T00 done", "2000-10-29T01 done", "2000-10-29T02 done"},
	} {
		inWorld(t, func(t *testing.T, w *world) {
			at, err := time.Parse("2006-01-02 15:04", from)
			require.NoError(t, err)
			w.setBack.Store(-int64(time.Until(at)))
			w.apply(nightly(func(s *trigger.Schedule) {
				s.Time, s.Zone, s.Task = "@hourly", "Europe/Berlin", []string{"Report", "--hour={hour}"}
			}))
			for range 4 {
				w.pass(time.Hour)
				w.settle(1)
			}
			require.Equal(t, want, w.labels())
		})
	}
}

func TestStartAndEnd(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly(func(s *trigger.Schedule) { s.Start, s.End = "2000-01-02T03:00", "2000-01-04" }))
		require.Len(t, w.show().Next, 2)
		w.passTo("2000-01-04 12:00")
		w.settle(3)
		require.Equal(t, []string{"2000-01-01 done", "2000-01-02 done"}, w.labels())
		require.Empty(t, w.show().Next)
	})
}

// TestKilledAnywhere fails each call that changes something, before or after it is done, and starts anew:
// each label is run, and once.
func TestKilledAnywhere(t *testing.T) {
	for _, answered := range []bool{false, true} {
		for n := 1; n <= 6; n++ {
			t.Run(fmt.Sprintf("call %d, done %v", n, answered), func(t *testing.T) {
				inWorld(t, func(t *testing.T, w *world) {
					w.apply(nightly(func(s *trigger.Schedule) {
						s.CatchUp, s.Data = trigger.CatchUpAll, []trigger.Condition{{Paths: []string{"/data/{date}"}}}
					}))
					w.files.add("/data/1999-12-31", "/data/2000-01-01")
					w.flaky.kill(n, answered)
					w.passTo("2000-01-01 03:00")
					w.settle(2)
					w.flaky.kill(0, false)
					w.restart(time.Hour)
					w.passTo("2000-01-02 03:00")
					w.settle(3)
					require.Equal(t, []string{"1999-12-31 done", "2000-01-01 done"}, w.labels())
					require.Equal(t, map[string]int{"Report --date=1999-12-31": 1, "Report --date=2000-01-01": 1}, w.ran)
					require.Equal(t, []string{"nightly 1999-12-31", "nightly 2000-01-01"}, w.events(trigger.ScheduleFired))
				})
			})
		}
	}
}

// TestDatabaseComesBack: what could not be written is done when it can be, without a restart.
func TestDatabaseComesBack(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly())
		w.flaky.kill(1, false)
		w.passTo("2000-01-01 03:00")
		require.Equal(t, "killed", w.show().Problem)
		require.Empty(t, w.labels())
		w.flaky.kill(0, false)
		w.settle(1)
		require.Empty(t, w.show().Problem)
		require.Equal(t, []string{"1999-12-31 planning"}, w.labels())
	})
}

func TestApply(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		paused := true
		apply := func(a trigger.Application) []trigger.ScheduleChange {
			a.By = "ann"
			changes, err := w.engine.Apply(ctx, &a)
			require.NoError(t, err)
			return changes
		}
		other := nightly(func(s *trigger.Schedule) { s.Name, s.Program = "other", "q" })
		weekly := nightly(func(s *trigger.Schedule) { s.Name, s.Time, s.Paused = "weekly", "@weekly", &paused })
		all := []trigger.Schedule{weekly, nightly(), other}
		added := []trigger.ScheduleChange{{Name: "nightly", Action: trigger.Added}, {Name: "other", Action: trigger.Added}, {Name: "weekly", Action: trigger.Added}}
		require.Equal(t, added, apply(trigger.Application{Schedules: all, DryRun: true}))
		require.Equal(t, added, apply(trigger.Application{Schedules: all}))
		for _, c := range apply(trigger.Application{Schedules: all}) {
			require.Equal(t, trigger.Unchanged, c.Action, c.Name)
		}
		require.NoError(t, w.engine.Resume(ctx, "weekly", "bob"))
		later := nightly(func(s *trigger.Schedule) {
			s.Time, s.Priority, s.Data = "0 4 * * *", 3, []trigger.Condition{{Paths: []string{"/{date}"}}}
		})
		want := []trigger.ScheduleChange{
			{Name: "nightly", Action: trigger.Changed, Fields: []trigger.FieldChange{
				{Field: "time", From: `"0 3 * * *"`, To: `"0 4 * * *"`}, {Field: "priority", To: "3"}, {Field: "data", To: `[{"paths":["/{date}"]}]`},
			}},
			{Name: "weekly", Action: trigger.Removed},
		}
		require.Equal(t, want, apply(trigger.Application{Schedules: []trigger.Schedule{later}, Prune: []string{"p"}, DryRun: true}))
		require.Equal(t, want, apply(trigger.Application{Schedules: []trigger.Schedule{later}, Prune: []string{"p"}}))
		w.restart(0)
		list, err := w.engine.List(ctx)
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Equal(t, later, list[0].Schedule)
		require.Equal(t, "2000-01-01 04:00", list[0].Next[0].At.Format("2006-01-02 15:04"))

		_, err = w.engine.Apply(ctx, &trigger.Application{Schedules: []trigger.Schedule{nightly(), nightly()}})
		require.ErrorContains(t, err, "two schedules have the name nightly")
		require.NoError(t, w.engine.Remove(ctx, "nightly", "bob"))
		_, err = w.engine.Show(ctx, "nightly")
		require.Error(t, err)
	})
}

// TestOtherTimes: a schedule whose times change does not catch up what the new ones would have been.
func TestOtherTimes(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly())
		w.passTo("2000-01-01 03:00")
		w.settle(1)
		w.passTo("2000-01-01 12:00")
		w.apply(nightly(func(s *trigger.Schedule) { s.Time, s.CatchUp = "0 4,13 * * *", trigger.CatchUpAll }))
		require.Equal(t, []string{"1999-12-31 done"}, w.labels())
		w.passTo("2000-01-01 13:00")
		w.settle(1)
		require.Equal(t, []string{"1999-12-31 done", "2000-01-01T12 done"}, w.labels())
	})
}

// TestAppliedPause: a file that says nothing of it leaves a schedule paused.
func TestAppliedPause(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(nightly())
		require.NoError(t, w.engine.Pause(t.Context(), "nightly", "bob"))
		w.apply(nightly(func(s *trigger.Schedule) { s.Priority = 1 }))
		require.True(t, w.show().Paused)
		require.Equal(t, "bob", w.show().PausedBy)
		no := false
		w.apply(nightly(func(s *trigger.Schedule) { s.Paused = &no }))
		require.False(t, w.show().Paused)
	})
}

func TestRefused(t *testing.T) {
	yes := true
	for problem, change := range map[string]func(*trigger.Schedule){
		"bad name":                 func(s *trigger.Schedule) { s.Name = "a b" },
		"bad time":                 func(s *trigger.Schedule) { s.Time = "often" },
		"no time zone":             func(s *trigger.Schedule) { s.Zone = "Berlin" },
		"bad period":               func(s *trigger.Schedule) { s.Period = "fortnight" },
		"start: ":                  func(s *trigger.Schedule) { s.Start = "soon" },
		"end: ":                    func(s *trigger.Schedule) { s.End = "never" },
		"before it starts":         func(s *trigger.Schedule) { s.Start, s.End = "2000-01-02", "2000-01-01" },
		"bad catch_up":             func(s *trigger.Schedule) { s.CatchUp = "some" },
		"bad mode":                 func(s *trigger.Schedule) { s.Mode = "twice" },
		"no program":               func(s *trigger.Schedule) { s.Program = "" },
		"no task":                  func(s *trigger.Schedule) { s.Task = nil },
		"bad placeholder {day}":    func(s *trigger.Schedule) { s.Task = []string{"Report", "{day}"} },
		"names no paths":           func(s *trigger.Schedule) { s.Data = []trigger.Condition{{}} },
		"begins with /":            func(s *trigger.Schedule) { s.Data = []trigger.Condition{{Paths: []string{"data"}}} },
		"no . and ..":              func(s *trigger.Schedule) { s.Data = []trigger.Condition{{Paths: []string{"/a/../b"}}} },
		"wildcards":                func(s *trigger.Schedule) { s.Data = []trigger.Condition{{Paths: []string{"/a/[b"}}} },
		"at_least is -1":           func(s *trigger.Schedule) { s.Data = []trigger.Condition{{Paths: []string{"/a"}, AtLeast: -1}} },
		"are for data":             func(s *trigger.Schedule) { s.Poll = "1m" },
		"bad poll":                 func(s *trigger.Schedule) { s.Data, s.Poll = []trigger.Condition{{Paths: []string{"/a"}}}, "often" },
		"poll is 1ms, and must be": func(s *trigger.Schedule) { s.Data, s.Poll = []trigger.Condition{{Paths: []string{"/a"}}}, "1ms" },
		"bad timeout":              func(s *trigger.Schedule) { s.Data, s.Timeout = []trigger.Condition{{Paths: []string{"/a"}}}, "6" },
		"": func(s *trigger.Schedule) {
			s.Data, s.Paused = []trigger.Condition{{Paths: []string{"/a/*/{date}/"}}}, &yes
		},
	} {
		s := nightly(change)
		err := s.Check()
		if problem == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, problem)
		require.ErrorAs(t, err, new(*scheduler.InvalidError))
	}
}
