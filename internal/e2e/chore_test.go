package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/chore"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// chores asks a server for clears and undos, and waits for what becomes of them.
type chores struct {
	t      *testing.T
	remote *client.Client
	last   string // the ID of the last clear
}

func (s *shared) chores(t *testing.T) *chores {
	remote, err := client.New(s.url(), client.Options{})
	require.NoError(t, err)
	t.Cleanup(remote.Close)
	return &chores{t: t, remote: remote}
}

func (c *chores) clear(asked api.NewClear) (name string, status api.ClearStatus) {
	c.t.Helper()
	name, err := c.remote.StartClear(c.t.Context(), asked)
	require.NoError(c.t, err)
	return name, c.cleared(name)
}

func (c *chores) cleared(name string) (status api.ClearStatus) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		var err error
		status, err = c.remote.ShowClear(c.t.Context(), name)
		return err == nil && status.State != chore.Waiting
	}, 2*time.Minute, 50*time.Millisecond)
	return status
}

func (c *chores) undo(id, program string) (status api.UndoStatus) {
	c.t.Helper()
	name, err := c.remote.StartUndo(c.t.Context(), api.NewUndo{ID: id, Program: program})
	require.NoError(c.t, err)
	require.Eventually(c.t, func() bool {
		status, err = c.remote.ShowUndo(c.t.Context(), name)
		return err == nil && status.State != chore.Waiting
	}, 2*time.Minute, 50*time.Millisecond)
	return status
}

// states returns the states of the links, by ID.
func (c *chores) states() map[string]string {
	c.t.Helper()
	page, err := c.remote.Tasks(c.t.Context(), scheduler.TaskFilter{Family: "Link"})
	require.NoError(c.t, err)
	states := map[string]string{}
	for _, t := range page.Tasks {
		states[t.ID] = string(t.State)
	}
	return states
}

func (c *chores) program() string {
	page, err := c.remote.Tasks(c.t.Context(), scheduler.TaskFilter{Family: "Link", Limit: 1})
	require.NoError(c.t, err)
	return page.Tasks[0].Program
}

// TestClearByAWorker: what somebody asks a server for is done as the command does it. A preview changes nothing; a clear
// moves the outputs and has the tasks pending; an undo brings them back and has them done.
func TestClearByAWorker(t *testing.T) {
	s := newShared(t, chained)
	s.startWorker(t, "worker")
	s.run(t, s.arguments("Link", "--dir", s.dir, "--number", "2")...)
	before := s.made(t)
	require.Len(t, before, 6, "each output has a record")
	c := s.chores(t)
	require.NoError(t, c.remote.PauseResource(t.Context(), "chain", "")) // so that what is cleared stays so for a while
	all := map[string]string{s.link(0): "done", s.link(1): "done", s.link(2): "done"}

	asked := api.NewClear{Tasks: []string{s.link(1)}, Downstream: true, Preview: true, Note: "wrong input"}
	_, status := c.clear(asked)
	require.Equal(t, chore.Done, status.State, status.Why)
	require.Len(t, status.Cleared.Tasks, 2)
	require.Equal(t, []string{s.link(1), s.link(2)}, []string{status.Cleared.Tasks[0].ID, status.Cleared.Tasks[1].ID})
	require.Equal(t, "downstream", status.Cleared.Tasks[1].Because)
	require.Equal(t, "/made-there/1", status.Cleared.Tasks[0].Outputs[0].Path)
	require.Empty(t, status.Cleared.ID)
	require.Equal(t, before, s.made(t))
	require.Equal(t, all, c.states())

	asked.Preview = false
	name, status := c.clear(asked)
	require.Equal(t, chore.Done, status.State, status.Why)
	require.Equal(t, name, status.Cleared.ID)
	require.NotContains(t, s.made(t), "/made-there/1")
	require.NotContains(t, s.made(t), "/made/2")
	require.Contains(t, s.made(t), "/made/0", "nobody has asked for it")
	require.Equal(t, map[string]string{s.link(0): "done", s.link(1): "pending", s.link(2): "pending"}, c.states())
	require.Regexp(t, name+` .*local.* cleared .*wrong input`, s.run(t, s.at("trash", "ls")...))
	holds, err := c.remote.Holds(t.Context())
	require.NoError(t, err)
	require.Empty(t, holds)

	_, status = c.clear(asked)
	require.Equal(t, chore.Done, status.State, status.Why)
	require.Empty(t, status.Cleared.ID, "there is nothing to clear any more")

	undone := c.undo(name, c.program())
	require.Equal(t, chore.Done, undone.State, undone.Why)
	for _, o := range undone.Undone.Outputs {
		require.Equal(t, "back", o.Fate, o.Path)
	}
	require.Equal(t, before, s.made(t))
	require.Equal(t, all, c.states())
	undone = c.undo(name, c.program())
	require.Equal(t, chore.Failed, undone.State)
	require.Contains(t, undone.Why, "no such entry in the trash")
}

