package streaming

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/shuffle"
)

// pipeBuffer is how much goes to Hadoop, or comes from it, at a time: Hadoop's own buffer has this size.
const pipeBuffer = 128 << 10

// An outputError is the error of a task that can't write its output.
type outputError struct{ Err error }

func (e *outputError) Error() string {
	if errors.Is(e.Err, syscall.EPIPE) {
		return fmt.Sprintf("Hadoop stopped reading the output of the task, and the syslog of the attempt says why: %v", e.Err)
	}
	return fmt.Sprintf("writing the output of the task: %v", e.Err)
}

func (e *outputError) Unwrap() error { return e.Err }

// An outputWriter is the stdout of a task. Its errors are [outputError]s.
type outputWriter struct{ w io.Writer }

func (o outputWriter) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil {
		err = &outputError{err}
	}
	return n, err
}

// writeLines runs produce with a function that writes records as lines.
func writeLines(w io.Writer, produce func(write mr.WriteRecord) error) error {
	lines := bufio.NewWriterSize(outputWriter{w}, pipeBuffer)
	err := produce(func(record []byte) error {
		if _, err := lines.Write(record); err != nil {
			return err
		}
		return lines.WriteByte('\n')
	})
	if err != nil {
		return err
	}
	return lines.Flush()
}

// A runWriter writes the output of a map task as frames.
type runWriter struct {
	frames    frameWriter
	blocks    shuffle.BlockWriter
	blockSize int
	reducers  int
	run       uint32 // index of the map task
	attempt   uint32

	key, value []byte
}

// writePartition writes the blocks of a partition, and a manifest of them.
func (w *runWriter) writePartition(p int, pairs mr.Pairs) error {
	prefix, err := shuffle.PartitionPrefix(p, w.reducers)
	if err != nil {
		return err
	}
	blocks := uint32(0)
	err = w.blocks.Cut(pairs, w.blockSize, func(b shuffle.Block) error {
		w.key = shuffle.AppendFrameKey(w.key[:0], prefix, b.FirstKey, w.run, blocks)
		blocks++
		return w.frames.write(w.key, b.Bytes)
	})
	if err != nil {
		return err
	}
	m := manifest{Run: w.run, Attempt: w.attempt, Blocks: blocks}
	w.value = m.append(w.value[:0])
	return w.frames.write(prefix[:], w.value)
}
