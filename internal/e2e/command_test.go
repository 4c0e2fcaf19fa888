package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gomr/gomr/hdfs"
	"github.com/stretchr/testify/require"
)

// A program is a built binary and the environment it runs in.
type program struct {
	path string
	env  []string
}

// build compiles a package as gomr builds it for a cluster: static.
func build(t *testing.T, pkg string) program {
	t.Helper()
	binary := filepath.Join(t.TempDir(), filepath.Base(pkg))
	c := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, pkg)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
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
