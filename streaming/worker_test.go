package streaming

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
)

// runTask runs a task in this process.
func runTask(t testing.TB, cmd TaskCommand, env map[string]string, stdin []byte) (stdout []byte, stderr string, err error) {
	t.Helper()
	var out, log bytes.Buffer
	getenv := func(name string) string { return env[name] }
	err = RunTask(t.Context(), testJob(cmd.Family), cmd, Stdio{bytes.NewReader(stdin), &out, &log}, getenv)
	return out.Bytes(), log.String(), err
}

// mapLines returns the frames of map tasks with one partition, one task for each
// text, in the order in which Hadoop gives them to the reduce task.
func mapLines(t testing.TB, cmd TaskCommand, texts ...string) []testFrame {
	t.Helper()
	var frames []testFrame
	cmd.Kind = MapTask
	for i, text := range texts {
		out, stderr, err := runTask(t, cmd, attemptOf(MapTask, i, len(texts), 1, input.Split{File: "/in"}), []byte(text))
		require.NoError(t, err, stderr)
		frames = append(frames, parseFrames(t, out)...)
	}
	return hadoopSort(frames)
}

// reduceFrames runs the reduce task of the job Lines.
func reduceFrames(t testing.TB, maps int, stdin []byte) (string, error) {
	t.Helper()
	out, _, err := runTask(t, TaskCommand{Kind: ReduceTask, Family: "Lines"}, attemptOf(ReduceTask, 0, maps, 1, input.Split{}), stdin)
	return string(out), err
}

// reduceStream is the input of a reduce task from three map tasks, one of which sent
// nothing, with more than one block of the others.
func reduceStream(t testing.TB) []byte {
	text := strings.Repeat("a line of the file\n", 400)
	frames := mapLines(t, TaskCommand{Family: "Lines", ReduceMemory: 1}, text, "", "z\n"+text[:len(text)/2])
	require.Greater(t, len(frames), 3+3)
	return encodeFrames(frames)
}

func TestATaskLeavesNoGoroutine(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	stream := reduceStream(t)
	_, err := reduceFrames(t, 3, stream)
	require.NoError(t, err)
	_, err = reduceFrames(t, 3, stream[1:])
	require.Error(t, err)
}

func TestNoPartitionIsEmpty(t *testing.T) {
	cmd := TaskCommand{Kind: MapTask, Family: "Merge"} // with four reduce tasks
	out, _, err := runTask(t, cmd, attemptOf(MapTask, 5, 6, 4, input.Split{File: "/in"}), nil)
	require.NoError(t, err)
	sent := make(map[int]int)
	for _, f := range parseFrames(t, out) {
		sent[binaryPartition(f.key, 4)]++
		m, err := parseManifest(f.value)
		require.NoError(t, err)
		require.Equal(t, manifest{Run: 5, Attempt: 2}, m)
	}
	require.Equal(t, map[int]int{0: 1, 1: 1, 2: 1, 3: 1}, sent)
}

func TestACutInputIsAnErrorWhereverItIsCut(t *testing.T) {
	stream := reduceStream(t)
	_, err := reduceFrames(t, 3, stream)
	require.NoError(t, err)
	for n := range stream {
		_, err := reduceFrames(t, 3, stream[:n])
		require.Error(t, err, "%d of %d bytes", n, len(stream))
	}
}

func TestADamagedInputChangesNoOutput(t *testing.T) {
	stream := reduceStream(t)
	want, err := reduceFrames(t, 3, stream)
	require.NoError(t, err)
	for i := range stream {
		damaged := bytes.Clone(stream)
		damaged[i] ^= 0x41
		got, err := reduceFrames(t, 3, damaged)
		if err == nil {
			require.Equal(t, want, got, "byte %d", i)
		}
	}
}

