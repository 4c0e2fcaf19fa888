//go:build unix && !race

// The race detector multiplies the memory of a process, which this file bounds.

package streaming

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr/input"
)

// maxRSS returns the most memory that a process had, in bytes.
func maxRSS(p *exec.Cmd) int64 {
	n := p.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS == "darwin" {
		return n
	}
	return n << 10
}

func TestALargeRecordTakesAFewTimesItsSize(t *testing.T) {
	const size = 200 << 20
	line := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	limit := int64(5*size + 64<<20)

	p := taskProcess(t, TaskCommand{Kind: MapTask, Family: "Longest"}, attemptOf(MapTask, 0, 1, 1, input.Split{File: "/in/a"}))
	frames := filepath.Join(t.TempDir(), "frames")
	stdout, err := os.Create(frames)
	require.NoError(t, err)
	defer stdout.Close()
	p.Stdin, p.Stdout, p.Stderr = io.MultiReader(bytes.NewReader(line), strings.NewReader("\n")), stdout, os.Stderr
	require.NoError(t, p.Run())
	require.Less(t, maxRSS(p), limit, "map task")

	p = taskProcess(t, TaskCommand{Kind: ReduceTask, Family: "Longest"}, attemptOf(ReduceTask, 0, 1, 1, input.Split{}))
	sorted := filepath.Join(t.TempDir(), "sorted")
	out, err := os.ReadFile(frames)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(sorted, encodeFrames(hadoopSort(parseFrames(t, out))), 0o666))
	stdin, err := os.Open(sorted)
	require.NoError(t, err)
	defer stdin.Close()
	var lines bytes.Buffer
	p.Stdin, p.Stdout, p.Stderr = stdin, &lines, os.Stderr
	require.NoError(t, p.Run())
	require.Equal(t, fmt.Sprintf("longest\t%d\n", size), lines.String())
	require.Less(t, maxRSS(p), limit, "reduce task")
}
