package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAFolderThatIsNotThereIsNoError(t *testing.T) {
	require.NoError(t, readFolder(filepath.Join(t.TempDir(), "none")))
}

func TestMemoryAtHandIsWhatRunsTook(t *testing.T) {
	require.EqualValues(t, mostMemory, memoryOf(nil))
	require.EqualValues(t, 300<<20, memoryOf([]measurement{{RSS: 100 << 20}, {RSS: 200 << 20}}))
	require.EqualValues(t, mostMemory, memoryOf([]measurement{{RSS: 3 << 30}}))
}

func TestProcessorTimeGrows(t *testing.T) {
	busy, all := processorTime()
	require.Positive(t, busy)
	require.Greater(t, all, busy)
	require.Eventually(t, func() bool { _, later := processorTime(); return later > all }, time.Minute, time.Millisecond)
}
