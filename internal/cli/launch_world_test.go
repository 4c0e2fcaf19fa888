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
	waits      func() // what happens when it waits for an attempt
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
	c.report = func(p orchestrate.Progress) {
		if strings.HasPrefix(p.Message, "waits for ") {
			s.waits()
		}
	}
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
