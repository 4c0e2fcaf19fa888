package local_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"
	"testing"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/local"
	"github.com/gomr/gomr/mr/mrtest"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// words counts words.
var words = mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
	for w := range strings.FieldsSeq(line) {
		emit(w, 1)
	}
	return nil
}), mr.Sum, mr.Reducers(2))

// folder returns a file system in an empty folder, with files in it.
func folder(t testing.TB, files map[string]string) *hdfs.LocalFS {
	t.Helper()
	fsys := hdfs.Local(t.TempDir())
	for name, content := range files {
		require.NoError(t, fsys.MkdirAll(path.Dir(name), 0o777))
		writeFile(t, fsys, name, content)
	}
	return fsys
}

func writeFile(t testing.TB, fsys hdfs.FileSystem, name, content string) {
	t.Helper()
	w, err := fsys.Create(name)
	require.NoError(t, err)
	_, err = io.WriteString(w, content)
	require.NoError(t, errors.Join(err, w.Close()))
}

// names returns the names in a folder.
func names(t testing.TB, fsys hdfs.FileSystem, folder string) []string {
	t.Helper()
	entries, err := fsys.ReadDir(folder)
	require.NoError(t, err)
	all := []string{}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestAnOutputIsCompleteOrNotThere(t *testing.T) {
	fsys := folder(t, map[string]string{"/in/a": "the cat\n"})
	options := local.Options{Files: fsys, Inputs: []string{"/in"}, Output: "/out/words"}
	_, err := local.Run(t.Context(), words, options)
	require.NoError(t, err)
	require.Equal(t, []string{"words"}, names(t, fsys, "/out"))
	require.Equal(t, []string{"_SUCCESS", "part-00000", "part-00001"}, names(t, fsys, "/out/words"))

	writeFile(t, fsys, "/out/words/mine", "kept")
	_, err = local.Run(t.Context(), words, options)
	require.ErrorIs(t, err, fs.ErrExist)
	require.EqualError(t, err, "the output /out/words exists already; remove it to run the job again: file already exists")
	require.Contains(t, names(t, fsys, "/out/words"), "mine")
}

func TestBadInputLeavesNothing(t *testing.T) {
	cut := new(bytes.Buffer)
	z := gzip.NewWriter(cut)
	fmt.Fprint(z, strings.Repeat("the cat and the dog\n", 1000))
	require.NoError(t, z.Close())
	fsys := folder(t, map[string]string{
		"/cut/text.gz":     string(cut.Bytes()[:cut.Len()-6]),
		"/noise/text.gz":   "this is no gzip",
		"/nested/folder/a": "x",
		"/fine/a":          "the cat",
	})
	for name, test := range map[string]struct {
		inputs []string
		want   string
		is     error
	}{
		"missing":       {[]string{"/fine", "/nowhere", "/gone"}, "/nowhere", fs.ErrNotExist},
		"pattern":       {[]string{"/fi?e/*.txt"}, "/fi?e/*.txt", fs.ErrNotExist},
		"cut gzip":      {[]string{"/cut"}, "/cut/text.gz", io.ErrUnexpectedEOF},
		"no gzip":       {[]string{"/noise"}, "/noise/text.gz", nil},
		"nested folder": {[]string{"/nested"}, "/nested/folder", nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := local.Run(t.Context(), words, local.Options{Files: fsys, Inputs: test.inputs, Output: "/out"})
			require.ErrorContains(t, err, test.want)
			if test.is != nil {
				require.ErrorIs(t, err, test.is)
			}
			require.Equal(t, []string{"cut", "fine", "nested", "noise"}, names(t, fsys, "/"))
		})
	}
}

