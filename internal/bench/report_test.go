package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

func TestReport(t *testing.T) {
	golden := filepath.Join("testdata", "report.golden.md")
	got := render(sampleJobs(), sample(), "")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o777))
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// TestSectionsStay: a job that was not measured again keeps its section.
func TestSectionsStay(t *testing.T) {
	all := sample()
	before := render(sampleJobs(), all, "")
	last := &results{Jobs: all.Jobs[len(all.Jobs)-1:]}
	require.Equal(t, before, render(sampleJobs(), last, before))
}

func TestWrongRowsAreNamed(t *testing.T) {
	err := wrongRows(sampleJobs()[:2], sample())
	require.EqualError(t, err, "failed, or with another result: words/slow, words/broken")
	require.NoError(t, wrongRows(sampleJobs()[1:2], sample()))
}

func TestThreeDigits(t *testing.T) {
	for _, test := range []struct {
		x    float64
		want string
	}{{0.0123, "0.012"}, {1, "1.00"}, {59.94, "59.9"}, {123.4, "123"}, {12345, "12345"}} {
		require.Equal(t, test.want, threeDigits(test.x))
	}
}
