package local_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
	"github.com/gomr/gomr/mr/local"
	"github.com/gomr/gomr/mr/mrtest"
)

// manyLines are more than one piece of a split.
func manyLines() string {
	var b bytes.Buffer
	for i := 0; b.Len() < 28<<20; i++ {
		fmt.Fprintf(&b, "line %d has word%d and %s\n", i, i%1000, strings.Repeat("x", i%50))
	}
	return b.String()
}

// bzip2OfNoise is a bzip2 file that is more than one piece of a split: some streams, over and over.
func bzip2OfNoise(t *testing.T) string {
	t.Helper()
	random := rand.NewChaCha8([32]byte{})
	line := make([]byte, 30)
	var streams bytes.Buffer
	for range 7 {
		w, err := input.NewWriter(input.Bzip2, &streams)
		require.NoError(t, err)
		for range 1000 {
			_, err = random.Read(line)
			require.NoError(t, err)
			_, err = fmt.Fprintf(w, "%x\n", line)
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
	}
	return strings.Repeat(streams.String(), 5<<20/streams.Len())
}

// However many workers share a split, the parts are those of one that maps it alone:
// even the order of a key's values.
func TestPiecesOfASplitGiveTheSameParts(t *testing.T) {
	order := mr.MapReduce(mr.MapFunc(func(line string, emit mr.Emit[int, string]) error {
		emit(len(line), line)
		return nil
	}), mr.ReduceFunc(mrtest.Identity[int, string]), mr.Reducers(3))
	plain, compressed := manyLines(), bzip2OfNoise(t)
	for name, test := range map[string]struct {
		job      mr.Job
		in, text string
	}{
		"words":          {words, "/in", plain},
		"order":          {order, "/in", plain},
		"words of bzip2": {words, "/in.bz2", compressed},
		"order of bzip2": {order, "/in.bz2", compressed},
	} {
		t.Run(name, func(t *testing.T) {
			var want map[string][sha256.Size]byte
			for _, workers := range []int{1, 2, 5} {
				fsys := folder(t, map[string]string{test.in: test.text})
				_, err := local.Run(t.Context(), test.job, local.Options{Files: fsys, Inputs: []string{test.in}, Output: "/out", Workers: workers, Maps: 1})
				require.NoError(t, err)
				parts := make(map[string][sha256.Size]byte)
				for _, name := range names(t, fsys, "/out") {
					content, err := fs.ReadFile(os.DirFS(fsys.OSPath("/out")), name)
					require.NoError(t, err)
					parts[name] = sha256.Sum256(content)
				}
				if want == nil {
					want = parts
				}
				require.Equal(t, want, parts, "%d workers", workers)
			}
		})
	}
}

// A record of a later piece is named by its offset alone, for its number is not known.
func TestErrorInALaterPiece(t *testing.T) {
	text := manyLines()
	bad := strings.LastIndex(text[:len(text)-100], "\n") + 1
	end := bad + strings.Index(text[bad:], "\n")
	job := mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
		if line == text[bad:end] {
			return errors.New("no good")
		}
		return nil
	}), mr.Sum)
	_, err := local.Run(t.Context(), job, local.Options{Files: folder(t, map[string]string{"/in": text}), Inputs: []string{"/in"}, Output: "/out", Workers: 4})
	require.EqualError(t, err, fmt.Sprintf("/in: offset %d: record %q: no good", bad, text[bad:end]))
}

// The limit of skipped records is that of the whole task.
func TestPiecesShareTheSkipLimit(t *testing.T) {
	run := func(limit int64) error {
		job := mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
			if strings.HasSuffix(line, "word1 and x") || strings.Contains(line, " has word0 ") {
				return mr.ErrSkip
			}
			return nil
		}), mr.Sum, mr.SkipLimit(limit))
		fsys := folder(t, map[string]string{"/in": manyLines()})
		_, err := local.Run(t.Context(), job, local.Options{Files: fsys, Inputs: []string{"/in"}, Output: "/out", Workers: 4, BlockSize: 1 << 30, Maps: 1})
		return err
	}
	text := manyLines()
	skipped := int64(strings.Count(text, " has word0 ") + strings.Count(text, "word1 and x\n"))
	require.NoError(t, run(skipped))
	require.ErrorContains(t, run(skipped-1), fmt.Sprintf("records skipped: %d, more than mr.SkipLimit(%d) allows", skipped, skipped-1))
}