func TestAFailedTaskStopsTheJobAndNamesTheRecord(t *testing.T) {
	noDogs := mr.MapOnly(mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
		if line == "dog" {
			panic("a dog")
		}
		return nil
	}))
	fsys := folder(t, map[string]string{"/in/a": "cat\r\ncat\ndog\ncat\n", "/in/b": "cat\n"})
	_, err := local.Run(t.Context(), noDogs, local.Options{Files: fsys, Inputs: []string{"/in"}, Output: "/out", Maps: 1})
	require.ErrorContains(t, err, `/in/a: offset 9 (record 3 of the split): record "dog": panic: a dog`)
	require.ErrorContains(t, err, "local_test.go", "the stack leads to the user's code")
	require.Equal(t, []string{"in"}, names(t, fsys, "/"))
}

func TestCancelLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	endless := mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
		cancel()
		emit(line, 1)
		return nil
	}), mr.Sum)
	fsys := folder(t, map[string]string{"/in/a": strings.Repeat("x\n", 100000)})
	_, err := local.Run(ctx, endless, local.Options{Files: fsys, Inputs: []string{"/in"}, Output: "/out"})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{"in"}, names(t, fsys, "/"))
}

func TestTheSuiteWithAlmostNoMemory(t *testing.T) {
	mrtest.TestRunner(t, func(t *testing.T, c mrtest.Case) map[string]string {
		fsys := folder(t, c.Files)
		_, err := local.Run(t.Context(), c.Job, local.Options{Files: fsys, Inputs: c.Inputs(), Output: "/out", Memory: 64 << 10, Workers: 2})
		require.NoError(t, err)
		return mrtest.ReadParts(t, fsys, "/out")
	})
}

func TestManyMapsMergeInTheirOrder(t *testing.T) {
	files := make(map[string]string)
	var want []string
	for i := range 300 {
		// Longer files are earlier map tasks.
		files[fmt.Sprintf("/in/%03d", i)] = strings.Repeat("k\n", 300-i)
		for range 300 - i {
			want = append(want, fmt.Sprintf("%03d", i))
		}
	}
	job := mr.MapReduce(mr.MapTask(func(env *mr.Env, lines iter.Seq[string], emit mr.Emit[string, string]) error {
		for line := range lines {
			emit(line, path.Base(env.Input()))
		}
		return nil
	}), mr.ReduceFunc(func(_ string, values iter.Seq[string], emit mr.Emit[struct{}, string]) error {
		for v := range values {
			emit(struct{}{}, v)
		}
		return nil
	}))
	fsys := folder(t, files)
	_, err := local.Run(t.Context(), job, local.Options{Files: fsys, Inputs: []string{"/in"}, Output: "/out", Memory: 1 << 20, Workers: 4})
	require.NoError(t, err)
	require.Equal(t, strings.Join(want, "\n")+"\n", mrtest.ReadParts(t, fsys, "/out")["part-00000"])
}

func TestCountersAddUp(t *testing.T) {
	fsys := folder(t, map[string]string{"/in/a": "the cat\nthe dog\n", "/in/b": "the end\n"})
	result, err := local.Run(t.Context(), words, local.Options{Files: fsys, Inputs: []string{"/in"}, Output: "/out"})
	require.NoError(t, err)
	got := make(map[string]int64)
	for _, c := range result.Counters.Values() {
		got[c.Name] = c.Value
	}
	require.Equal(t, map[string]int64{
		mr.MapInputRecords: 3, mr.MapOutputRecords: 6, mr.CombineInputRecords: 6, mr.CombineOutputRecords: 5,
		mr.ReduceInputGroups: 4, mr.ReduceInputRecords: 4, mr.ReduceOutputRecords: 4, mr.SpilledRecords: 0, mr.SkippedRecords: 0,
	}, got, "the map of /in/a merges two of its words, and two more are merged before the reduce")
	require.Len(t, result.ReduceRecords, 1, "one step")
	require.Len(t, result.ReduceRecords[0], 2)
	require.Equal(t, int64(4), result.ReduceRecords[0][0]+result.ReduceRecords[0][1])
}

