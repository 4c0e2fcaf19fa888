package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/hdfs/hdfstest"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
	"github.com/gomr/gomr/orchestrate/trash"
)

// Plot is the task of a label, with an output on the machine.
type Plot struct {
	Dir    string `param:"dir"`
	Number int    `param:"number"`
}

// Output is a file of the machine.
func (p Plot) Output() orchestrate.Target {
	return orchestrate.LocalFile("%s/plots/%d", p.Dir, p.Number)
}

// Run is never called: the test makes the outputs.
func (Plot) Run(context.Context) error { return errors.ErrUnsupported }

// Atlas requires two plots, and has an output in HDFS.
type Atlas struct {
	Dir string `param:"dir"`
}

// Requires returns the plots.
func (a Atlas) Requires() []orchestrate.Task {
	return []orchestrate.Task{Plot{a.Dir, 0}, Plot{a.Dir, 1}}
}

// Output is a file in HDFS.
func (Atlas) Output() orchestrate.Target { return hdfs.File("/atlas") }

// Run is never called.
func (Atlas) Run(context.Context) error { return errors.ErrUnsupported }

// A survey is a server with an atlas and its plots, which are made, and a launch that is to make plot 0 again.
type survey struct {
	t         *testing.T
	app       *app
	dir       string
	files     hdfs.FileSystem
	scheduler *scheduler.Scheduler
	server    http.Handler
	launch    *launch.Launch
	made      map[string]int // how often, by family and number
	held      []int64        // fences of attempts under way
	life      *hdfstest.Life // of the next attempt at the launch; then others live for ever
	slow      bool           // others' tasks have their turn before a launch is tried again

	beforeHold func() // what happens just before a launch asks for a hold
}

var surveyor = scheduler.WorkerInfo{ID: "w", Host: "here", Slots: 9}

func newSurvey(t *testing.T, own, downstream bool) *survey {
	t.Helper()
	s := &survey{t: t, dir: t.TempDir(), made: map[string]int{}, life: new(hdfstest.Life)}
	s.files = hdfs.Local(filepath.Join(s.dir, "hdfs"))
	s.app = newApp(Config{Getenv: func(name string) string { return map[string]string{"XDG_STATE_HOME": s.dir}[name] }})
	var err error
	s.app.registry, err = newRegistry([]orchestrate.Task{Plot{}, Atlas{}})
	require.NoError(t, err)
	st := storetest.NewMemory()
	s.scheduler, err = scheduler.Open(t.Context(), st, scheduler.Config{Lease: time.Hour})
	require.NoError(t, err)
	t.Cleanup(s.scheduler.Close)
	served, err := server.New(t.Context(), server.Options{Scheduler: s.scheduler, Store: st})
	require.NoError(t, err)
	t.Cleanup(served.Close)
	s.server = served

	s.submit("first", Atlas{s.dir})
	s.workUntil(func() bool { return s.status("first") == launch.Done })
	s.launch = &launch.Launch{
		Name: "backfill 1 0", Program: readVersion().Program, Task: []string{"Plot", "--dir=" + s.dir, "--number=0"},
		Clear: &launch.Clear{
			Entry: "backfill-1-abcdef-0", Own: own, Downstream: downstream, Since: time.Now(), Keep: time.Hour, Note: "backfill 1 of Plot, 0",
		},
	}
	return s
}

func (s *survey) submit(name string, task orchestrate.Task) {
	ctx := hdfs.NewContext(s.t.Context(), s.files)
	plan, err := newPlan(ctx, false, task)
	require.NoError(s.t, err)
	submission := submissionOf(plan)
	submission.Request, submission.Forgive = name, true
	_, err = s.scheduler.Submit(ctx, submission)
	require.NoError(s.t, err)
}

func (s *survey) status(name string) launch.State {
	status, err := launch.StatusOf(s.t.Context(), s.scheduler, name)
	require.NoError(s.t, err)
	return status.State
}

// start submits the launch.
func (s *survey) start() {
	submission := s.launch.Submission()
	submission.Nodes[0].Retry = store.Retry{Attempts: 9, Delay: time.Millisecond}
	if s.slow {
		submission.Nodes[0].Retry.Delay = 20 * time.Millisecond
	}
	_, err := s.scheduler.Submit(s.t.Context(), submission)
	require.NoError(s.t, err)
}

