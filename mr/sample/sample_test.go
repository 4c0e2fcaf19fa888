package sample

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
)

// keys is a step in total order whose keys are the lines.
func keys(reducers int) *mr.Step {
	m := mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
		emit(line, 1)
		return nil
	})
	return mr.MapMerge(m, mr.Sum, mr.TotalOrder(), mr.Reducers(reducers)).Steps()[0]
}

func newEnv(s input.Split) *mr.Env { return mr.NewEnv(mr.EnvConfig{Input: s.File}) }

// cutsOf samples files in a folder of the test.
func cutsOf(t *testing.T, reducers int, files map[string]string) [][]byte {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666))
	}
	storage := input.Dir(folder)
	listed, err := input.List(storage, []string{"/"}, input.ListOptions{})
	require.NoError(t, err)
	cuts, err := Cuts(keys(reducers), storage, input.MakeSplits(listed, input.SplitOptions{}), newEnv)
	require.NoError(t, err)
	return cuts
}

// numbered returns n lines in ascending order.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%09d\n", i)
	}
	return b.String()
}

func TestCutsPartASmallInputEvenly(t *testing.T) {
	cuts := cutsOf(t, 4, map[string]string{"a": numbered(1000)})
	require.Equal(t, []string{"000000250", "000000500", "000000750"}, texts(cuts))
}

func TestCutsPartALargeSortedInputAlmostEvenly(t *testing.T) {
	const n = 2_000_000
	cuts := cutsOf(t, 4, map[string]string{"a": numbered(n)})
	require.Len(t, cuts, 3)
	for i, cut := range texts(cuts) {
		var at int
		_, err := fmt.Sscanf(cut, "%d", &at)
		require.NoError(t, err)
		require.InDelta(t, (i+1)*n/4, at, n/25, "a sample of the beginning alone would not do")
	}
}

func TestAKeyThatIsMostOfTheInputIsOneCut(t *testing.T) {
	cuts := cutsOf(t, 8, map[string]string{"a": strings.Repeat("hot\n", 1000) + "zebra\n"})
	require.Equal(t, []string{"hot"}, texts(cuts))
}

func TestNoInputNoCuts(t *testing.T) {
	require.Empty(t, cutsOf(t, 4, map[string]string{"a": ""}))
}

func TestPiecesStayInTheirSplits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.SliceOfN(rapid.Int64Range(0, 1<<28), 1, 20).Draw(t, "lengths")
		splits := make([]input.Split, len(lengths))
		var total int64
		for i, n := range lengths {
			name := rapid.SampledFrom([]string{"/a", "/a.gz"}).Draw(t, "name")
			splits[i] = input.Split{File: name, Start: int64(i), Length: n}
			total += n
		}
		chosen := choose(splits)
		if total > pieces*pieceBytes {
			require.LessOrEqual(t, len(chosen), pieces+1)
		}
		for _, p := range chosen {
			i := slices.IndexFunc(splits, func(s input.Split) bool {
				return s.File == p.split.File && p.split.Start >= s.Start && p.split.Start+p.split.Length <= s.Start+s.Length
			})
			require.GreaterOrEqual(t, i, 0, "%v is in no split", p.split)
		}
	})
}

func TestCutsInAFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cuts := rapid.SliceOfDistinct(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }).Draw(t, "cuts")
		slices.SortFunc(cuts, bytes.Compare)
		file := AppendCuts(nil, cuts)
		back, err := ParseCuts(file)
		require.NoError(t, err)
		require.Equal(t, texts(cuts), texts(back))
		if len(file) > 0 {
			_, err = ParseCuts(file[:len(file)-1])
			if last := cuts[len(cuts)-1]; len(last) > 0 {
				require.Error(t, err, "a file that was cut off")
			}
		}
	})
	_, err := ParseCuts([]byte("\x01b\x01a"))
	require.EqualError(t, err, "the file of cut points is damaged: they don't ascend")
}

func FuzzParseCuts(f *testing.F) {
	f.Add([]byte("\x01a\x01b"))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, file []byte) {
		cuts, err := ParseCuts(file)
		if err == nil {
			again, err := ParseCuts(AppendCuts(nil, cuts))
			require.NoError(t, err)
			require.Equal(t, texts(cuts), texts(again))
		}
	})
}

func texts(cuts [][]byte) []string {
	all := []string{}
	for _, c := range cuts {
		all = append(all, string(c))
	}
	return all
}
