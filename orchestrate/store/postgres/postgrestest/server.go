// Package postgrestest starts a PostgreSQL server for tests.
package postgrestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Password is that of the user postgres.
const Password = "a secret of the tests"

// A Server is a PostgreSQL server on a free port of this machine, which ends with the test.
// It does not wait for its disk: what it stores survives its own end, not that of the machine.
type Server struct {
	port     int
	programs string // folder of initdb and pg_ctl
	folder   string
	account  *account
}

// Start starts a server with an empty database "postgres". It fails the test where PostgreSQL is
// not installed.
func Start(t testing.TB) *Server {
	t.Helper()
	programs, err := findPrograms()
	require.NoError(t, err)
	account, err := findAccount()
	require.NoError(t, err)
	folder := t.TempDir()
	// The folder around it is for the user of the test only, and the server has another.
	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755))
	require.NoError(t, account.own(folder))
	s := &Server{programs: programs, folder: folder, account: account}
	s.initialize(t)
	t.Cleanup(s.stopAtEnd(t))
	s.startOnFreePort(t)
	return s
}

// findPrograms returns the folder of the newest PostgreSQL that is installed.
func findPrograms() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("no PostgreSQL is installed: run scripts/install-test-deps")
	}
	return filepath.Dir(path), nil
}

// version returns the 17 of /usr/lib/postgresql/17/bin/initdb.
func version(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) initialize(t testing.TB) {
	t.Helper()
	password := filepath.Join(s.folder, "password")
	require.NoError(t, os.WriteFile(password, []byte(Password+"\n"), 0o600))
	require.NoError(t, s.account.own(password))
	require.NoError(t, s.run(t.Context(), "initdb", "--pgdata", s.data(), "--username", "postgres", "--pwfile", password,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"))
}

// startOnFreePort tries again where somebody takes the port in between.
func (s *Server) startOnFreePort(t testing.TB) {
	t.Helper()
	for attempts := 5; ; attempts-- {
		s.port = freePort(t)
		err := s.start(t.Context())
		if err == nil {
			return
		}
		if attempts == 1 {
			require.NoError(t, err, "the log of the server:\n%s", s.log())
		}
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// start returns when the server answers.
func (s *Server) start(ctx context.Context) error {
	options := fmt.Sprintf("-c port=%d -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off "+
		"-c full_page_writes=off -c max_connections=60", s.port)
	return s.run(ctx, "pg_ctl", "start", "--wait", "--timeout", "60", "--pgdata", s.data(),
		"--log", filepath.Join(s.folder, "log"), "--options", options)
}

func (s *Server) log() []byte {
	text, err := os.ReadFile(filepath.Join(s.folder, "log"))
	if err != nil {
		return []byte(err.Error())
	}
	return text
}

// Start starts the server again, after Stop.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	require.NoError(t, s.start(t.Context()))
}

// Stop ends the server as a crash would. Connections are cut.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	require.NoError(t, s.stop(t.Context()))
}

func (s *Server) stop(ctx context.Context) error {
	return s.run(ctx, "pg_ctl", "stop", "--wait", "--mode", "immediate", "--pgdata", s.data())
}

// stopAtEnd returns what ends the server, if it runs. The context of the test has ended by then.
func (s *Server) stopAtEnd(t testing.TB) func() {
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if s.run(ctx, "pg_ctl", "status", "--pgdata", s.data()) == nil {
			require.NoError(t, s.stop(ctx))
		}
	}
}

// run runs a program of PostgreSQL as its user.
func (s *Server) run(ctx context.Context, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(s.programs, program), args...)
	cmd.Dir = s.folder
	cmd.Env = append(os.Environ(), "LC_ALL=C", "HOME="+s.folder)
	cmd.SysProcAttr = s.account.attributes()
	// A server that stays keeps what it writes to, so this must not be a pipe.
	output, err := os.CreateTemp(s.folder, "output")
	if err != nil {
		return err
	}
	defer os.Remove(output.Name())
	defer output.Close()
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(output.Name())
		return fmt.Errorf("%s: %w: %s", program, err, bytes.TrimSpace(said))
	}
	return nil
}

// Address returns the address of the database, with the password.
func (s *Server) Address() string {
	return s.AddressWith("postgres", Password)
}

// AddressWith returns the address for a user.
func (s *Server) AddressWith(user, password string) string {
	return fmt.Sprintf("host=127.0.0.1 port=%d dbname=postgres user=%s password='%s' sslmode=disable", s.port, user, password)
}
