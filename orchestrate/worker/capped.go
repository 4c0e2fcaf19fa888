package worker

import (
	"fmt"
	"io"
)

// A cappedLog writes a log up to a size. Of what comes then it keeps the end in memory, and
// writes that when it is finished. A file that can't be written is as one that is full, so that a task
// never waits for its log. The log only grows, so that it can be read while it does.
type cappedLog struct {
	file  io.Writer
	max   int64
	left  int64 // bytes that go into the file before the end is
	tail  []byte
	keep  int   // how much of the end is kept
	over  int64 // bytes that came when the file was full
	cause error // why it took no more, if not for its size
}

// mostTail is how much of the end of a log is kept that is too long.
const mostTail = 64 << 10

func newCappedLog(file io.Writer, limit int64) *cappedLog {
	keep := min(mostTail, limit/2)
	return &cappedLog{file: file, max: limit, left: limit - keep, keep: int(keep)}
}

// Write takes all of p, and returns no error.
func (l *cappedLog) Write(p []byte) (int, error) {
	n := len(p)
	if head := p[:min(l.left, int64(len(p)))]; len(head) > 0 {
		written, err := l.file.Write(head)
		l.left -= int64(written)
		p = p[written:]
		if err != nil {
			l.left, l.cause = 0, err
		}
	}
	if len(p) == 0 {
		return n, nil
	}
	if l.over == 0 && l.cause == nil {
		l.notef("the log has reached %d bytes; only its end will follow", l.max)
	}
	l.over += int64(len(p))
	l.tail = append(l.tail, p[max(0, len(p)-l.keep):]...)
	if len(l.tail) > 2*l.keep {
		l.tail = append(l.tail[:0], l.tail[len(l.tail)-l.keep:]...)
	}
	return n, nil
}

// finish writes the end of a log that was too long.
func (l *cappedLog) finish() {
	if l.over == 0 {
		return
	}
	tail := l.tail[max(0, len(l.tail)-l.keep):]
	if dropped := l.over - int64(len(tail)); dropped > 0 {
		l.notef("%d bytes are left out here", dropped)
	}
	if l.cause != nil {
		l.notef("the log could not be written: %s", l.cause)
	}
	_, _ = l.file.Write(tail) // there is nowhere to tell that it can't be written
}

func (l *cappedLog) notef(format string, args ...any) {
	_, _ = fmt.Fprintf(l.file, "\n["+format+"]\n", args...) // as above
}
