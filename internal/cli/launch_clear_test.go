package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/hdfs/hdfstest"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/trash"
)

// TestLaunchClears: the outputs of the label, or of what depends on it, or of both go to the trash and are made again.
func TestLaunchClears(t *testing.T) {
	for name, test := range map[string]struct {
		own, downstream bool
		missing         bool // the output of the label
		cleared         []string
	}{
		"its own":                {true, false, false, []string{"Plot0"}},
		"with what depends":      {true, true, false, []string{"Plot0", "Atlasatlas"}},
		"made by hand meanwhile": {false, true, false, []string{"Atlasatlas"}},
		"a missing one":          {false, false, true, nil},
		"a missing one with it":  {false, true, true, []string{"Atlasatlas"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSurvey(t, test.own, test.downstream)
			if test.missing {
				require.NoError(t, os.Remove(s.output(Plot{s.dir, 0})))
			}
			s.start()
			s.finish()
			if !test.missing {
				s.check(name, test.cleared...)
				return
			}
			require.Equal(t, 2, s.made["Plot0"])
			require.Equal(t, 1+len(test.cleared), s.made["Atlasatlas"])
			require.Empty(t, s.holds())
		})
	}
}

// TestLaunchThatClearsIsKilled kills the launch at each call of the file systems and at each request. The next attempt
// finishes what it has begun: nothing is cleared twice or run twice, and no hold is left.
func TestLaunchThatClearsIsKilled(t *testing.T) {
	for _, after := range []bool{false, true} {
		for _, slow := range []bool{false, true} {
			for at := 1; ; at++ {
				s := newSurvey(t, true, true)
				s.slow = slow
				s.life = &hdfstest.Life{DiesAt: at, After: after}
				life := s.life
				s.start()
				s.finish()
				s.check(fmt.Sprintf("killed at call %d, after it: %v, others first: %v", at, after, slow), "Plot0", "Atlasatlas")
				if life.Calls() < at {
					t.Logf("%d calls", life.Calls())
					break
				}
			}
		}
	}
}

// TestLaunchThatClearsIsKilledOften kills several attempts in a row.
func TestLaunchThatClearsIsKilledOften(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newSurvey(t, true, true)
		s.slow = rapid.Bool().Draw(rt, "others first")
		s.start()
		for range rapid.IntRange(2, 5).Draw(rt, "kills") {
			s.life = &hdfstest.Life{DiesAt: rapid.IntRange(1, 80).Draw(rt, "dies"), After: rapid.Bool().Draw(rt, "after")}
			for life := s.life; s.life == life && s.status(s.launch.Name) != launch.Done; {
				a := s.take()
				if a == nil {
					break
				}
				s.do(a)
			}
		}
		s.life = new(hdfstest.Life)
		s.finish()
		s.check("", "Plot0", "Atlasatlas")
	})
}

// TestMadeMeanwhile: what was made since the backfill began is not cleared, whether or not the trash still has what was there
// before; and what depends on it is not, either, if it was made later.
func TestMadeMeanwhile(t *testing.T) {
	s := newSurvey(t, true, true)
	s.start()
	s.finish()
	s.check("", "Plot0", "Atlasatlas")
	require.NoError(t, os.RemoveAll(filepath.Join(s.dir, "hdfs", "user")))
	l := *s.launch
	l.Name, s.launch = "backfill 1 again", &l
	s.start()
	s.finish()
	require.Equal(t, map[string]int{"Plot0": 2, "Plot1": 1, "Atlasatlas": 2}, s.made)
	entries, err := allEntries(s.trash())
	require.NoError(t, err)
	require.Empty(t, entries)
}