// TestClearByAWorkerIsRefused while somebody reads what would be moved: that is an answer, and nothing is moved.
func TestClearByAWorkerIsRefused(t *testing.T) {
	s := newShared(t, chained)
	s.startWorker(t, "worker")
	s.gate(t, "wait-1")
	wait := s.background(t, "Link", "--dir", s.dir, "--number", "1")
	s.waitFor(t, "made 1")
	c := s.chores(t)
	for name, link := range map[string]string{"itself": s.link(1), "what it reads": s.link(0)} {
		_, status := c.clear(api.NewClear{Tasks: []string{link}})
		require.Equal(t, chore.Failed, status.State, name)
		require.Contains(t, status.Why, s.link(1)+" has an attempt under way", name)
	}
	require.Contains(t, s.made(t), "/made/0")
	require.NoError(t, os.Remove(filepath.Join(s.dir, "wait-1")))
	_, _ = wait()
}

// TestUndoOfAClearUnderWay: what a worker was interrupted in is not undone before the next one has come to its end, which would
// clear again.
func TestUndoOfAClearUnderWay(t *testing.T) {
	s, h, c, before := tolledLinks(t)
	for _, givenUp := range []bool{false, true} {
		killed := make(chan error, 1)
		h.set("/release", true, func() {
			killed <- c.remote.Pause(t.Context(), "") // so that no worker goes on
			killAll(s.processes(chore.ClearFamily))
		})
		name, err := c.remote.StartClear(t.Context(), api.NewClear{Tasks: []string{s.link(2)}})
		require.NoError(t, err)
		require.NoError(t, <-killed)
		require.Eventually(t, func() bool {
			found, err := c.remote.Explain(t.Context(), chore.ClearID(name))
			return err == nil && found.Task.State == store.Retrying
		}, time.Minute, 20*time.Millisecond)
		_, stderr, code := s.try(t, s.at("undo", name)...)
		require.NotZero(t, code)
		require.Contains(t, stderr, "the clear "+name+" is not over")
		require.NotContains(t, s.made(t), "/made/2")

		if givenUp {
			require.Contains(t, stderr, ` mark "clear(`+name+`)" failed'`)
			s.ask(t, "mark", chore.ClearID(name), "failed")
		}
		require.NoError(t, c.remote.Unpause(t.Context(), ""))
		require.Equal(t, givenUp, c.cleared(name).State == chore.Failed)
		s.run(t, s.at("undo", name)...)
		require.Equal(t, before, s.made(t))
		require.Equal(t, map[string]string{s.link(0): "done", s.link(1): "done", s.link(2): "done"}, c.states())
	}
}

// tolledLinks starts a server, with a worker behind a toll that has made three links. Those that are cleared stay so, as none
// may run.
func tolledLinks(t *testing.T) (s *shared, h *toll, c *chores, made map[string]string) {
	s = newShared(t, chained)
	h, address := s.newToll(t)
	s.start(t, s.command(t, "worker", "--server", address, "--dir", filepath.Join(s.dir, "worker"), "--runner", "local", "--root", s.dir))
	s.run(t, s.arguments("Link", "--dir", s.dir, "--number", "2")...)
	c = s.chores(t)
	require.NoError(t, c.remote.PauseResource(t.Context(), "chain", ""))
	return s, h, c, s.made(t)
}

// TestClearByAWorkerKilled kills the attempt when the tasks are held and when their outputs are moved: the next one goes on,
// and they are moved once.
func TestClearByAWorkerKilled(t *testing.T) {
	s, h, c, before := tolledLinks(t)
	for _, test := range []struct {
		path  string
		after bool
	}{{"/hold", false}, {"/hold", true}, {"/release", false}, {"/release", true}} {
		what := fmt.Sprintf("%s, after it: %v", test.path, test.after)
		for _, family := range []string{chore.ClearFamily, chore.UndoFamily} {
			killed := make(chan struct{})
			h.set(test.path, test.after, func() {
				killAll(s.processes(family))
				close(killed)
			})
			if family == chore.ClearFamily {
				name, status := c.clear(api.NewClear{Tasks: []string{s.link(1)}, Downstream: true})
				require.Equal(t, chore.Done, status.State, "%s: %s", what, status.Why)
				require.Equal(t, name, status.Cleared.ID, what)
				require.Equal(t, map[string]string{s.link(0): "done", s.link(1): "pending", s.link(2): "pending"}, c.states(), what)
				require.Contains(t, s.run(t, s.at("trash", "ls")...), name, what)
				c.last = name
			} else {
				status := c.undo(c.last, c.program())
				require.Equal(t, chore.Done, status.State, "%s: %s", what, status.Why)
				require.Equal(t, before, s.made(t), what)
				require.Contains(t, s.run(t, s.at("trash", "ls")...), "the trash is empty", what)
			}
			select {
			case <-killed:
			default:
				require.Fail(t, "nothing was killed", "%s of %s", family, what)
			}
			holds, err := c.remote.Holds(t.Context())
			require.NoError(t, err)
			require.Empty(t, holds, what)
		}
	}
}
