//go:build hadoop

package streaming

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fails runs a job that fails on its second attempt.
func fails(t *testing.T, s sandbox, family, in string) *JobError {
	t.Helper()
	report, _ := runJob(t, "-D", "mapreduce.map.maxattempts=2", "-D", "mapreduce.reduce.maxattempts=2", family, s.path("out"), in)
	require.NotEmpty(t, report.Error)
	require.NotNil(t, report.JobError, report.Error)
	t.Log(report.Error)
	require.NotContains(t, report.Error, "java")
	require.NotContains(t, report.Error, "PipeMapRed")
	entries := s.names(t, s.dir)
	require.Len(t, entries, 1, "only the input is left: %v", entries)
	return report.JobError
}

func panicNamesRecord(t *testing.T, s sandbox) {
	text := strings.Repeat("a good line\r\n", 10_000) + "\n" + strings.Repeat("another\n", 5_000)
	in := s.write(t, "in/bad day.txt", text)
	e := fails(t, s, "panics", in)
	require.Contains(t, e.Error(), "index out of range [0] with length 0")
	require.Equal(t, in, e.Cause.File)
	require.EqualValues(t, strings.Index(text, "\n\n")+1, e.Offset)
	require.Equal(t, `""`, e.Cause.Record)
	require.Contains(t, e.Cause.Stack, "main.panics")
	require.True(t, strings.HasPrefix(e.Attempt, "attempt_"))
	require.NotEmpty(t, e.Node)
	require.Contains(t, e.TrackingURL, e.Application)
	require.Contains(t, e.Reproduce, fmt.Sprintf("hadoop fs -get '%s' '.gomr/hdfs%s' && gomr local panics", in, in))
}

func reduceErrorNamesKey(t *testing.T, s sandbox) {
	e := fails(t, s, "badreduce", s.write(t, "in.txt", fable))
	require.Equal(t, ReduceTask, e.Cause.Kind)
	require.Contains(t, e.Cause.Message, "foxes are not wanted")
	require.Contains(t, e.Cause.Key, "fox")
}

func earlyExitSmall(t *testing.T, s sandbox) {
	e := fails(t, s, "exits", s.write(t, "in.txt", fable))
	require.NotNil(t, e.Cause, "the reduce task misses the map task's output")
}

func earlyExitLarge(t *testing.T, s sandbox) {
	e := fails(t, s, "exits", s.write(t, "in.txt", strings.Repeat(fable, 50_000)))
	require.Contains(t, e.Reason, "ended before it had read all of its input")
	require.Contains(t, e.Mend, "os.Exit")
}

func earlyExitMapOnly(t *testing.T, s sandbox) {
	e := fails(t, s, "exits-map-only", s.write(t, "in.txt", fable))
	require.Equal(t, "2 of 2 map tasks ended with code 0 before they were finished", e.Reason)
	require.Contains(t, e.Mend, "os.Exit")
}

func earlyExitReduce(t *testing.T, s sandbox) {
	e := fails(t, s, "exits-reduce", s.write(t, "in.txt", fable))
	require.Equal(t, "1 of 1 reduce tasks ended with code 0 before they were finished", e.Reason)
}

func runtimeCrash(t *testing.T, s sandbox) {
	e := fails(t, s, "crashes", s.write(t, "in.txt", fable))
	require.Equal(t, "panic: in the background", e.Reason)
	require.Contains(t, strings.Join(e.Output, "\n"), "main.crashes")
}