// TestLaunchWaits until the attempt has ended that reads what is to be cleared, and then clears what that has made, too.
func TestLaunchWaits(t *testing.T) {
	s := newSurvey(t, true, true)
	require.NoError(t, os.Remove(s.output(Atlas{s.dir})))
	s.submit("reader", Atlas{s.dir})
	reader := s.take()
	require.Equal(t, "Atlas", reader.Task.Family)
	waited := 0
	s.waits = func() {
		waited++
		require.FileExists(t, s.output(Plot{s.dir, 0}), "nothing is moved while it waits")
		require.Empty(t, s.holds())
		s.end(reader)
	}
	s.start()
	s.finish()
	require.Equal(t, 1, waited)
	require.Equal(t, map[string]int{"Plot0": 2, "Plot1": 1, "Atlasatlas": 3}, s.made)
	require.Empty(t, s.holds())
}

// TestEndedJustBefore: what depends on the label and is done only when the tasks are about to be held is cleared, too.
func TestEndedJustBefore(t *testing.T) {
	s := newSurvey(t, true, true)
	require.NoError(t, os.Remove(s.output(Atlas{s.dir})))
	s.submit("reader", Atlas{s.dir})
	reader := s.take()
	s.beforeHold = func() { s.end(reader) }
	s.start()
	s.finish()
	require.Equal(t, map[string]int{"Plot0": 2, "Plot1": 1, "Atlasatlas": 3}, s.made)
	require.Empty(t, s.holds())
	require.Nil(t, s.beforeHold)
}

// TestHoldIsLeft: a hold of an attempt that has moved nothing, and could not end it, is ended.
func TestHoldIsLeft(t *testing.T) {
	s := newSurvey(t, true, true)
	ids := []string{orchestrate.ID(Plot{s.dir, 0}), orchestrate.ID(Atlas{s.dir})}
	require.NoError(t, s.scheduler.Hold(t.Context(), &scheduler.Hold{Name: launch.HoldName(s.launch.Clear.Entry), Tasks: ids}))
	s.start()
	s.finish()
	s.check("", "Plot0", "Atlasatlas")
}

// TestUndoneMeanwhile: a launch that has submitted its task, and is tried again as nobody has heard so, does not clear what
// somebody has brought back.
func TestUndoneMeanwhile(t *testing.T) {
	first := newSurvey(t, true, true)
	life := first.life
	first.start()
	first.finish()

	s := newSurvey(t, true, true)
	s.life = &hdfstest.Life{DiesAt: life.Calls(), After: true}
	s.start()
	s.do(s.take())
	entry, err := s.trash().Open(s.launch.Clear.Entry)
	require.NoError(t, err)
	ids := []string{orchestrate.ID(Plot{s.dir, 0}), orchestrate.ID(Atlas{s.dir})}
	require.NoError(t, s.scheduler.Hold(t.Context(), &scheduler.Hold{Name: "undo", Tasks: ids}))
	_, err = entry.Restore(t.Context())
	require.NoError(t, err)
	require.NoError(t, s.scheduler.Release(t.Context(), &scheduler.Release{Name: "undo", Done: ids}))
	require.NoError(t, entry.Forget())
	require.NoError(t, entry.Close())
	s.workUntil(func() bool {
		e, err := s.scheduler.Explain(t.Context(), launch.ID(s.launch.Name))
		require.NoError(t, err)
		return e.Task.State == store.Done
	})
	require.Equal(t, map[string]int{"Plot0": 1, "Plot1": 1, "Atlasatlas": 1}, s.made)
	require.FileExists(t, s.output(Plot{s.dir, 0}))
	require.FileExists(t, s.output(Atlas{s.dir}))
}

// begin makes the entry of the launch as an attempt does that is killed then.
func (s *survey) begin() {
	m := &trash.Manifest{ID: s.launch.Clear.Entry, Note: s.launch.Clear.Note, Tasks: []trash.Task{
		{ID: orchestrate.ID(Plot{s.dir, 0}), Outputs: []trash.Output{{Volume: trash.MachineName, Path: s.output(Plot{s.dir, 0})}}},
		{ID: orchestrate.ID(Atlas{s.dir}), Outputs: []trash.Output{{Volume: trash.ClusterName, Path: "/atlas"}}},
	}}
	entry, err := s.trash().Begin(m, time.Hour)
	require.NoError(s.t, err)
	require.NoError(s.t, entry.Close())
}