func TestSideFiles(t *testing.T) {
	m := mr.MapTask(func(env *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error {
		stop, err := fs.ReadFile(env.Files(), "stop.txt")
		if err != nil {
			return err
		}
		for line := range lines {
			if line != string(stop) {
				emit(line, 1)
			}
		}
		return nil
	})
	fsys := folder(t, map[string]string{"/in/a": "the\ncat\n", "/lists/2014": "the"})
	options := local.Options{Files: fsys, Inputs: []string{"/in"}, Output: "/out"}
	_, err := local.Run(t.Context(), mr.MapMerge(m, mr.Sum, mr.Files("/lists/2014#stop.txt")), options)
	require.NoError(t, err)
	require.Equal(t, "cat\t1\n", mrtest.ReadParts(t, fsys, "/out")["part-00000"])

	options.Output = "/out2"
	_, err = local.Run(t.Context(), mr.MapMerge(m, mr.Sum, mr.Files("/lists/2015")), options)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "side file 2015")
}

func TestProgressRisesToTheEnd(t *testing.T) {
	fsys := folder(t, map[string]string{"/in/a": strings.Repeat("the cat\n", 50000)})
	var told []local.Progress
	_, err := local.Run(t.Context(), mr.Then(words, mr.MapOnly(mr.MapFunc(func(p mr.KV[string, int], emit mr.Emit[string, int]) error {
		emit(p.Key, p.Value)
		return nil
	}))), local.Options{Files: fsys, Inputs: []string{"/in"}, Output: "/out", Progress: func(p local.Progress) { told = append(told, p) }})
	require.NoError(t, err)
	last := local.Progress{}
	for _, p := range told {
		require.Equal(t, 2, p.Steps)
		require.False(t, p.Step < last.Step || p.Step == last.Step && (p.Map < last.Map || p.Reduce < last.Reduce), "%v after %v", p, last)
		last = p
	}
	require.Equal(t, local.Progress{Step: 2, Steps: 2, Map: 1}, last)
}

func TestAJobGoesOnBehindTheStepsThatAreComplete(t *testing.T) {
	fsys := folder(t, map[string]string{"/in/a": "the cat\nthe dog\n"})
	firstRuns, broken := 0, true
	first := mr.MapMerge(mr.MapTask(func(_ *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error {
		firstRuns++
		for line := range lines {
			emit(line, 1)
		}
		return nil
	}), mr.Sum)
	second := mr.MapOnly(mr.MapFunc(func(p mr.KV[string, int], emit mr.Emit[string, int]) error {
		if broken {
			return errors.New("broken")
		}
		emit(p.Key, p.Value)
		return nil
	}))
	job := mr.Then(first, second)
	options := local.Options{Files: fsys, Inputs: []string{"/in"}, Output: "/out", Maps: 1, Workers: 1, ResumeKey: "v1"}

	_, err := local.Run(t.Context(), job, options)
	require.ErrorContains(t, err, "step 2 of 2")
	require.Equal(t, 1, firstRuns)
	left := names(t, fsys, "/")
	require.Len(t, left, 2)
	require.True(t, strings.HasPrefix(left[0], ".out.gomr-steps-"), left[0])

	broken = false
	_, err = local.Run(t.Context(), job, options)
	require.NoError(t, err)
	require.Equal(t, 1, firstRuns, "the first step was complete")
	require.Equal(t, []string{"in", "out"}, names(t, fsys, "/"))

	require.NoError(t, fsys.RemoveAll("/out"))
	broken = true
	_, err = local.Run(t.Context(), job, options)
	require.Error(t, err)
	broken, options.ResumeKey = false, "v2"
	_, err = local.Run(t.Context(), job, options)
	require.NoError(t, err)
	require.Equal(t, 3, firstRuns, "another program does not go on with what the first has made")
	require.Equal(t, []string{"in", "out"}, names(t, fsys, "/"))
}
