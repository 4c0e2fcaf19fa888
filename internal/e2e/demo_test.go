package e2e

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestDemo: a week of history, with a failure that a person can mend, and nothing left after it.
func TestDemo(t *testing.T) {
	gomr := build(t, "../../cmd/gomr")
	temporary := t.TempDir()
	gomr.env = append(os.Environ(), "TMPDIR="+temporary)
	address := freeAddress(t)
	server := "--server=http://" + address
	demo := gomr.startDemo(t, address)
	require.Contains(t, gomr.run(t, "ps", server), "failed")
	require.Contains(t, gomr.run(t, "history", server, "--family", "Revenue"), "too many clients")
	require.Contains(t, gomr.run(t, "schedule", "ls", server), "@hourly")

	_, stderr, code := gomr.try(t, "demo", "--listen", address)
	require.NotZero(t, code)
	require.Contains(t, stderr, "--listen takes another address")

	require.NoError(t, demo.Process.Signal(syscall.SIGTERM))
	require.NoError(t, demo.Wait())
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
}

// startDemo starts a demo and waits until it serves.
func (p program) startDemo(t *testing.T, address string) *exec.Cmd {
	t.Helper()
	demo := p.command(t, "demo", "--listen", address)
	demo.Stderr = os.Stderr
	demo.Cancel = func() error { return demo.Process.Signal(syscall.SIGTERM) }
	demo.WaitDelay = time.Minute
	stdout, err := demo.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, demo.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, address)
	return demo
}

// freeAddress returns an address of this machine that nobody listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}