// TestMadeSinceTheEntry: of an entry of which nothing was moved, what was made since the backfill began is not cleared.
func TestMadeSinceTheEntry(t *testing.T) {
	s := newSurvey(t, true, true)
	s.begin()
	for _, task := range []orchestrate.Task{Plot{s.dir, 0}, Atlas{s.dir}} {
		require.NoError(t, os.Remove(s.output(task)))
	}
	s.submit("by hand", Atlas{s.dir})
	s.workUntil(func() bool { return s.status("by hand") == launch.Done })
	s.start()
	s.finish()
	require.Equal(t, map[string]int{"Plot0": 2, "Plot1": 1, "Atlasatlas": 2}, s.made)
}

// TestReleasedInTheMidst: where somebody has ended the hold of a clear that was interrupted, and a task was made again, that is
// done, and what is left is cleared.
func TestReleasedInTheMidst(t *testing.T) {
	s := newSurvey(t, true, true)
	s.begin()
	entry, err := s.trash().Open(s.launch.Clear.Entry)
	require.NoError(t, err)
	place := entry.Manifest.Tasks[0].Outputs[0].Trash
	require.NoError(t, entry.Close())
	require.NoError(t, os.MkdirAll(filepath.Dir(place), 0o700))
	require.NoError(t, os.Rename(s.output(Plot{s.dir, 0}), place))
	s.submit("by hand", Plot{s.dir, 0})
	s.workUntil(func() bool { return s.status("by hand") == launch.Done })
	s.start()
	s.finish()
	s.check("", "Plot0", "Atlasatlas")
}

// TestOwnUnderWay: an attempt at the label's task that began before the backfill is waited for, and what it made is cleared.
func TestOwnUnderWay(t *testing.T) {
	s := newSurvey(t, true, false)
	require.NoError(t, os.Remove(s.output(Plot{s.dir, 0})))
	s.submit("before", Plot{s.dir, 0})
	before := s.take()
	s.waits = func() { s.end(before) }
	s.launch.Clear.Since = time.Now()
	s.start()
	s.finish()
	require.Equal(t, map[string]int{"Plot0": 3, "Plot1": 1, "Atlasatlas": 1}, s.made)
}

// TestDoneButGone: a label's task whose output somebody has removed is not done for those that depend on it, from when these
// are cleared.
func TestDoneButGone(t *testing.T) {
	gone := func() *survey {
		s := newSurvey(t, false, true)
		require.NoError(t, os.Remove(s.output(Plot{s.dir, 0})))
		s.slow = true
		s.start()
		return s
	}
	first := gone()
	life := first.life
	first.finish()
	s := gone()
	s.life = &hdfstest.Life{DiesAt: life.Calls()} // it has cleared, and has not submitted
	s.do(s.take())
	a := s.take()
	require.Equal(t, "Plot", a.Task.Family, "what depends on it waits")
	s.do(a)
	s.finish()
	require.Equal(t, map[string]int{"Plot0": 2, "Plot1": 1, "Atlasatlas": 2}, s.made)
}

// end ends an attempt that has made its output.
func (s *survey) end(a *scheduler.Assignment) {
	s.makeOutput(a)
	require.NoError(s.t, s.scheduler.End(s.t.Context(), &scheduler.End{Fence: a.Fence, Outcome: store.Succeeded}))
}

// TestLateAttempt: one that was given up, and wakes up when another has done its work, changes nothing.
func TestLateAttempt(t *testing.T) {
	s := newSurvey(t, true, true)
	s.start()
	late := s.take()
	require.NoError(t, s.scheduler.End(t.Context(), &scheduler.End{Fence: late.Fence, Outcome: store.Errored, Error: "no luck"}))
	s.held = nil
	l := *s.launch
	l.Name = "nobody has submitted this" // as if it had looked before the other one was there
	require.Error(t, s.attempt(&l, late.Fence))
	entries, err := allEntries(s.trash())
	require.NoError(t, err)
	require.Empty(t, entries)
	s.finish()
	_ = s.attempt(&l, late.Fence) // it finds an entry that is finished
	s.check("", "Plot0", "Atlasatlas")
}
