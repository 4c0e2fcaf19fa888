package streamjob

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// A logger writes lines as Hadoop's default layout has them, so that what reads
// the output of hadoop jar reads this too. It is for any number of goroutines.
type logger struct {
	mu  sync.Mutex
	out io.Writer
	now func() time.Time
}

func (l *logger) infof(class, format string, args ...any)  { l.linef("INFO", class, format, args...) }
func (l *logger) warnf(class, format string, args ...any)  { l.linef("WARN", class, format, args...) }
func (l *logger) errorf(class, format string, args ...any) { l.linef("ERROR", class, format, args...) }

func (l *logger) linef(level, class, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.out, "%s %s %s: %s\n", l.now().Format("2006-01-02 15:04:05,000"), level, class, fmt.Sprintf(format, args...))
}

// write writes text as it is, in one piece.
func (l *logger) write(text []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.out.Write(text) // there is nowhere to tell it
}
