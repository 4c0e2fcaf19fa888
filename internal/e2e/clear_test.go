package e2e

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

const chained = "github.com/gomr/gomr/internal/e2e/chained"

func (s *shared) link(number int) string {
	return fmt.Sprintf("Link(dir=%s, number=%d)", s.dir, number)
}

// at returns the flags that say where the tasks of a test are.
func (s *shared) at(args ...string) []string {
	return append(args, "--runner", "local", "--root", s.dir)
}

// made returns the outputs of the links and their content.
func (s *shared) made(t *testing.T) map[string]string {
	t.Helper()
	made := map[string]string{}
	for _, folder := range []string{"made", "made-there"} {
		err := filepath.WalkDir(filepath.Join(s.dir, folder), func(name string, d fs.DirEntry, err error) error {
			if os.IsNotExist(err) || err == nil && d.IsDir() {
				return nil
			}
			text, readErr := os.ReadFile(name)
			made[strings.TrimPrefix(name, s.dir)] = string(text)
			return readErr
		})
		require.NoError(t, err)
	}
	return made
}

func (s *shared) ask(t *testing.T, args ...string) string {
	t.Helper()
	return s.run(t, append(args, "--server", s.url())...)
}

// TestClearOnAServer: a clear has the tasks run again, and an undo before that has them done.
func TestClearOnAServer(t *testing.T) {
	s := newShared(t, chained)
	worker := s.startWorker(t, "worker")
	run := s.arguments("Link", "--dir", s.dir, "--number", "2")
	s.run(t, run...)
	require.Equal(t, map[string]int{"made 0": 1, "made 1": 1, "made 2": 1}, s.journal())
	before := s.made(t)
	require.Len(t, before, 6, "each output has a record")
	killProcess(worker)

	shown := s.ask(t, s.at("clear", s.link(0), "--downstream", "--dry-run")...)
	for _, number := range []int{0, 1, 2} {
		require.Contains(t, shown, s.link(number))
	}
	cleared := s.at("clear", s.link(0), "--downstream", "--yes", "--note", "wrong input")
	require.Contains(t, s.ask(t, cleared...), "3 tasks cleared")
	for name := range s.made(t) {
		require.Contains(t, name, ".gomr-trash")
	}
	require.Regexp(t, `(?m)^pending .*number=0\)$`, s.ask(t, "ps"))

	require.Contains(t, s.run(t, s.at("undo")...), "is back", "the server is the one that was told")
	require.Equal(t, before, s.made(t))
	require.Contains(t, s.ask(t, "ps"), "none")
	require.Contains(t, s.run(t, s.at("trash", "ls")...), "the trash is empty")

	s.ask(t, cleared...)
	s.startWorker(t, "worker")
	s.run(t, run...)
	require.Equal(t, map[string]int{"made 0": 2, "made 1": 2, "made 2": 2}, s.journal())
	stdout, _, code := s.try(t, s.at("undo", "--server", s.url())...)
	require.Equal(t, orchestrate.ExitFailed, code)
	require.Contains(t, stdout, "there is a new one")
	s.run(t, s.at("undo", "--replace")...)
	require.Contains(t, s.ask(t, "ps"), "none")
	s.run(t, run...)
	require.Equal(t, map[string]int{"made 0": 2, "made 1": 2, "made 2": 2}, s.journal(), "they are done")
}

// TestClearWhileATaskRuns: it is refused, unless it may kill.
func TestClearWhileATaskRuns(t *testing.T) {
	s := newShared(t, chained)
	s.startWorker(t, "worker")
	s.gate(t, "wait-1")
	wait := s.background(t, "Link", "--dir", s.dir, "--number", "1")
	s.waitFor(t, "made 1")
	for name, link := range map[string]string{"itself": s.link(1), "what it reads": s.link(0)} {
		_, stderr, code := s.try(t, s.at("clear", link, "--yes", "--server", s.url())...)
		require.Equal(t, orchestrate.ExitAlreadyRunning, code, name)
		require.Contains(t, stderr, "wait for it, or stop it with --kill", name)
	}
	require.Contains(t, s.made(t), "/made/0")
	require.Contains(t, s.ask(t, s.at("clear", s.link(0), "--downstream", "--kill", "--yes")...), "2 tasks cleared")
	_, _ = wait()
	require.NoError(t, os.Remove(filepath.Join(s.dir, "wait-1")))
	s.run(t, s.arguments("Link", "--dir", s.dir, "--number", "1")...)
	require.Equal(t, map[string]int{"made 0": 2, "made 1": 2}, s.journal())
}