func TestErrorsOfTheInputNameTheMapAttempt(t *testing.T) {
	lines := strings.Repeat("a line of the file\n", 400)
	frames := mapLines(t, TaskCommand{Family: "Lines", ReduceMemory: 1}, lines, lines)
	block := func(run, number uint32) int {
		for i, f := range frames {
			if tail := fmt.Appendf(nil, "\x00\x00\x00%c\x00\x00\x00%c", run, number); bytes.HasSuffix(f.key, tail) {
				return i
			}
		}
		t.Fatalf("there is no block %d of run %d", number, run)
		return 0
	}
	without := func(i int) []testFrame { return append(bytesOf(frames[:i]), frames[i+1:]...) }
	replaced := func(i int, value []byte) []testFrame {
		changed := bytesOf(frames)
		changed[i].value = value
		return changed
	}
	last := block(1, 2)
	for name, test := range map[string]struct {
		frames []testFrame
		want   string
	}{
		"damaged block":    {replaced(last, append(bytes.Clone(frames[last].value[:40]), 'x')), "(written by attempt_1700000000000_0001_m_000001_2)"},
		"empty block":      {replaced(last, nil), "(written by attempt_1700000000000_0001_m_000001_2)"},
		"lost block":       {without(block(1, 1)), "output of map task 1, block 2: block 1 is missing in front of it (written by attempt_1700000000000_0001_m_000001_2)"},
		"lost last block":  {without(len(frames) - 1), "blocks came (written by attempt_"},
		"lost manifest":    {without(0), "the output of 1 map tasks came, but the job has 2"},
		"doubled manifest": {append(bytesOf(frames[:1]), frames...), "came twice, at last from attempt_1700000000000_0001_m_00000"},
		"manifest of another version": {replaced(0, append([]byte{9}, frames[0].value[1:]...)),
			"manifest of version 9, and this program reads version 1: are all tasks of one build?"},
		"text": {[]testFrame{{[]byte("some key"), []byte("some value")}}, "the output of 0 map tasks came"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := reduceFrames(t, 2, encodeFrames(test.frames))
			require.ErrorContains(t, err, test.want)
		})
	}
}

// bytesOf returns a copy of frames that shares their bytes.
func bytesOf(frames []testFrame) []testFrame { return append([]testFrame(nil), frames...) }

func TestAJobMayGoOnWithoutAMapTask(t *testing.T) {
	frames := mapLines(t, TaskCommand{Family: "Lines"}, "a\n")
	env := attemptOf(ReduceTask, 0, 2, 1, input.Split{})
	env["mapreduce_map_failures_maxpercent"] = "50"
	out, _, err := runTask(t, TaskCommand{Kind: ReduceTask, Family: "Lines"}, env, encodeFrames(frames))
	require.NoError(t, err)
	require.Equal(t, "\t\"a\"\nkey\t\"a\"\n", string(out))
}

func TestAJobWithoutMapTasksHasAnEmptyOutput(t *testing.T) {
	out, err := reduceFrames(t, 0, nil)
	require.NoError(t, err)
	require.Empty(t, out)
}

