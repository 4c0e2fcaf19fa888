//go:build linux

package top_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gomr/gomr/internal/top"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
)

// The environment that makes the test binary show a server, and die of a bug after a while.
const (
	addressVariable = "TOP_ADDRESS"
	panicVariable   = "TOP_PANIC"
)

func TestMain(m *testing.M) {
	if address := os.Getenv(addressVariable); address != "" {
		os.Exit(show(address))
	}
	os.Exit(m.Run())
}

// show is what the command does.
func show(address string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c, err := client.New(address, client.Options{})
	if err != nil {
		return 2
	}
	var source top.Source = c
	if os.Getenv(panicVariable) != "" {
		source = buggy{c}
	}
	if err := top.Run(ctx, top.Options{Source: source, Server: address, In: os.Stdin, Out: os.Stdout}); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("the end")
	return 0
}

// buggy is a source whose code has a bug.
type buggy struct{ top.Source }

func (buggy) Workers(context.Context) ([]scheduler.WorkerStatus, error) { panic("a bug") }

// A service is a server that can go away and come back.
type service struct {
	t       *testing.T
	path    string
	address string
	stop    func()
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{t: t, path: filepath.Join(t.TempDir(), "db"), address: "127.0.0.1:0"}
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *service) start() {
	s.t.Helper()
	st, err := sqlite.Open(context.Background(), s.path, sqlite.Options{})
	require.NoError(s.t, err)
	sched, err := scheduler.Open(context.Background(), st, scheduler.Config{})
	require.NoError(s.t, err)
	_, err = sched.Submit(context.Background(), &scheduler.Submission{Request: "once", Nodes: []scheduler.Node{
		{Spec: store.Spec{ID: "Words(date=2014-06-01)", Family: "Words", Program: "p"}},
		{Spec: store.Spec{ID: "In(date=2014-06-02)", Family: "In", External: true}},
	}, Roots: []string{"Words(date=2014-06-01)"}})
	require.NoError(s.t, err)
	_, err = sched.Work(context.Background(), &scheduler.Ask{Worker: scheduler.WorkerInfo{ID: "etl1", Programs: []string{"p"}, Slots: 4}})
	require.NoError(s.t, err)
	served, err := server.New(context.Background(), server.Options{Scheduler: sched, Store: st})
	require.NoError(s.t, err)
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", s.address)
	require.NoError(s.t, err)
	s.address = listener.Addr().String()
	h := &http.Server{Handler: served, ReadHeaderTimeout: time.Minute}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = h.Serve(listener) }()
	s.stop = sync.OnceFunc(func() {
		served.Close()
		h.Close()
		<-ended
		sched.Close()
		require.NoError(s.t, st.Close())
	})
}

// A shown is the command on a terminal.
type shown struct {
	t    *testing.T
	cmd  *exec.Cmd
	tty  *os.File
	read chan struct{} // closed when nothing more comes

	before unix.Termios

	mu   sync.Mutex
	text strings.Builder
}

func newShown(t *testing.T, address string, env ...string) *shown {
	t.Helper()
	s := &shown{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0]), read: make(chan struct{})}
	s.cmd.Env = append(append(os.Environ(), addressVariable+"="+address), env...)
	tty, slave, err := pty.Open()
	require.NoError(t, err)
	require.NoError(t, pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 100}))
	s.tty = tty
	s.before = s.mode()
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = slave, slave, slave
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	require.NoError(t, s.cmd.Start())
	require.NoError(t, slave.Close())
	go s.collect()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // it may have ended
		_ = s.cmd.Wait()
		tty.Close()
		<-s.read
	})
	return s
}

func (s *shown) collect() {
	defer close(s.read)
	buffer := make([]byte, 4096)
	for {
		n, err := s.tty.Read(buffer)
		s.mu.Lock()
		s.text.Write(buffer[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// all returns what was written since it was forgotten.
func (s *shown) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *shown) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Reset()
}

// sees waits until a text is on the screen.
func (s *shown) sees(text string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return strings.Contains(s.all(), text) }, time.Minute, 20*time.Millisecond, "%q is not in %q", text, s)
}

// becomes waits until the screen that was drawn last is as it should be.
func (s *shown) becomes(right func(frame string) bool) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		frames := strings.Split(s.all(), "\x1b[H")
		last := frames[len(frames)-1]
		return strings.HasSuffix(last, "\x1b[J") && right(last)
	}, time.Minute, 20*time.Millisecond, "%s", s)
}