// finish works until the launch and all that it has asked for is done.
func (s *survey) finish() {
	s.t.Helper()
	s.workUntil(func() bool {
		behind := s.status(launch.DownstreamName(s.launch.Name))
		return s.status(s.launch.Name) == launch.Done && (behind == launch.Done || behind == launch.Unknown)
	})
}

func (s *survey) workUntil(over func() bool) {
	s.t.Helper()
	for !over() {
		a := s.take()
		if a == nil {
			require.Fail(s.t, "nothing can start: "+s.states())
		}
		s.do(a)
	}
}

// states tells how far all is.
func (s *survey) states() string {
	var text strings.Builder
	fmt.Fprintf(&text, "holds %v\n", s.holds())
	for _, id := range []string{launch.ID(s.launch.Name), orchestrate.ID(Plot{s.dir, 0}), orchestrate.ID(Plot{s.dir, 1}), orchestrate.ID(Atlas{s.dir})} {
		e, err := s.scheduler.Explain(s.t.Context(), id)
		fmt.Fprintln(&text, id, e.Task.State, e.Task.Error, e.Reasons, err)
	}
	return text.String()
}

// take returns an attempt, or nil where there is none.
func (s *survey) take() *scheduler.Assignment {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Second)
	defer cancel()
	info := surveyor
	info.Programs = []string{readVersion().Program}
	a, err := s.scheduler.Work(ctx, &scheduler.Ask{Worker: info, Holds: s.held})
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	require.NoError(s.t, err)
	s.held = append(s.held, a.Fence)
	return a
}

// do makes an attempt: a launch as a worker's process does, and other tasks by a file that tells how often it was made.
func (s *survey) do(a *scheduler.Assignment) {
	s.t.Helper()
	end := &scheduler.End{Fence: a.Fence, Outcome: store.Succeeded}
	if a.Task.Family == launch.Family {
		l, err := launch.Parse(a.Task.Args)
		require.NoError(s.t, err)
		if err := s.attempt(l, a.Fence); err != nil {
			end.Outcome, end.Error = store.Errored, err.Error()
		}
		s.life = new(hdfstest.Life)
	} else {
		s.makeOutput(a)
	}
	require.NoError(s.t, s.scheduler.End(s.t.Context(), end))
	s.held = slices.DeleteFunc(s.held, func(fence int64) bool { return fence == a.Fence })
}

func (s *survey) makeOutput(a *scheduler.Assignment) {
	s.t.Helper()
	task, err := s.app.registry.Parse(a.Task.Family, a.Task.Args)
	require.NoError(s.t, err)
	name := s.output(task)
	require.NoFileExists(s.t, name, "%s runs though its output is there", a.Task.ID)
	s.made[a.Task.Family+filepath.Base(name)]++
	require.NoError(s.t, os.MkdirAll(filepath.Dir(name), 0o777))
	require.NoError(s.t, os.WriteFile(name, fmt.Appendf(nil, "%d", s.made[a.Task.Family+filepath.Base(name)]), 0o666))
}

func (s *survey) output(task orchestrate.Task) string {
	if plot, ok := task.(Plot); ok {
		return filepath.Join(s.dir, "plots", strconv.Itoa(plot.Number))
	}
	return filepath.Join(s.dir, "hdfs", "atlas")
}

// attempt makes an attempt at the launch with the life of the survey: each call of a file system and each request counts.
func (s *survey) attempt(l *launch.Launch, fence int64) error {
	life := s.life
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		if before := s.beforeHold; before != nil && strings.HasSuffix(r.URL.Path, "/hold") {
			s.beforeHold = nil
			before()
		}
		if err := life.Call(func() error { s.server.ServeHTTP(answer, r); return nil }); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest) // it is nothing that would be tried again
			return
		}
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	defer proxy.Close()
	remote, err := client.New(proxy.URL, client.Options{})
	require.NoError(s.t, err)
	defer remote.Close()
	host := &serverHost{remote: remote, fence: fence}
	task, err := s.app.assigned(l.Task[0], l.Task[1:])
	require.NoError(s.t, err)
	c := s.app.newLaunchClear(l, task, host)
	files := hdfstest.Mortal{FileSystem: s.files, Life: life}
	c.place, c.trash, c.url = &place{files: files, name: "test", user: localUser}, s.trash(), proxy.URL
	ctx := hdfs.NewContext(s.t.Context(), files)
	for i := range c.trash.Volumes {
		v := &c.trash.Volumes[i]
		v.Files = trashFiles{guardedFiles{hdfstest.Mortal{FileSystem: v.Files, Life: life}, func() error { return host.Commit(ctx) }}}
	}
	over, err := c.run(ctx)
	if over || err != nil {
		return err
	}
	plan, err := newPlan(ctx, false, task)
	if err != nil {
		return err
	}
	submission := submissionOf(plan)
	submission.Request = l.Name
	_, err = remote.Submit(ctx, submission)
	return err
}

