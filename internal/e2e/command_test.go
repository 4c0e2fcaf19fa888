package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
	"github.com/stretchr/testify/require"
)

// A program is a built binary and the environment it runs in.
type program struct {
	path string
	env  []string
}

// built is the folder of the programs that were compiled for the tests of this process.
var built string

func TestMain(m *testing.M) {
	var err error
	if built, err = os.MkdirTemp("", "gomr-e2e-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(built)
	m.Run()
}

// build compiles a package as gomr builds it for a cluster: static. Each test has a file of its own.
func build(t *testing.T, pkg string) program {
	t.Helper()
	compiled, binary := filepath.Join(built, filepath.Base(pkg)), filepath.Join(t.TempDir(), filepath.Base(pkg))
	if _, err := os.Stat(compiled); err != nil {
		c := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", compiled, pkg)
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	require.NoError(t, os.Link(compiled, binary))
	return program{path: binary, env: os.Environ()}
}

// command returns the program with arguments, to be started.
func (p program) command(t *testing.T, args ...string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), p.path, args...)
	c.Env = p.env
	return c
}

// run runs the program, which must succeed, and returns its standard output.
func (p program) run(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, code := p.try(t, args...)
	require.Zero(t, code, "%v\n%s\n%s", args, stdout, stderr)
	return stdout
}

// try runs the program and returns its output and exit code.
func (p program) try(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	c := p.command(t, args...)
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if exit := new(exec.ExitError); err != nil {
		require.ErrorAs(t, err, &exit)
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

// connect returns the file system of the test cluster.
func connect(t *testing.T) *hdfs.Client {
	t.Helper()
	require.NotEmpty(t, os.Getenv("HADOOP_HOME"), `start a Hadoop first: eval "$(scripts/hadoop env)" after scripts/hadoop up`)
	client, err := hdfs.Connect(hdfs.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// TestInterruptedRequest: Ctrl-C while a server has not answered yet is no failure of the program.
func TestInterruptedRequest(t *testing.T) {
	gated := build(t, "./gated")
	asked := make(chan struct{}, 100)
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer silent.Close()
	for _, args := range [][]string{{"run", "Gated", "--dir", t.TempDir(), "--name", "a", "--runner", "local"}, {"history"}} {
		c := gated.command(t, append(args, "--server", silent.URL)...)
		var stderr bytes.Buffer
		c.Stderr = &stderr
		require.NoError(t, c.Start())
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		select {
		case <-asked:
		case <-ended:
			t.Fatalf("%v asked for nothing: %s", args, &stderr)
		}
		require.NoError(t, c.Process.Signal(syscall.SIGINT))
		require.Error(t, <-ended)
		require.Equal(t, orchestrate.ExitInterrupted, c.ProcessState.ExitCode(), "%v\n%s", args, &stderr)
	}
}
