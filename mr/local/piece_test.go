package local

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr/input"
)

// The pieces of a split are the split: no byte is missing, and none is there twice.
func TestCutSplits(t *testing.T) {
	splits := []input.Split{
		{File: "/large.gz", Start: 0, Length: 100 << 20},
		{File: "/small", Start: 0, Length: 1000},
		{File: "/empty", Start: 0, Length: 0},
		{File: "/large", Start: 10, Length: 100<<20 + 1},
		{File: "/large.bz2", Start: 10, Length: 25<<20 + 1},
	}
	for _, workers := range []int{1, 2, 16} {
		pieces := cutSplits(splits, workers)
		count := make([]int, len(splits))
		for _, p := range pieces {
			whole := splits[p.task]
			if count[p.task]++; count[p.task] == 1 {
				require.Equal(t, whole.Start, p.Start)
				require.Zero(t, p.unknownRecord, "the records of the first piece can be numbered")
			} else {
				require.EqualValues(t, -1, p.unknownRecord)
			}
			require.Equal(t, whole.File, p.File)
		}
		requireContiguous(t, splits, pieces)
		if workers == 1 {
			require.Len(t, pieces, len(splits), "one worker needs no pieces")
		} else {
			require.GreaterOrEqual(t, count[3], 5)
			require.GreaterOrEqual(t, count[4], 5)
			require.Less(t, pieces[len(pieces)-1].Length, int64(minPiece*3/2), "little to wait for in the end")
		}
		require.Equal(t, []int{1, 1, 1}, count[:3], "a compressed file and small ones are one piece")
	}
}

func requireContiguous(t *testing.T, splits []input.Split, pieces []piece) {
	t.Helper()
	for task, whole := range splits {
		next := whole.Start
		for _, p := range pieces {
			if p.task == task {
				require.Equal(t, next, p.Start)
				next += p.Length
			}
		}
		require.Equal(t, whole.Start+whole.Length, next)
	}
}
