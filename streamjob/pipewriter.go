package streamjob

import "os"

// pipeBuffer is the size of the buffer in front of a command's input. It decides how much
// a command may leave unread: what is still in the buffer when it has ended is lost in
// silence, and more is an error. So it has the size of Hadoop's.
const pipeBuffer = 128 << 10

// A pipeWriter is Java's BufferedOutputStream in front of a command's input.
type pipeWriter struct {
	pipe   *os.File
	buffer []byte
}

func newPipeWriter(pipe *os.File) *pipeWriter {
	return &pipeWriter{pipe: pipe, buffer: make([]byte, 0, pipeBuffer)}
}

func (w *pipeWriter) write(p []byte) error {
	if len(p) > cap(w.buffer)-len(w.buffer) {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if len(p) >= cap(w.buffer) {
		_, err := w.pipe.Write(p)
		return err
	}
	w.buffer = append(w.buffer, p...)
	return nil
}

func (w *pipeWriter) flush() error {
	_, err := w.pipe.Write(w.buffer)
	if err != nil {
		return err
	}
	w.buffer = w.buffer[:0]
	return nil
}

// close writes the rest. A command that does not take it any more is no error.
func (w *pipeWriter) close() {
	_ = w.flush()
	w.pipe.Close()
}