func TestTheFailureOfATaskIsTold(t *testing.T) {
	split := input.Split{File: "/in/animals", Start: 100, Length: 50}
	cats := encodeFrames(mapLines(t, TaskCommand{Family: "Fails"}, "a bird\na cat\n"))
	for name, test := range map[string]struct {
		kind      TaskKind
		family    string
		stdin     string
		want      TaskFailure
		wantStack string
	}{
		"error in map": {MapTask, "Fails", "a cat\na dog\n", TaskFailure{
			Message: `/in/animals: record 2 of the split: record "a dog": an animal`, RecordNumber: 2, Record: `"a dog"`,
		}, ""},
		"panic in map": {MapTask, "Fails", "a wolf\n", TaskFailure{
			Message: `/in/animals: record 1 of the split: record "a wolf": panic: assignment to entry in nil map`, RecordNumber: 1, Record: `"a wolf"`,
		}, "streaming.failOnDogs("},
		"panic in reduce": {ReduceTask, "Fails", string(cats), TaskFailure{
			Message: `key "a cat": panic: an animal`, Key: `"a cat"`,
		}, "streaming.failOnCats("},
		"damaged input": {ReduceTask, "Fails", string(cats[:len(cats)-1]), TaskFailure{
			Message: "the input of the task is damaged: frame 2, value: it ends after 34 of 35 bytes: unexpected EOF",
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			want := test.want
			want.Kind, want.Attempt = test.kind, fmt.Sprintf("attempt_1700000000000_0001_%c_000000_2", test.kind[0])
			if test.kind == MapTask {
				want.File, want.SplitStart, want.SplitLength = split.File, split.Start, split.Length
			}
			out, stderr, err := runTask(t, TaskCommand{Kind: test.kind, Family: test.family}, attemptOf(test.kind, 0, 1, 1, split), []byte(test.stdin))
			require.Error(t, err)
			require.Empty(t, out)
			failure := findFailure(t, stderr)
			require.Contains(t, failure.Stack, test.wantStack)
			require.Contains(t, stderr, fmt.Sprintf("gomr: %s task failed: %s\n%s", want.Kind, want.Message, failure.Stack))
			failure.Stack = ""
			require.Equal(t, want, *failure)
		})
	}
}

func findFailure(t testing.TB, stderr string) *TaskFailure {
	for line := range strings.Lines(stderr) {
		if f, ok := ParseTaskFailure(line); ok {
			return f
		}
	}
	t.Fatalf("no line of it tells of a failure: %s", stderr)
	return nil
}

func TestAPanicOutsideOfRecordsFailsTheTask(t *testing.T) {
	frames := encodeFrames(mapLines(t, TaskCommand{Family: "Merge panics"}, "a\n", "a\n"))
	_, stderr, err := runTask(t, TaskCommand{Kind: ReduceTask, Family: "Merge panics"}, attemptOf(ReduceTask, 0, 2, 1, input.Split{}), frames)
	require.Error(t, err)
	require.Contains(t, findFailure(t, stderr).Message, "panic: can't merge")
}

func TestATaskThatCanNotStart(t *testing.T) {
	env := attemptOf(MapTask, 0, 1, 1, input.Split{File: "/in"})
	fewer := attemptOf(MapTask, 0, 1, 3, input.Split{File: "/in"})
	odd := map[string]string{"mapreduce_job_maps": "many"}
	for name, test := range map[string]struct {
		cmd  TaskCommand
		env  map[string]string
		want string
	}{
		"other job":             {TaskCommand{Kind: MapTask, Family: "Lines", Step: 1}, env, "the task is of step 2, but the job has 1"},
		"other number of parts": {TaskCommand{Kind: MapTask, Family: "Lines"}, fewer, "the job on Hadoop has 3 reduce tasks, but the step has 1"},
		"nothing to reduce":     {TaskCommand{Kind: ReduceTask, Family: "MapOnly"}, nil, "step 1 has no reduce tasks"},
		"no cut points":         {TaskCommand{Kind: MapTask, Family: "TotalOrder"}, nil, "the task command has no --cuts"},
		"cut points not there":  {TaskCommand{Kind: MapTask, Family: "TotalOrder", Cuts: "no-file"}, nil, "no-file"},
		"odd environment":       {TaskCommand{Kind: MapTask, Family: "Lines"}, odd, `mapreduce_job_maps is "many", which is no number`},
	} {
		t.Run(name, func(t *testing.T) {
			_, stderr, err := runTask(t, test.cmd, test.env, nil)
			require.ErrorContains(t, err, test.want)
			require.Contains(t, findFailure(t, stderr).Message, test.want)
		})
	}
}

func TestOnlyTheShippedFilesAreThere(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"stop-words.txt", "second", "job.xml"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(name+" is here"), 0o666))
	}
	out, _, err := runTask(t, TaskCommand{Kind: MapTask, Family: "Side files"}, nil, []byte("stop-words.txt\nsecond\njob.xml\n../x\n"))
	require.NoError(t, err)
	require.Equal(t, "stop-words.txt\tstop-words.txt is here\nsecond\tsecond is here\n"+
		"job.xml\topen job.xml: file does not exist\n../x\topen ../x: invalid argument\n", string(out))
}

