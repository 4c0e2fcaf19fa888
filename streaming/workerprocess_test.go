//go:build !race

// The race detector makes a process start in a second, and this file starts hundreds.

package streaming

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
	"github.com/gomr/gomr/mr/mrtest"
	"github.com/stretchr/testify/require"
)

func TestTheSuitePassesBehindPipes(t *testing.T) {
	for name, memory := range map[string]int64{"default memory": 0, "little memory": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			mrtest.TestRunner(t, func(t *testing.T, c mrtest.Case) map[string]string {
				parts := newPipes(t, c.Name, memory).run(c.Job, c.Files)
				require.Equal(t, mrtest.RunParts(t, c.Job, c.Files), parts, "the local engine has other parts")
				return parts
			})
		})
	}
}

func TestCountersOfAJobAddUp(t *testing.T) {
	h := newPipes(t, "Merge", 0)
	h.run(testJob("Merge"), map[string]string{"/in/a": "a b\nb\n", "/in/b": "b c\n"})
	sums := make(map[string]int64)
	for line := range strings.Lines(h.stderrs.String()) {
		if text, ok := strings.CutPrefix(line, "reporter:counter:gomr,"); ok {
			name, delta, _ := strings.Cut(strings.TrimSpace(text), ",")
			n, err := strconv.ParseInt(delta, 10, 64)
			require.NoError(t, err)
			sums[name] += n
		}
	}
	require.Equal(t, map[string]int64{
		mr.MapInputRecords: 3, mr.MapOutputRecords: 5,
		mr.CombineInputRecords: 5, mr.CombineOutputRecords: 4,
		mr.ReduceInputGroups: 3, mr.ReduceInputRecords: 4, mr.ReduceOutputRecords: 3,
		finishedTasks(MapTask): 3, finishedTasks(ReduceTask): 4,
	}, sums)
}

func TestAnUnusedInputIsReadToItsEnd(t *testing.T) {
	p := taskProcess(t, TaskCommand{Kind: MapTask, Family: "FirstLine"}, attemptOf(MapTask, 0, 1, 0, input.Split{File: "/in/a"}))
	stdin, err := p.StdinPipe()
	require.NoError(t, err)
	var stdout bytes.Buffer
	p.Stdout, p.Stderr = &stdout, os.Stderr
	require.NoError(t, p.Start())
	in := bufio.NewWriter(stdin)
	for i := range 1 << 20 {
		_, err := fmt.Fprintln(in, "line", i)
		require.NoError(t, err, "the task closed its input")
	}
	require.NoError(t, in.Flush())
	require.NoError(t, stdin.Close())
	require.NoError(t, p.Wait())
	require.Equal(t, "line 0\n", stdout.String())
}

func TestAClosedOutputIsAnError(t *testing.T) {
	read, write, err := os.Pipe()
	require.NoError(t, err)
	defer write.Close()
	require.NoError(t, read.Close())
	p := taskProcess(t, TaskCommand{Kind: MapTask, Family: "MapOnly"}, attemptOf(MapTask, 0, 1, 0, input.Split{File: "/in/a"}))
	var stderr bytes.Buffer
	p.Stdin, p.Stdout, p.Stderr = strings.NewReader(strings.Repeat("a line that is long enough\n", 1<<16)), write, &stderr
	var exit *exec.ExitError
	require.ErrorAs(t, p.Run(), &exit)
	require.Equal(t, 1, exit.ExitCode(), "%s", exit)
	require.Contains(t, stderr.String(), "Hadoop stopped reading the output of the task")
}
