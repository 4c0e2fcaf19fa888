package shuffle

import (
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// writeRun writes partitions to a run in dir.
func writeRun(t *testing.T, dir string, partitions ...[]pair) *Run {
	w, err := CreateRun(dir, RunOptions{Partitions: len(partitions), BlockSize: 512})
	require.NoError(t, err)
	defer w.Close()
	for p, pairs := range partitions {
		require.NoError(t, w.Write(p, pairsOf(pairs)))
	}
	run := w.Finish()
	t.Cleanup(func() { run.Close() })
	return run
}

func TestRunHasNoNameOnDisk(t *testing.T) {
	dir := t.TempDir()
	run := writeRun(t, dir, []pair{{"a", "1"}})
	requireEmpty(t, dir)
	require.Equal(t, []pair{{"a", "1"}}, read(t, run.Partition(0)))
	require.NoError(t, run.Close())
	require.NoError(t, run.Close())
}

func TestRunsShareTheirFile(t *testing.T) {
	file, err := createRunFile(t.TempDir())
	require.NoError(t, err)
	var runs []*Run
	for _, value := range []string{"1", "2"} {
		file.retain()
		w := newRunWriter(file, RunOptions{})
		require.NoError(t, w.Write(0, pairsOf([]pair{{"a", value}})))
		runs = append(runs, w.Finish())
	}
	file.release()
	require.NoError(t, runs[0].Close())
	require.Equal(t, []pair{{"a", "2"}}, read(t, runs[1].Partition(0)))
	require.NoError(t, runs[1].Close())
	require.ErrorIs(t, file.file.Close(), os.ErrClosed)
}

func TestRunPartitionsAreReadAtTheSameTime(t *testing.T) {
	source := newPairSource(5, 500, 50)
	partitions := [][]pair{sortPairs(source.take(2000)), nil, sortPairs(source.take(3000))}
	run := writeRun(t, t.TempDir(), partitions...)
	require.EqualValues(t, 3000, run.Pairs(2))
	require.Zero(t, run.Size(1))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			p := i % len(partitions)
			got := run.Partition(p)
			for n := 0; got.Next(); n++ {
				if partitions[p][n] != (pair{string(got.Key()), string(got.Value())}) {
					t.Errorf("partition %d, pair %d differs", p, n)
					return
				}
			}
			if got.Err() != nil {
				t.Error(got.Err())
			}
		})
	}
	wg.Wait()
}

func TestRunWritesAPartitionOnce(t *testing.T) {
	w, err := CreateRun(t.TempDir(), RunOptions{Partitions: 2})
	require.NoError(t, err)
	require.NoError(t, w.Write(1, pairsOf([]pair{{"a", ""}})))
	require.EqualError(t, w.Write(1, pairsOf(nil)), "partition 1 is written twice")
	require.NoError(t, w.Close())
	require.NoError(t, w.Close())
}

func TestBrokenRuns(t *testing.T) {
	pairs := sortPairs(newPairSource(1, 100, 100).take(100))
	tests := []struct {
		name   string
		damage func(t *testing.T, run *Run)
		want   string
	}{
		{"truncated in a block", func(t *testing.T, run *Run) {
			require.NoError(t, run.file.file.Truncate(run.Size(0)-1))
		}, "truncated block: the file ends after"},
		{"truncated to nothing", func(t *testing.T, run *Run) {
			require.NoError(t, run.file.file.Truncate(0))
		}, "at byte 0: truncated block: the file ends after 0 of the 18 bytes needed"},
		{"flipped bit", func(t *testing.T, run *Run) { overwrite(t, run, run.Size(0)-1, 0xee) }, "damaged block: its checksum"},
		{"huge block", func(t *testing.T, run *Run) { overwrite(t, run, storedOffset+3, 0x7f) }, "damaged block: it claims 213"},
		{"closed", func(t *testing.T, run *Run) { require.NoError(t, run.Close()) }, "file already closed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			run := writeRun(t, dir, pairs)
			test.damage(t, run)
			got := run.Partition(0)
			for got.Next() {
			}
			require.ErrorContains(t, got.Err(), "read run "+filepath.Join(dir, "gomr-run-"))
			require.ErrorContains(t, got.Err(), test.want)
			require.False(t, got.Next())
		})
	}
}

func overwrite(t *testing.T, run *Run, offset int64, b byte) {
	_, err := run.file.file.WriteAt([]byte{b}, offset)
	require.NoError(t, err)
}

// A full disk is an error of the pair that could not be spilled, and of all calls after it.
// The device /dev/full is a disk that is always full, without a mount.
func TestBufferOnFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	require.NoError(t, err, "this test needs /dev/full")
	b := NewBuffer(Options{Memory: MinMemory})
	b.spills.file = &runFile{file: full}
	b.spills.file.retain()

	source := newPairSource(1, 1000, 200)
	for range 10_000 {
		p := source.next()
		if err = b.Add([]byte(p.key), []byte(p.value)); err != nil {
			break
		}
	}
	require.EqualError(t, err, "spill: write /dev/full: no space left on device")
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.Equal(t, err, b.Add(nil, nil))
	_, again := b.Finish()
	require.Equal(t, err, again)
	require.ErrorIs(t, full.Close(), os.ErrClosed, "the file was closed")
	require.NoError(t, b.Close())
}

func TestSpillFolderThatCannotBeUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	tests := []struct {
		dir  string
		want error
	}{
		{"/does/not/exist", os.ErrNotExist},
		{file, syscall.ENOTDIR},
	}
	for _, test := range tests {
		b := NewBuffer(Options{Memory: MinMemory, Dir: test.dir})
		err := b.Add([]byte("key"), make([]byte, 1<<20))
		require.ErrorIs(t, err, test.want)
		require.ErrorContains(t, err, "spill: open "+test.dir)
		require.NoError(t, b.Close())

		output := fill(t, Options{}, []pair{{"a", "1"}})
		_, err = output.writeRun(test.dir)
		require.ErrorIs(t, err, test.want)
		require.NoError(t, output.Close())
	}
}
