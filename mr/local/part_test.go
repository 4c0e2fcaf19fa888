package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
)

// newTestPart returns a part that some pieces write.
func newTestPart(t *testing.T, pieces int, limit int64) *part {
	return &part{
		files: hdfs.Local(t.TempDir()), name: "/part", pieces: pieces, limit: limit, waits: new(atomic.Int64),
		turns: make([]chan struct{}, pieces), finished: make(map[int][][]byte),
	}
}

func content(t *testing.T, p *part) string {
	t.Helper()
	file, err := p.files.Open(p.name)
	require.NoError(t, err)
	defer file.Close()
	text, err := io.ReadAll(file)
	require.NoError(t, err)
	return string(text)
}

// Whatever runs at the same time and is finished first, a part has its pieces in
// their order, and no more waits in memory than may.
func TestPiecesOfAPartAreInOrder(t *testing.T) {
	for _, limit := range []int64{0, 1 << 20, 1 << 30} {
		for _, workers := range []int{1, 2, 8} {
			t.Run(fmt.Sprintf("limit %d, %d workers", limit, workers), func(t *testing.T) {
				const pieces = 40
				p := newTestPart(t, pieces, limit)
				ctx, cancel := context.WithCancelCause(t.Context())
				tasks := pool{workers: workers, ctx: ctx, cancel: cancel}
				texts := make([]string, pieces)
				for i := range texts {
					texts[i] = strings.Repeat(fmt.Sprintf("line of %d\n", i), rand.IntN(5)*rand.IntN(20_000))
				}
				require.NoError(t, tasks.run(pieces, func(ctx context.Context, i int) error {
					return p.write(ctx, i, func(write mr.WriteRecord) error {
						for line := range strings.Lines(texts[i]) {
							if err := write([]byte(strings.TrimSuffix(line, "\n"))); err != nil {
								return err
							}
						}
						if n := p.waits.Load(); n > limit+int64(workers)*partBlock {
							return fmt.Errorf("%d bytes wait", n)
						}
						return nil
					})
				}))
				require.NoError(t, p.close())
				require.Equal(t, strings.Join(texts, ""), content(t, p))
				require.Zero(t, p.waits.Load())
			})
		}
	}
}

// A piece that waits for its turn goes home when the job is over.
func TestAWaitingPieceIsStopped(t *testing.T) {
	p := newTestPart(t, 2, 0)
	ctx, cancel := context.WithCancelCause(t.Context())
	broken := errors.New("broken")
	tasks := pool{workers: 2, ctx: ctx, cancel: cancel}
	err := tasks.run(2, func(ctx context.Context, i int) error {
		return p.write(ctx, i, func(write mr.WriteRecord) error {
			if i == 0 {
				for p.waits.Load() == 0 {
					runtime.Gosched()
				}
				return broken
			}
			for {
				if err := write(make([]byte, partBlock)); err != nil {
					return err
				}
			}
		})
	})
	require.Equal(t, broken, err)
	require.NoError(t, p.close())
}

// A record of any length is written, with its line end.
func TestLongLinesOfAPart(t *testing.T) {
	p := newTestPart(t, 1, 0)
	long := strings.Repeat("x", partBlock)
	lines := []string{"a", long, "", long[1:], long + "y", "b"}
	require.NoError(t, p.write(t.Context(), 0, func(write mr.WriteRecord) error {
		for _, line := range lines {
			require.NoError(t, write([]byte(line)))
		}
		return nil
	}))
	require.Equal(t, strings.Join(lines, "\n")+"\n", content(t, p))
}

// Thousands of small files are some batches, and so are large ones; few are one each.
func TestMakeBatches(t *testing.T) {
	row := func(n int, length int64) (pieces []piece) {
		for i := range n {
			pieces = append(pieces, piece{Split: input.Split{Length: length}, task: i})
		}
		return pieces
	}
	require.Empty(t, makeBatches(nil, 2))
	require.Equal(t, []batch{{0, 1}, {1, 2}, {2, 3}}, makeBatches(row(3, 10), 2))
	require.Equal(t, []batch{{0, 2}, {2, 4}, {4, 5}, {5, 6}, {6, 7}, {7, 8}, {8, 9}, {9, 10}}, makeBatches(row(10, minPiece), 2), "a quarter of what is left")
	large := makeBatches(row(100, minPiece), 2)
	require.Equal(t, []batch{{0, 25}, {25, 43}}, large[:2], "a quarter of what is left")
	require.Equal(t, []batch{{95, 96}, {96, 97}, {97, 98}, {98, 99}, {99, 100}}, large[len(large)-5:], "little to wait for in the end")

	small := makeBatches(row(10_000, 10), 2)
	require.Len(t, small, 2*batchesPerWorker)
	next := 0
	for _, b := range small {
		require.Equal(t, next, b.first)
		next = b.end
	}
	require.Equal(t, 10_000, next)
}