// A toll is a proxy in front of a server that kills a process at one of its requests: before it, or when it is done.
type toll struct {
	mu    sync.Mutex
	path  string
	after bool
	kill  func() // nil is nobody
}

// newToll returns a toll before the server, and its address.
func (s *shared) newToll(t *testing.T) (h *toll, address string) {
	to, err := url.Parse(s.url())
	require.NoError(t, err)
	h = &toll{}
	proxy := httptest.NewServer(h.handler(httputil.NewSingleHostReverseProxy(to)))
	t.Cleanup(proxy.Close)
	return h, proxy.URL
}

// set says at which request what kills.
func (h *toll) set(path string, after bool, kill func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.path, h.after, h.kill = path, after, kill
}

func (h *toll) handler(to http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kill, after := h.take(r.URL.Path)
		if kill == nil {
			to.ServeHTTP(w, r)
			return
		}
		if after {
			to.ServeHTTP(httptest.NewRecorder(), r)
		}
		kill()
	})
}

// take returns what kills at a request, once, and nil where nothing does.
func (h *toll) take(path string) (kill func(), after bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.kill != nil && strings.HasSuffix(path, h.path) {
		kill, h.kill = h.kill, nil
	}
	return kill, h.after
}

// TestClearKilled kills a clear, and an undo, where they speak with the server. Until the undo has succeeded nobody
// runs anything; then all is as it was.
func TestClearKilled(t *testing.T) {
	s := newShared(t, chained)
	worker := s.startWorker(t, "worker")
	s.run(t, s.arguments("Link", "--dir", s.dir, "--number", "2")...)
	killProcess(worker) // so that what was released can be undone before it runs
	before := s.made(t)
	h, address := s.newToll(t)
	killed := func(path string, after bool, args ...string) {
		c := s.command(t, append(args, "--server", address)...)
		h.mu.Lock()
		h.path, h.after, h.kill = path, after, func() { _ = c.Process.Kill() }
		require.NoError(t, c.Start())
		h.mu.Unlock()
		require.ErrorContains(t, c.Wait(), "killed", "%s, after it: %v", path, after)
	}
	for _, path := range []string{"/tasks/surrounding", "/holds", "/holds/release"} {
		for _, after := range []bool{false, true} {
			what := fmt.Sprintf("%s, after it: %v", path, after)
			killed(path, after, s.at("clear", s.link(0), "--downstream", "--yes")...)
			why := s.ask(t, s.at("why", s.link(0), "--json")...)
			held := path == "/holds" && after || path == "/holds/release" && !after
			require.Equal(t, held, strings.Contains(why, `"kind": "held"`), "%s: %s", what, why)
			if path == "/tasks/surrounding" { // nothing has begun
				require.Equal(t, before, s.made(t), what)
				continue
			}
			require.Contains(t, s.run(t, s.at("trash", "ls")...), "interrupted", what)
			if path == "/holds" && held {
				_, stderr, code := s.try(t, s.at("clear", s.link(1), "--yes", "--server", s.url())...)
				require.Equal(t, orchestrate.ExitError, code, what)
				require.Contains(t, stderr, "undoes it if it was interrupted", what)
			}
			for _, undoPath := range []string{"/holds", "/holds/release"} {
				if undoPath == "/holds" && held {
					continue // it is held already, and is not asked for again
				}
				killed(undoPath, !after, s.at("undo")...)
			}
			s.run(t, s.at("undo", "--server", s.url())...)
			require.Equal(t, before, s.made(t), what)
			require.Contains(t, s.ask(t, "ps"), "none", what)
			require.Contains(t, s.run(t, s.at("trash", "ls")...), "the trash is empty", what)
		}
	}
	require.Equal(t, map[string]int{"made 0": 1, "made 1": 1, "made 2": 1}, s.journal())
}

// TestTwoClears: of two at once one has the tasks, and the other is told so or finds nothing.
func TestTwoClears(t *testing.T) {
	s := newShared(t, chained)
	worker := s.startWorker(t, "worker")
	s.run(t, s.arguments("Link", "--dir", s.dir, "--number", "2")...)
	killProcess(worker)
	before := s.made(t)
	var clears sync.WaitGroup
	for range 4 {
		clears.Go(func() {
			c := s.command(t, s.at("clear", s.link(0), "--downstream", "--yes", "--server", s.url())...)
			_ = c.Run() // most are refused
		})
	}
	clears.Wait()
	for range 4 {
		if _, _, code := s.try(t, s.at("undo")...); code != 0 {
			break
		}
	}
	require.Equal(t, before, s.made(t))
	require.Eventually(t, func() bool { return strings.Contains(s.ask(t, "ps"), "none") }, time.Minute, 50*time.Millisecond)
}
