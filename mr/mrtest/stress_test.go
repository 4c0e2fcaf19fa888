package mrtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/mrtest"
)

// A failingTest writes how it fails.
type failingTest struct {
	testing.TB
	folder string
	out    io.Writer
}

func (failingTest) Helper()                  {}
func (failingTest) Context() context.Context { return context.Background() }
func (t failingTest) TempDir() string        { return t.folder }

func (t failingTest) Fatal(args ...any) {
	fmt.Fprintln(t.out, args...)
	panic(t)
}

func (t failingTest) run(test func(testing.TB)) {
	defer func() { _ = recover() }()
	test(t)
}

// The average of averages is no average. A test by Run passes, for all values of a
// user come to one combiner there.
func ExampleStress() {
	ratings := mr.MapFunc(func(rating mr.KV[string, float64], emit mr.Emit[string, float64]) error {
		emit(rating.Key, rating.Value)
		return nil
	})
	average := mr.ReduceFunc(func(user string, ratings iter.Seq[float64], emit mr.Emit[string, float64]) error {
		sum, count := 0.0, 0.0
		for rating := range ratings {
			sum += rating
			count++
		}
		emit(user, sum/count)
		return nil
	})
	job := mr.MapCombineReduce(ratings, average, average)

	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	failingTest{folder: folder, out: os.Stdout}.run(func(t testing.TB) { // in a test: func TestAverage(t *testing.T)
		mrtest.Stress(t, job, map[string]string{"/ratings": "ann\t1\nann\t2\nann\t6\nbob\t3\n"})
	})
	// Output:
	// the output changes under stress, seed 1; the first key is "ann"
	//   without stress:  "3"
	//   under stress:    "3.75"
	//   cause:           combining
	// the output depends on how often the merge or combiner runs, and over which values: merging must be associative, and what comes out of it a value like any other
	// The same again, with this seed alone: mrtest.Stress(t, job, files, 1)
}

func TestStressOfARightJob(t *testing.T) {
	job := mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
		for w := range strings.FieldsSeq(line) {
			emit(w, 1)
		}
		return nil
	}), mr.Sum)
	mrtest.Stress(t, job, map[string]string{"/in": "the cat\nthe dog\n"})
}

func TestStressOfAJobThatFailsAnyway(t *testing.T) {
	job := mr.MapOnly(mr.MapFunc(func(string, mr.Emit[string, int]) error { return errors.New("no such day") }))
	var said strings.Builder
	failingTest{t, t.TempDir(), &said}.run(func(t testing.TB) {
		mrtest.Stress(t, job, map[string]string{"/in": "x"})
	})
	require.Equal(t, `/in: offset 0 (record 1 of the split): record "x": no such day`+"\n", said.String())
}
