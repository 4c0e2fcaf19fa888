//go:build !race

// The race detector multiplies the memory of a process, which this file bounds.

package streaming

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr/input"
)

const (
	// reduceMemory is what the reduce task may use.
	reduceMemory = 64 << 20

	// besideMemory is what its process may have beside that. The limit of the Go runtime is for its heap,
	// stacks and tables, and not for the pages of the program itself, which are 13 MiB of this test binary.
	// And it is a soft one: while the collector works towards it, the heap grows on.
	besideMemory = 24 << 20

	manyMaps = 1000
)

// The lines of each map task are spread over all keys, so that a block of each is open all the time. A long
// line is open alone; a thousand blocks that kept the memory of one would take twice the limit.
func TestTheOutputOfAThousandMapTasksFitsIntoTheMemoryOfAReduceTask(t *testing.T) {
	for name, long := range map[string]int{"short lines": 0, "a long line in each map task": 100 << 10} {
		t.Run(name, func(t *testing.T) {
			texts := newTextSource(long)
			stdin := openReduceInput(t, texts)
			info, err := stdin.Stat()
			require.NoError(t, err)
			require.Greater(t, info.Size(), int64(4*reduceMemory), "the input could be held as a whole")

			p := taskProcess(t, TaskCommand{Kind: ReduceTask, Family: "Line counts", Memory: reduceMemory}, attemptOf(ReduceTask, 0, manyMaps, 1, input.Split{}))
			var stdout, stderr bytes.Buffer
			p.Stdin, p.Stdout, p.Stderr = stdin, &stdout, &stderr
			forgetPeak(t)
			require.NoError(t, p.Run(), &stderr)
			if stdout.String() != texts.counted() {
				t.Fatal("the counts are wrong") // and not shown: they may be 100 MB
			}
			require.Less(t, maxRSS(p), int64(reduceMemory+besideMemory))
			t.Logf("%d MiB of frames were merged in %d MiB", info.Size()>>20, maxRSS(p)>>20)
		})
	}
}

// openReduceInput runs the map tasks and returns what Hadoop makes of their output for the reduce task.
// It is a file and not in memory for the reason that [forgetPeak] tells.
func openReduceInput(t *testing.T, texts *textSource) *os.File {
	// The limit of a map task is that of this process, which holds the frames of all of them.
	cmd := TaskCommand{Kind: MapTask, Family: "Line counts", Memory: 4 << 30, ReduceMemory: reduceMemory}
	var frames []testFrame
	for i := range manyMaps {
		out, stderr, err := runTask(t, cmd, attemptOf(MapTask, i, manyMaps, 1, input.Split{File: "/in"}), texts.next())
		require.NoError(t, err, stderr)
		frames = append(frames, parseFrames(t, out)...)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "sorted"))
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })
	w := bufio.NewWriter(file)
	for some := range slices.Chunk(hadoopSort(frames), 100) {
		_, err := w.Write(encodeFrames(some))
		require.NoError(t, err)
	}
	require.NoError(t, w.Flush())
	_, err = file.Seek(0, 0)
	require.NoError(t, err)
	return file
}

// forgetPeak makes the peak of this process's memory what it has now. A process starts in the memory
// of its parent, and Linux counts the peak of that as its own, as [maxRSS] tells it.
func forgetPeak(t *testing.T) {
	debug.FreeOSMemory()
	require.NoError(t, os.WriteFile("/proc/self/clear_refs", []byte("5"), 0))
}

// A textSource makes the texts of map tasks and counts their lines.
type textSource struct {
	random *rand.Rand
	lines  []countedLine // first the short ones, which all texts draw from
	long   int           // bytes of a line that each text has alone, or 0 for none
}

// A countedLine is a name, repeated: the long lines would take as much memory as what is measured.
type countedLine struct {
	name         string
	times, count int
}

func (l countedLine) String() string { return strings.Repeat(l.name, l.times) }

const shortLines = 100_000

func newTextSource(long int) *textSource {
	s := &textSource{random: rand.New(rand.NewPCG(1, 2)), long: long}
	for range shortLines {
		s.addLine(1)
	}
	return s
}

// addLine adds a line of 24 digits, or some times them. They share little with those of other lines,
// and so their blocks are hardly compressed.
func (s *textSource) addLine(times int) {
	digits := sha256.Sum256(fmt.Append(nil, len(s.lines)))
	s.lines = append(s.lines, countedLine{name: hex.EncodeToString(digits[:12]), times: times})
}

// next returns the text of the next map task.
func (s *textSource) next() []byte {
	var text []byte
	add := func(line *countedLine) {
		line.count++
		text = append(append(text, line.String()...), '\n')
	}
	for range 12_000 {
		add(&s.lines[s.random.IntN(shortLines)])
	}
	if s.long > 0 {
		s.addLine(s.long / len(s.lines[0].name))
		add(&s.lines[len(s.lines)-1])
	}
	return text
}

// counted returns what the job makes of all texts.
func (s *textSource) counted() string {
	byName := func(a, b countedLine) int { return strings.Compare(a.name, b.name) }
	var out strings.Builder
	for _, line := range slices.SortedFunc(slices.Values(s.lines), byName) {
		fmt.Fprintf(&out, "%s\t%d\n", line, line.count)
	}
	return out.String()
}
