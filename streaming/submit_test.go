package streaming

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
)

// clientSays returns what a client has told whose output is in testdata/client.
func clientSays(t *testing.T, name string) (clientState, []string) {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "client", name+".txt"))
	require.NoError(t, err)
	defer file.Close()
	output := new(clientOutput)
	_, err = io.Copy(struct{ io.Writer }{output}, iotest.HalfReader(file)) // lines come in pieces
	require.NoError(t, err)
	output.flush()
	return output.snapshot()
}

func TestOutputOfAClientThatSucceeds(t *testing.T) {
	state, _ := clientSays(t, "success")
	counters := make(map[string]int64)
	for _, c := range state.Counters {
		counters[c.Group+"/"+c.Name] = c.Value
	}
	require.Len(t, counters, 62, "what the line Counters: says")
	require.EqualValues(t, 266, counters["File System Counters/HDFS: Number of bytes read"])
	require.EqualValues(t, 6, counters["Map-Reduce Framework/Shuffled Maps"])
	require.EqualValues(t, 3, counters["gomr/Map input records"])
	state.Counters = nil
	require.Equal(t, clientState{
		Splits:      2,
		Application: "application_1795527406289_0022",
		TrackingURL: "http://localhost:8088/proxy/application_1795527406289_0022/",
		Map:         1, Reduce: 1, Over: true,
	}, state)
}

func TestOutputOfAClientThatFails(t *testing.T) {
	state, lines := clientSays(t, "failed")
	require.NotEmpty(t, state.Counters)
	state.Counters = nil
	require.Equal(t, clientState{
		Splits:      2,
		Application: "application_1795527406289_0057",
		TrackingURL: "http://localhost:8088/proxy/application_1795527406289_0057/",
		Map:         1, Over: true,
		Failed:  []string{"attempt_1795527406289_0057_m_000001_0", "attempt_1795527406289_0057_m_000000_0"},
		Outcome: "Task failed task_1795527406289_0057_m_000000",
	}, state)
	require.Equal(t, "Streaming Command Failed!", lines[len(lines)-1])
}

func TestProgressIsToldOnEachChange(t *testing.T) {
	var told []float64
	output := &clientOutput{changed: func(state clientState) { told = append(told, state.Map+state.Reduce) }}
	_, err := io.WriteString(output, "x mapreduce.Job:  map 0% reduce 0%\nnothing\nx mapreduce.Job:  map 50% reduce 0%\r\nx mapreduce.Job:  map 100% reduce 33%\n")
	require.NoError(t, err)
	require.Equal(t, []float64{0, 0.5, 1.33}, told)
}

func TestCountersMayHaveAnyName(t *testing.T) {
	output := new(clientOutput)
	text := "INFO mapreduce.Job: Counters: 3\n\tGroup = odd \n\t\ta=b=7\n\t\tbroken\n\t\tless=-1\n\t\tword=many\nend\n\t\tlate=1\n"
	_, err := io.WriteString(output, text)
	require.NoError(t, err)
	state, _ := output.snapshot()
	require.Equal(t, []mr.CounterValue{{Group: "Group = odd", Name: "a=b", Value: 7}, {Group: "Group = odd", Name: "less", Value: -1}}, state.Counters)
}

func TestOnlyTheLastLinesAreKept(t *testing.T) {
	output := new(clientOutput)
	for range keptLines + 10 {
		_, err := io.WriteString(output, strings.Repeat("x", 2*longestLine)+"\n")
		require.NoError(t, err)
	}
	_, err := io.WriteString(output, "the last one")
	require.NoError(t, err)
	output.flush()
	_, lines := output.snapshot()
	require.Len(t, lines, keptLines)
	require.Len(t, lines[0], longestLine)
	require.Equal(t, "the last one", lines[keptLines-1])
}

func TestCountersOfTasksTakeThePlaceOfHadoops(t *testing.T) {
	var r run
	step := []mr.CounterValue{
		{Group: mr.FrameworkGroup, Name: mr.MapInputRecords, Value: 5}, // frames, or lines
		{Group: mr.FrameworkGroup, Name: "GC time elapsed (ms)", Value: 3},
		{Group: workerGroup, Name: mr.MapInputRecords, Value: 100},
		{Group: "words", Name: "long", Value: 1},
	}
	r.addCounters(step)
	r.addCounters(step)
	require.Equal(t, []mr.CounterValue{
		{Group: mr.FrameworkGroup, Name: "GC time elapsed (ms)", Value: 6},
		{Group: mr.FrameworkGroup, Name: mr.MapInputRecords, Value: 200},
		{Group: "words", Name: "long", Value: 2},
	}, r.counters.Values())
}
