//go:build hadoop

package streamjob_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/streamjob"
)

// tool runs a command of the streaming jar in Hadoop.
func (h *hadoop) tool(t *testing.T, stdin []byte, args ...string) (stdout []byte, code int) {
	t.Helper()
	args = append([]string{"-cp", h.classPath, "org.apache.hadoop.streaming.HadoopStreaming"}, args...)
	java := exec.CommandContext(t.Context(), javaTool("java"), args...)
	java.Stdin = bytes.NewReader(stdin)
	stdout, err := java.Output()
	if java.ProcessState == nil {
		require.NoError(t, err)
	}
	return stdout, java.ProcessState.ExitCode()
}

// gomrTool runs it in gomr.
func gomrTool(t *testing.T, stdin []byte, args ...string) (stdout []byte, code int) {
	t.Helper()
	var out bytes.Buffer
	code = streamjob.Run(t.Context(), streamjob.Options{Args: args, Stdin: bytes.NewReader(stdin), Stdout: &out})
	return out.Bytes(), code
}

// TestHadoopTypedBytesTools compares dumptb and loadtb with Hadoop's, and lets each read what
// the other has written.
func TestHadoopTypedBytesTools(t *testing.T) {
	h := newHadoop(t)
	dir := makePlace(t, "testdata/own")
	t.Chdir(dir)
	for _, pattern := range []string{"words/f", "words", "three/*", "points/text", "points/numbers", "points/bytes", "wor*", "nosuch", "nosuch*", "emptydir", ""} {
		args := []string{"dumptb", pattern}
		if pattern == "" {
			args = args[:1]
		}
		want, wantCode := h.tool(t, nil, args...)
		got, code := gomrTool(t, nil, args...)
		require.Equal(t, wantCode, code, pattern)
		require.Equal(t, string(want), string(got), pattern)
	}

	typed, code := gomrTool(t, nil, "dumptb", "words/f")
	require.Zero(t, code)
	require.NotEmpty(t, typed)
	for name, stdin := range map[string][]byte{"pairs": typed, "empty": nil, "cut": typed[:len(typed)-3]} {
		theirs, ours := filepath.Join(dir, name+".theirs"), filepath.Join(dir, name+".ours")
		_, wantCode := h.tool(t, stdin, "loadtb", theirs)
		_, code := gomrTool(t, stdin, "loadtb", ours)
		require.Equal(t, wantCode, code, name)
		if code == 0 {
			require.Equal(t, readSequenceFile(t, theirs), readSequenceFile(t, ours), name)
			back, code := h.tool(t, nil, "dumptb", ours)
			require.Zero(t, code)
			require.Equal(t, string(stdin), string(back), name)
		}
		_, wantCode = h.tool(t, stdin, "loadtb", theirs)
		_, code = gomrTool(t, stdin, "loadtb", ours)
		require.Equal(t, wantCode, code, "%s exists", name)
	}
}

func readSequenceFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	return readSequence(t, string(content))
}