func TestRecordsAreLinesOfAnyBytes(t *testing.T) {
	long := strings.Repeat("x", 3*recordBuffer)
	for name, test := range map[string]struct {
		in   string
		want []string
	}{
		"nothing":              {"", nil},
		"empty lines":          {"\n\n", []string{"", ""}},
		"other line ends":      {"a\rb\r\nc\n", []string{"a\rb\r", "c"}},
		"byte order mark":      {"\ufeffa\n", []string{"\ufeffa"}},
		"no end":               {"a\nb", []string{"a", "b"}},
		"invalid UTF-8":        {"\xff\x00\n", []string{"\xff\x00"}},
		"longer than a buffer": {"a\n" + long + "\nb\n", []string{"a", long, "b"}},
	} {
		for _, keep := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, keep %t", name, keep), func(t *testing.T) {
				var got []string
				r := &lineRecords{in: io.LimitReader(strings.NewReader(test.in), int64(len(test.in))), keep: keep}
				for r.Next() {
					got = append(got, string(r.Record()))
				}
				require.NoError(t, r.Err())
				require.Equal(t, test.want, got)
			})
		}
	}
}

func TestAnErrorOfTheInputEndsTheRecords(t *testing.T) {
	broken := errors.New("broken")
	r := &lineRecords{in: io.MultiReader(strings.NewReader("a\nb"), errorReader{broken})}
	require.True(t, r.Next())
	require.Equal(t, "a", string(r.Record()))
	require.False(t, r.Next())
	require.ErrorIs(t, r.Err(), broken)
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

func TestARecordCostsNoAllocation(t *testing.T) {
	line := strings.Repeat("word ", 20) + "\n"
	r := &lineRecords{in: strings.NewReader(strings.Repeat(line, 20000))}
	require.True(t, r.Next()) // makes the buffer
	require.Zero(t, testing.AllocsPerRun(10000, func() { r.Next() }))
}

func TestPathsOfHadoop(t *testing.T) {
	for uri, want := range map[string]string{
		"hdfs://namenode:8020/data/a b%20?x": "/data/a b%20?x",
		"hdfs://cluster/data/x":              "/data/x",
		"file:/tmp/x":                        "/tmp/x",
		"file:///tmp/x":                      "/tmp/x",
		"/data/12:30":                        "/data/12:30",
		"":                                   "",
	} {
		require.Equal(t, want, pathOf(uri))
	}
}

func TestBlocksFitIntoTheReduceTask(t *testing.T) {
	for maps, want := range map[int]int64{-1: 128 << 10, 1: 128 << 10, 256: 128 << 10, 1024: 32 << 10, 8192: 4 << 10, 1e6: 4 << 10} {
		require.Equal(t, want, blockSize(maps, DefaultMemory), "%d map tasks", maps)
	}
}

func TestTheJobKnowsWhereItReads(t *testing.T) {
	var got []string
	job := mr.MapOnly(mr.MapTask(func(env *mr.Env, _ iter.Seq[string], _ mr.Emit[string, string]) error {
		got = append(got, env.Input(), strconv.Itoa(env.Partition()))
		env.Log().Info("reading", "from", env.Input())
		return nil
	}))
	var stderr bytes.Buffer
	env := attemptOf(MapTask, 7, 9, 0, input.Split{File: "/data/x"})
	err := RunTask(t.Context(), job, TaskCommand{Kind: MapTask, Family: "x"}, Stdio{strings.NewReader(""), io.Discard, &stderr}, func(name string) string { return env[name] })
	require.NoError(t, err)
	require.Equal(t, []string{"/data/x", "7"}, got)
	require.Contains(t, stderr.String(), "level=INFO msg=reading from=/data/x\n")
}
