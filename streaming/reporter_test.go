package streaming

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/mr"
)

// stderrOf is a stderr that can be read while a task runs.
type stderrOf struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *stderrOf) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// take returns what was written since the last call.
func (s *stderrOf) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.text.Reset()
	return s.text.String()
}

// testReporter runs test with a reporter, in a bubble where time is not real.
func testReporter(t *testing.T, busy bool, test func(r *reporter, after func(time.Duration) string)) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		out := new(stderrOf)
		r := &reporter{out: out, counters: new(mr.Counters), names: &counterNames{limit: hadoopCounters}}
		r.cpuTime = func() time.Duration {
			if busy {
				return time.Since(start)
			}
			return 0
		}
		stop := r.start()
		defer stop()
		test(r, func(d time.Duration) string {
			time.Sleep(d)
			synctest.Wait()
			return out.take()
		})
	})
}

func TestCountersAreReportedAsDeltas(t *testing.T) {
	testReporter(t, true, func(r *reporter, after func(time.Duration) string) {
		lines := r.counters.Counter("words", "long")
		lines.Add(3)
		r.counters.Counter("words", "none")
		require.Empty(t, after(9*time.Second))
		require.Equal(t, "reporter:counter:words,long,3\n", after(time.Second))
		require.Empty(t, after(10*time.Second))
		lines.Add(-1)
		r.counters.Counter(mr.FrameworkGroup, mr.MapInputRecords).Add(7)
		require.Equal(t, "reporter:counter:gomr,Map input records,7\nreporter:counter:words,long,-1\n", after(10*time.Second))
	})
}

func TestTheRestIsReportedAtTheEnd(t *testing.T) {
	out := new(stderrOf)
	r := &reporter{out: out, counters: new(mr.Counters), names: &counterNames{limit: hadoopCounters}, cpuTime: processCPU}
	stop := r.start()
	r.counters.Counter("a", "b").Add(1)
	r.setStatus("at the\nend")
	stop()
	require.Equal(t, "reporter:counter:a,b,1\nreporter:status:at the end\n", out.take())
}

func TestOnlyTheLastStatusIsReported(t *testing.T) {
	testReporter(t, true, func(r *reporter, after func(time.Duration) string) {
		for i := range 1000 {
			r.setStatus(fmt.Sprint("step ", i))
		}
		require.Equal(t, "reporter:status:step 999\n", after(10*time.Second))
		require.Empty(t, after(10*time.Second))
	})
}

func TestATaskThatComputesIsAlive(t *testing.T) {
	testReporter(t, true, func(r *reporter, after func(time.Duration) string) {
		require.Equal(t, "reporter:status:working\n", after(time.Minute))
		r.setStatus("sorting")
		require.Equal(t, "reporter:status:sorting\n", after(10*time.Second))
		require.Equal(t, strings.Repeat("reporter:status:sorting\n", 5), after(5*time.Minute))
	})
}

func TestATaskThatWaitsIsLeftToTheTimeoutOfHadoop(t *testing.T) {
	testReporter(t, false, func(_ *reporter, after func(time.Duration) string) {
		require.Empty(t, after(time.Hour))
	})
}

// parseCounter is a port of MRErrorThread and Limits.filterName of Hadoop 3.4.
func parseCounter(line string) (group, name string, n int64, ok bool) {
	text, ok := strings.CutPrefix(line, "reporter:counter:")
	fields := strings.Split(strings.TrimSpace(text), ",")
	if !ok || len(fields) != 3 {
		return "", "", 0, false
	}
	n, err := strconv.ParseInt(fields[2], 10, 64)
	if len(utf16.Encode([]rune(fields[0]))) > 128 || len(utf16.Encode([]rune(fields[1]))) > 64 {
		return "", "", 0, false // it would be cut
	}
	return fields[0], fields[1], n, err == nil
}

func TestHadoopReadsEveryCounterLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune(",\r\n\t :é"))), 1, 200, -1)
		v := mr.CounterValue{Group: name.Draw(t, "group"), Name: name.Draw(t, "name"), Value: rapid.Int64().Draw(t, "value")}
		var lines strings.Builder
		(&counterNames{limit: hadoopCounters}).appendDeltas(&lines, []mr.CounterValue{v})
		if v.Value == 0 {
			return
		}
		line, rest, _ := strings.Cut(lines.String(), "\n")
		if _, _, n, ok := parseCounter(line); !ok || n != v.Value || rest != "" || strings.Contains(line, "\r") {
			t.Fatalf("Hadoop does not understand %q", lines.String())
		}
	})
}

func TestLongNamesStayApart(t *testing.T) {
	long := strings.Repeat("é", 40)
	a, b := hadoopName(long+"a", maxCounterName), hadoopName(long+"b", maxCounterName)
	require.NotEqual(t, a, b)
	require.LessOrEqual(t, len(a), maxCounterName)
	require.True(t, strings.HasPrefix(a, "éééé"))
}

func TestCountersBeyondTheLimitAreLeftOut(t *testing.T) {
	var counters mr.Counters
	for i := range 300 {
		counters.Counter("A group before the others", fmt.Sprintf("%03d", i)).Add(1)
	}
	counters.Counter(mr.FrameworkGroup, mr.MapInputRecords).Add(1)
	names := &counterNames{limit: hadoopCounters}
	var lines strings.Builder
	names.appendDeltas(&lines, counters.Values())
	require.Equal(t, 100+1, strings.Count(lines.String(), "reporter:counter:"))
	require.Contains(t, lines.String(), "reporter:counter:gomr,Map input records,1\n")
	require.Equal(t, 1, strings.Count(lines.String(), `gomr: the counter "100" of group "A group before the others", and others, are not reported`))

	lines.Reset()
	names.appendDeltas(&lines, counters.Values())
	require.Empty(t, lines.String())
}

func TestGroupsBeyondTheLimitAreLeftOut(t *testing.T) {
	var counters mr.Counters
	for i := range 60 {
		counters.Counter(fmt.Sprintf("group %02d", i), "a").Add(1)
		counters.Counter(fmt.Sprintf("group %02d", i), "b").Add(1)
	}
	var lines strings.Builder
	(&counterNames{limit: 1000}).appendDeltas(&lines, counters.Values())
	require.Equal(t, 2*45, strings.Count(lines.String(), "reporter:counter:"))
}
