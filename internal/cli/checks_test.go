package cli

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/details"
	"github.com/gomr/gomr/orchestrate/store"
)

func TestSizeFiles(t *testing.T) {
	s := &sizeFiles{t.TempDir() + "/sizes"}
	known := func() []orchestrate.Size {
		sizes, err := s.Sizes(t.Context(), "a/b")
		require.NoError(t, err)
		return sizes
	}
	require.Empty(t, known(), "nothing is known yet")
	for n := range int64(3) {
		require.NoError(t, s.Add(t.Context(), "a/b", "id", orchestrate.Size{Rows: n, Bytes: -1}))
	}
	require.Equal(t, []orchestrate.Size{{Rows: 0, Bytes: -1}, {Rows: 1, Bytes: -1}, {Rows: 2, Bytes: -1}}, known())

	file, err := os.OpenFile(s.path("a/b"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString("half a li\n")
	require.NoError(t, err)
	require.NoError(t, file.Close())
	require.Len(t, known(), 3, "what is no line of ours is left out")

	for n := range int64(10_000) {
		require.NoError(t, s.Add(t.Context(), "a/b", "id", orchestrate.Size{Rows: n}))
	}
	info, err := os.Stat(s.path("a/b"))
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(sizesKept), "it does not grow for ever")
	sizes := known()
	require.Greater(t, len(sizes), 100)
	require.Equal(t, int64(9999), sizes[len(sizes)-1].Rows)
	require.Equal(t, int64(9998), sizes[len(sizes)-2].Rows)
}

func TestSizeOf(t *testing.T) {
	told := map[string]string{details.OutputRows: "3", details.OutputBytes: "40"}
	made, ok := sizeOf(&store.Attempt{Outcome: store.Succeeded, Details: told})
	require.True(t, ok)
	require.Equal(t, orchestrate.Size{Rows: 3, Bytes: 40}, made)
	_, ok = sizeOf(&store.Attempt{Outcome: store.Errored, Details: told})
	require.False(t, ok, "it has made nothing")
	_, ok = sizeOf(&store.Attempt{Outcome: store.Succeeded})
	require.False(t, ok, "nobody counted")
}
