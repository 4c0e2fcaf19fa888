package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		name   string
		values []float64
		want   float64
	}{
		{"one", []float64{3}, 3},
		{"odd, in no order", []float64{9, 1, 4}, 4},
		{"even: the mean of the middle", []float64{8, 1, 2, 4}, 3},
		{"one slow run does not count", []float64{2, 2, 100, 2, 2}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, median(test.values)) //nolint:testifylint // these values are exact
		})
	}
}

func TestResultsAreReadAsTheyWereWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.json")
	empty, err := readResults(file)
	require.NoError(t, err)
	require.Empty(t, empty.Jobs)

	require.NoError(t, sample().write(file))
	got, err := readResults(file)
	require.NoError(t, err)
	require.Equal(t, sample(), got)
}

func TestANewSittingReplacesTheOldOne(t *testing.T) {
	all := sample()
	all.set(&jobResult{Name: "words", Load: 7})
	require.Len(t, all.Jobs, 2)
	require.InDelta(t, 7, all.job("words").Load, 0)
}

// sample is what two small jobs could have measured.
func sample() *results {
	box := machine{
		CPU: "Abacus", Cores: 2, Caches: "L1 32K", Memory: "4 GiB", Kernel: "Linux 6.1",
		Versions: []version{{"Go", "1.26"}, {"slow", "0.1"}},
	}
	day := time.Date(2014, 6, 1, 12, 0, 0, 0, time.UTC)
	runs := func(walls ...float64) (all []measurement) {
		for _, wall := range walls {
			all = append(all, measurement{Wall: wall, CPU: 1.5 * wall, RSS: int64(wall * 100 * (1 << 20))})
		}
		return all
	}
	return &results{Jobs: []*jobResult{
		{Name: "words", Date: day, Scale: 1, Load: 0.25, Machine: box, Rows: []*rowResult{
			{Name: "gomr", Bytes: 4e6, Runs: runs(1.25, 1, 2), Check: checkFirst},
			{Name: "limit", Bytes: 4e6, Runs: runs(1, 1, 1), Check: checkEqual},
			{Name: "slow", Bytes: 4e6, Runs: runs(120), Check: "differs: a|b"},
			{Name: "broken", Bytes: 4e6, Error: "exit status 1\nno such file"},
		}},
		{Name: "part", Date: day, Scale: 0.5, Machine: box, Rows: []*rowResult{
			{Name: "gomr", Bytes: 1e6, Runs: runs(0.25), Check: checkFirst},
			{Name: "slow", Bytes: 1e6, Runs: runs(30), Check: checkEqual},
		}},
	}}
}

// sampleJobs are the jobs of sample.
func sampleJobs() []job {
	return []job{
		{
			name: "words", title: "Words", about: "How many.",
			rows: []row{{name: "gomr"}, {name: "limit"}, {name: "slow"}, {name: "slow twice", base: "slow"}, {name: "broken"}},
			targets: []target{
				faster("gomr", "slow", 30), within("gomr", "limit", 1.2), lessMemory("gomr", "slow"),
				fasterPerByte("gomr", "part", "slow", 100), under("gomr", 0.05), memoryUnder("gomr", 320<<20),
				finishes("limit"), finishes("slow"), faster("gomr", "broken", 2), linear(0.15, "gomr", "limit"),
			},
		},
		{name: "part", title: "Part", about: "Of it.", rows: []row{{name: "gomr"}, {name: "slow"}, {name: "left out"}}},
		{name: "never", title: "Never measured", rows: []row{{name: "gomr"}}},
	}
}