func (s *survey) trash() *trash.Trash {
	t, err := s.app.newTrash(&place{files: s.files, user: localUser}, true)
	require.NoError(s.t, err)
	return t
}

func (s *survey) holds() []scheduler.Held {
	holds, err := s.scheduler.Holds(s.t.Context())
	require.NoError(s.t, err)
	return holds
}

// check looks at what is left: the first outputs in the trash, the second ones in their places, and no hold.
func (s *survey) check(what string, cleared ...string) {
	s.t.Helper()
	want := map[string]int{"Plot0": 1, "Plot1": 1, "Atlasatlas": 1}
	for _, name := range cleared {
		want[name]++
	}
	require.Equal(s.t, want, s.made, what)
	require.Empty(s.t, s.holds(), what)
	entries, err := allEntries(s.trash())
	require.NoError(s.t, err)
	require.LessOrEqual(s.t, len(entries), 1, what)
	var found []string
	for _, e := range entries {
		require.True(s.t, e.Finished, what)
		require.Equal(s.t, "backfill-1-abcdef-0", e.Manifest.ID)
		require.Equal(s.t, "backfill 1 of Plot, 0", e.Manifest.Note)
		for _, o := range e.Manifest.Outputs() {
			name := o.Trash
			if o.Volume == trash.ClusterName {
				name = filepath.Join(s.dir, "hdfs", name)
			}
			text, err := os.ReadFile(name)
			require.NoError(s.t, err, what)
			require.Equal(s.t, "1", string(text), what)
			found = append(found, map[string]string{"0": "Plot0", "atlas": "Atlasatlas"}[filepath.Base(name)])
		}
	}
	require.ElementsMatch(s.t, cleared, found, what)
	for _, task := range []orchestrate.Task{Plot{s.dir, 0}, Plot{s.dir, 1}, Atlas{s.dir}} {
		text, err := os.ReadFile(s.output(task))
		require.NoError(s.t, err, what)
		require.Equal(s.t, strconv.Itoa(s.made[strings.TrimPrefix(fmt.Sprintf("%T", task), "cli.")+filepath.Base(s.output(task))]), string(text), what)
	}
}

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
	s.start()
	a := s.take()
	require.Equal(t, launch.Family, a.Task.Family)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.do(a)
	}()
	s.waitForLaunch(store.Suspended)
	require.FileExists(t, s.output(Plot{s.dir, 0}), "nothing is moved while it waits")
	require.Empty(t, s.holds())
	s.makeOutput(reader)
	require.NoError(t, s.scheduler.End(t.Context(), &scheduler.End{Fence: reader.Fence, Outcome: store.Succeeded}))
	<-ended
	s.finish()
	require.Equal(t, map[string]int{"Plot0": 2, "Plot1": 1, "Atlasatlas": 3}, s.made)
	require.Empty(t, s.holds())
}

// TestEndedJustBefore: what depends on the label and is done only when the tasks are about to be held is cleared, too.
func TestEndedJustBefore(t *testing.T) {
	s := newSurvey(t, true, true)
	require.NoError(t, os.Remove(s.output(Atlas{s.dir})))
	s.submit("reader", Atlas{s.dir})
	reader := s.take()
	s.beforeHold = func() {
		s.makeOutput(reader)
		require.NoError(t, s.scheduler.End(t.Context(), &scheduler.End{Fence: reader.Fence, Outcome: store.Succeeded}))
	}
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
	s.launch.Clear.Since = time.Now()
	s.start()
	ended := make(chan struct{})
	a := s.take()
	go func() {
		defer close(ended)
		s.do(a)
	}()
	s.waitForLaunch(store.Suspended)
	s.makeOutput(before)
	require.NoError(t, s.scheduler.End(t.Context(), &scheduler.End{Fence: before.Fence, Outcome: store.Succeeded}))
	<-ended
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

func (s *survey) waitForLaunch(state store.State) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		e, err := s.scheduler.Explain(s.t.Context(), launch.ID(s.launch.Name))
		return err == nil && e.Task.State == state
	}, time.Minute, 5*time.Millisecond)
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
