package worker

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// proc makes a folder such as /proc, and returns a function that writes its files.
func proc(t *testing.T) (dir string, write func(name, text string)) {
	dir = t.TempDir()
	return dir, func(name, text string) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
}

func TestLoad(t *testing.T) {
	dir, write := proc(t)
	write("stat", "cpu  100 10 50 800 40 0 0 0 0 0\ncpu0 50 5 25 400 20 0 0 0 0 0\ncpu1 50 5 25 400 20 0 0 0 0 0\nintr 5\n")
	write("loadavg", "1.25 0.80 0.40 2/300 4711\n")
	write("meminfo", "MemTotal:        4096 kB\nMemFree:          100 kB\nMemAvailable:    1024 kB\nHugePages_Total:       0\n")
	write("17/stat", "17 (a keeper) S 1 17 17 0 -1 0 0 0 0 0 1 1 4 4 20 0 1 0\n")
	write("18/stat", "18 (awk) ) S 5) R 17 18 17 0 -1 0 0 0 0 0 20 10 0 0 20 0 1 0\n")
	write("19/stat", "19 (another) R 1 19 19 0 -1 0 0 0 0 0 500 500 0 0 20 0 1 0\n")
	write("20/stat", "20 (half")
	sessions := map[int]bool{17: true}

	var reader loadReader
	load, times := readLoad(dir, dir, sessions)
	reader.share(load, times)
	require.Nil(t, load.CPU, "one look tells no share")
	require.Equal(t, 2, load.Processors)
	require.InDelta(t, 1.25, *load.Average, 0)
	require.Equal(t, int64(3072<<10), load.MemoryUsed)
	require.Equal(t, int64(4096<<10), load.MemoryTotal)
	require.Positive(t, load.DiskFree)
	require.GreaterOrEqual(t, load.DiskTotal, load.DiskFree)

	write("stat", "cpu  140 10 60 840 50 0 0 0 30 0\ncpu0 0\ncpu1 0\n")
	write("18/stat", "18 (awk) ) S 5) R 17 18 17 0 -1 0 0 0 0 0 30 20 0 0 20 0 1 0\n")
	load, times = readLoad(dir, dir, sessions)
	reader.share(load, times)
	require.InDelta(t, 0.5, *load.CPU, 1e-9, "50 of 100 ticks")
	require.InDelta(t, 0.2, *load.AttemptsCPU, 1e-9, "20 of 100 ticks")

	require.NoError(t, os.RemoveAll(filepath.Join(dir, "18")))
	write("stat", "cpu  150 10 60 930 50 0 0 0 0 0\n")
	load, times = readLoad(dir, dir, sessions)
	reader.share(load, times)
	require.InDelta(t, 0, *load.AttemptsCPU, 0, "a process has ended, and gave nothing back")
}

func TestLoadOfNothing(t *testing.T) {
	load, times := readLoad(t.TempDir(), "/nowhere", map[int]bool{1: true})
	require.Equal(t, &scheduler.Load{}, load)
	require.Zero(t, times.all)
}

// TestBeatsTellTheLoad: each beat does.
func TestBeatsTellTheLoad(t *testing.T) {
	w := newWorld(t)
	w.run()
	w.await(t, func() bool { return w.load != nil && w.load.MemoryTotal > 0 && w.load.DiskTotal > 0 })
}
