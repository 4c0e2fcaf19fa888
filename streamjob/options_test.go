package streamjob_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/streamjob"
)

// runOver runs a mapper and a reducer over files with the lines "k N", k from 0 to 6 and N
// rising, and returns the only part.
func runOver(t *testing.T, options streamjob.Options, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	const files, lines = 3, 700
	for f := range files {
		var text strings.Builder
		for i := range lines {
			fmt.Fprintf(&text, "%d\t%d\n", i%7, f*lines+i)
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, strconv.Itoa(f)), []byte(text.String()), 0o644))
	}
	output := filepath.Join(t.TempDir(), "out")
	var log bytes.Buffer
	options.Args = append([]string{"-input", dir, "-output", output, "-mapper", "cat"}, args...)
	options.Stderr, options.TempDir = &log, t.TempDir()
	require.Equal(t, streamjob.ExitOK, streamjob.Run(t.Context(), options), "%s", &log)
	require.Empty(t, names(t, options.TempDir))
	part, err := os.ReadFile(filepath.Join(output, "part-00000"))
	require.NoError(t, err)
	return string(part)
}

// TestMemory: what goes through the disk comes as what stays in memory.
func TestMemory(t *testing.T) {
	want := runOver(t, streamjob.Options{}, "-reducer", "cat")
	require.Equal(t, want, runOver(t, streamjob.Options{Memory: 1}, "-reducer", "cat"))
	require.Equal(t, want, runOver(t, streamjob.Options{Memory: 1 << 20, Parallel: 8}, "-reducer", "cat"))
}

// TestStress: a job that depends on the order of values changes with the seed and with
// nothing else, and one that does not never changes.
func TestStress(t *testing.T) {
	const sum = `awk -F'\t' '{s[$1]+=$2} END {for (k=0;k<7;k++) if (k in s) print k"\t"s[k]}'`
	want := runOver(t, streamjob.Options{}, "-reducer", sum)
	outputs := map[string]bool{}
	for seed := range uint64(4) {
		stress := streamjob.Options{Stress: &seed}
		require.Equal(t, want, runOver(t, stress, "-reducer", sum), "seed %d", seed)
		require.Equal(t, want, runOver(t, stress, "-combiner", sum, "-reducer", sum), "seed %d", seed)
		ordered := runOver(t, stress, "-reducer", "cut -f2")
		require.Equal(t, ordered, runOver(t, stress, "-reducer", "cut -f2"), "seed %d", seed)
		outputs[ordered] = true
	}
	require.Len(t, outputs, 4)
}
