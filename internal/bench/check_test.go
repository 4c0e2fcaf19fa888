package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// written makes a row's output of files below the place's output folder.
func written(t *testing.T, p *place, files map[string]string) {
	t.Helper()
	require.NoError(t, os.RemoveAll(p.output))
	for name, content := range files {
		file := filepath.Join(p.output, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o666))
	}
}

func TestCheckerComparesLinesInAnyOrder(t *testing.T) {
	p := testPlace(t)
	c, err := newChecker(p)
	require.NoError(t, err)
	defer c.close()

	for _, test := range []struct {
		name string
		row  row
		want string
		out  map[string]string
	}{
		{"the first", row{name: "first"}, checkFirst, map[string]string{"part-0": "a\t1\n", "part-1": "b\t2\n", "_SUCCESS": ""}},
		{"other parts", row{name: "other parts"}, checkEqual, map[string]string{"part-0": "b\t2\na\t1\n"}},
		{"another form", row{name: "another form", output: `awk '{ print $2 "\t" $1 }' $OUT/counts`}, checkEqual, map[string]string{"counts": "  1 a\n  2 b\n"}},
		{"another question", row{name: "another question", ask: "how many"}, checkFirst, map[string]string{"part-0": "words\t2\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			written(t, p, test.out)
			got, err := c.row(t.Context(), test.row)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestCheckerTellsTheFirstDifference(t *testing.T) {
	p := testPlace(t)
	c, err := newChecker(p)
	require.NoError(t, err)
	defer c.close()
	written(t, p, map[string]string{"part-0": "a\t1\nb\t2\n"})
	_, err = c.row(t.Context(), row{name: "first"})
	require.NoError(t, err)

	written(t, p, map[string]string{"part-0": "a\t1\nb\t3\n"})
	got, err := c.row(t.Context(), row{name: "wrong"})
	require.ErrorContains(t, err, "differs")
	require.Contains(t, got, "> b\t3")
}

func TestCheckerSeesTheOrderWhereItCounts(t *testing.T) {
	p := testPlace(t)
	c, err := newChecker(p)
	require.NoError(t, err)
	defer c.close()
	written(t, p, map[string]string{"part-0": "a\n", "part-1": "b\n"})
	_, err = c.row(t.Context(), row{name: "first", ordered: true})
	require.NoError(t, err)

	written(t, p, map[string]string{"part-0": "b\na\n"})
	_, err = c.row(t.Context(), row{name: "wrong", ordered: true})
	require.ErrorContains(t, err, "differs")
}

func testPlace(t *testing.T) *place {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "tmp"), 0o777))
	return &place{
		cache:  dir,
		output: filepath.Join(dir, "out"),
		show:   "cat $OUT/part-*",
		data:   data{corpus: filepath.Join(dir, "corpus"), dir: filepath.Join(dir, "data"), scale: 1},
	}
}

func TestOneSittingAtATime(t *testing.T) {
	p := testPlace(t)
	unlock, err := p.lock()
	require.NoError(t, err)
	_, err = p.lock()
	require.ErrorContains(t, err, "another bench is at work")
	unlock()
	unlock, err = p.lock()
	require.NoError(t, err)
	unlock()
}