func (s *shown) String() string { return s.all() }

func (s *shown) press(key string) {
	s.t.Helper()
	_, err := s.tty.WriteString(key)
	require.NoError(s.t, err)
}

func (s *shown) mode() unix.Termios {
	s.t.Helper()
	mode, err := unix.IoctlGetTermios(int(s.tty.Fd()), unix.TCGETS)
	require.NoError(s.t, err)
	return *mode
}

// ends waits for the end, after which the terminal is as it was.
func (s *shown) ends(code int) {
	s.t.Helper()
	err := s.cmd.Wait()
	if exit := new(exec.ExitError); err != nil {
		require.ErrorAs(s.t, err, &exit)
	}
	require.Equal(s.t, code, s.cmd.ProcessState.ExitCode(), "%s", s)
	require.Equal(s.t, s.before, s.mode())
	s.sees("\x1b[?25h\x1b[?1049l")
}

func TestRun_KeyQuits(t *testing.T) {
	s := newShown(t, newService(t).address)
	s.sees("\x1b[?1049h")
	s.sees("Words(date=2014-06-01)")
	s.sees("workers    1 alive, 1 of 4 slots")
	require.NotEqual(t, s.before, s.mode(), "keys come at once, and are not shown")
	s.press("\x1b[A") // an arrow is no key
	s.press("q")
	s.ends(0)
	s.sees("the end")
}

func TestRun_InterruptAndTerminate(t *testing.T) {
	address := newService(t).address
	for name, end := range map[string]func(s *shown){
		"^C":      func(s *shown) { s.press("\x03") },
		"SIGTERM": func(s *shown) { require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShown(t, address)
			s.sees("Words(date=2014-06-01)")
			end(s)
			s.ends(0)
		})
	}
}

func TestRun_Panic(t *testing.T) {
	s := newShown(t, newService(t).address, panicVariable+"=yes")
	s.ends(2)
	s.sees("panic: a bug")
}

func TestRun_Resize(t *testing.T) {
	s := newShown(t, newService(t).address)
	s.sees("Words(date=2014-06-01)")
	s.forget()
	require.NoError(t, pty.Setsize(s.tty, &pty.Winsize{Rows: 10, Cols: 24}))
	s.sees("workers    1 alive, 1 o…")
	s.forget()
	require.NoError(t, pty.Setsize(s.tty, &pty.Winsize{Rows: 40, Cols: 120}))
	s.sees("workers    1 alive, 1 of 4 slots")
}

func TestRun_HoldStill(t *testing.T) {
	s := newShown(t, newService(t).address)
	s.sees("Words(date=2014-06-01)")
	s.press("p")
	s.sees("held still: p goes on")
	s.forget()
	s.press("p")
	s.becomes(func(frame string) bool { return !strings.Contains(frame, "held still") })
}

func TestRun_ServerGoesAndComesBack(t *testing.T) {
	service := newService(t)
	s := newShown(t, service.address)
	s.sees("Words(date=2014-06-01)")
	service.stop()
	s.sees("no answer since ")
	s.forget()
	s.sees("Words(date=2014-06-01)") // as it was seen last
	service.start()
	s.becomes(func(frame string) bool { return !strings.Contains(frame, "no answer since") })
	s.press("q")
	s.ends(0)
}

// TestRun_Stop: while it is stopped by ^Z the terminal is the shell's, and then its own again.
func TestRun_Stop(t *testing.T) {
	s := newShown(t, newService(t).address)
	s.sees("Words(date=2014-06-01)")
	raw := s.mode()
	for range 2 {
		s.press("\x1a")
		var status unix.WaitStatus
		pid, err := unix.Wait4(s.cmd.Process.Pid, &status, unix.WUNTRACED, nil)
		require.NoError(t, err)
		require.Equal(t, s.cmd.Process.Pid, pid)
		require.True(t, status.Stopped())
		require.Equal(t, s.before, s.mode())
		s.sees("\x1b[?25h\x1b[?1049l")
		s.forget()
		require.NoError(t, s.cmd.Process.Signal(syscall.SIGCONT))
		s.sees("Words(date=2014-06-01)")
		require.Equal(t, raw, s.mode())
	}
	s.press("q")
	s.ends(0)
}
