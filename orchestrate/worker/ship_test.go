//go:build unix

package worker

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

// TestLargeLog wants all of a log that is much larger than a chunk, whatever fails.
func TestLargeLog(t *testing.T) {
	for name, failing := range map[string]func() func(string) error{
		"nothing fails": func() func(string) error { return nil },
		"each third request fails": func() func(string) error {
			n := 0
			return func(string) error {
				if n++; n%3 == 0 {
					return errDown
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.do(func() { w.failing = failing() })
			const size = 2<<20 + 7
			fence := w.add(task("print", "2097159"))
			w.run()
			assert.Equal(t, store.Succeeded, w.end(t, fence).Outcome)
			log := w.log(fence)
			require.Len(t, log, size)
			assert.Equal(t, lines(size), log)
			w.drain()
		})
	}
}

// TestOutage: the worker asks for work, runs and reports when the scheduler comes back.
func TestOutage(t *testing.T) {
	w := newWorld(t)
	w.fail(5)
	file := w.file()
	fence := w.add(task("wait", file))
	w.run()
	w.begun(file)
	w.fail(8)
	require.NoError(t, touch(file))
	assert.Equal(t, store.Succeeded, w.end(t, fence).Outcome)
	assert.Equal(t, "begun\n", w.log(fence))
	w.drain()
}

// TestEndlessLog: a log has a size that it doesn't exceed by much, and its end is in it.
func TestEndlessLog(t *testing.T) {
	w := newWorld(t)
	w.options.MaxLog = 256 << 10
	fence := w.add(task("print", "5000007"))
	w.run()
	assert.Equal(t, store.Succeeded, w.end(t, fence).Outcome)
	log := w.log(fence)
	assert.InDelta(t, 256<<10, len(log), 200)
	assert.Contains(t, log, "[the log has reached 262144 bytes; only its end will follow]")
	assert.Contains(t, log, "[4737863 bytes are left out here]")
	assert.True(t, strings.HasSuffix(log, "abcde\n0123456"), "%q", log[len(log)-20:])
	w.drain()
}

// TestCappedLog looks at sizes around the limits, and at a file that is full.
func TestCappedLog(t *testing.T) {
	for _, c := range []struct {
		limit int64
		want  string
	}{
		{10, "0123456789"},
		{9, "01234\n[the log has reached 9 bytes; only its end will follow]\n\n[1 bytes are left out here]\n6789"},
		{1, "0\n[the log has reached 1 bytes; only its end will follow]\n\n[9 bytes are left out here]\n"},
	} {
		for size := 1; size <= 10; size++ {
			var file bytes.Buffer
			log := newCappedLog(&file, c.limit)
			for rest := []byte("0123456789"); len(rest) > 0; {
				n := min(size, len(rest))
				written, err := log.Write(rest[:n])
				require.NoError(t, err)
				require.Equal(t, n, written)
				rest = rest[n:]
			}
			log.finish()
			if c.limit < 10 {
				assert.Equal(t, c.want, file.String())
			} else {
				assert.Contains(t, file.String(), "56789")
			}
		}
	}
	full := newCappedLog(&fullFile{left: 3}, 100)
	n, err := full.Write([]byte("0123456789"))
	require.NoError(t, err)
	require.Equal(t, 10, n)
	require.Equal(t, "3456789", string(full.tail))
	full.finish()
}

type fullFile struct{ left int }

func (f *fullFile) Write(p []byte) (int, error) {
	n := min(f.left, len(p))
	f.left -= n
	if n < len(p) {
		return n, errors.New("the disk is full")
	}
	return n, nil
}
