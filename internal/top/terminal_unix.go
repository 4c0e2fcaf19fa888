//go:build unix

package top

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// A terminal is one in raw mode, with the alternate screen.
type terminal struct {
	in, out *os.File
	before  *term.State   // nil while it is as it was
	keys    chan byte     // closed when there are no more
	resized chan struct{} // has room for one
	stops   chan struct{} // has room for one: the process is to stop, as by ^Z

	signals chan os.Signal
	quit    chan struct{}
	readers sync.WaitGroup
}

const (
	enterScreen = "\x1b[?1049h\x1b[?25l\x1b[2J"
	leaveScreen = "\x1b[?25h\x1b[?1049l"
)

// openTerminal takes a terminal over. The caller closes it.
func openTerminal(in, out *os.File) (*terminal, error) {
	t := &terminal{
		in: in, out: out, keys: make(chan byte), resized: make(chan struct{}, 1), stops: make(chan struct{}, 1),
		signals: make(chan os.Signal, 4), quit: make(chan struct{}),
	}
	if err := t.enter(); err != nil {
		return nil, err
	}
	signal.Notify(t.signals, unix.SIGWINCH, unix.SIGTSTP)
	t.readers.Go(t.readKeys)
	t.readers.Go(t.readSignals)
	return t, nil
}

// enter changes the terminal.
func (t *terminal) enter() (err error) {
	if t.before, err = term.MakeRaw(int(t.in.Fd())); err != nil {
		return err
	}
	_, err = io.WriteString(t.out, enterScreen)
	return err
}

// leave puts the terminal back as it was.
func (t *terminal) leave() error {
	if t.before == nil {
		return nil
	}
	_, err := io.WriteString(t.out, leaveScreen)
	err = errors.Join(err, term.Restore(int(t.in.Fd()), t.before))
	t.before = nil
	return err
}

func (t *terminal) close() error {
	signal.Stop(t.signals)
	close(t.quit)
	t.readers.Wait()
	return t.leave()
}

// suspend stops the process until somebody continues it.
func (t *terminal) suspend() error {
	if err := t.leave(); err != nil {
		return err
	}
	if err := unix.Kill(unix.Getpid(), unix.SIGSTOP); err != nil {
		return err
	}
	return t.enter()
}

func (t *terminal) stop() { offer(t.stops) }

func offer(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}

// size returns the columns and rows of the window.
func (t *terminal) size() (width, height int) {
	width, height, err := term.GetSize(int(t.out.Fd()))
	if err != nil {
		return 0, 0
	}
	return width, height
}

// draw replaces what is on the screen.
func (t *terminal) draw(lines []string) error {
	// Each line ends by clearing what is right of it, and the last one by what is below: nothing flickers.
	text := "\x1b[H" + strings.Join(lines, "\x1b[K\r\n") + "\x1b[K\x1b[J"
	_, err := io.WriteString(t.out, text)
	return err
}

// readKeys sends keys until the terminal is closed or gone. Of a sequence, such as that of an arrow, nothing is sent.
func (t *terminal) readKeys() {
	defer close(t.keys)
	buffer := make([]byte, 64)
	for {
		select {
		case <-t.quit:
			return
		default:
		}
		// A read can't be called off, so it is begun only when there is something.
		polled := []unix.PollFd{{Fd: int32(t.in.Fd()), Events: unix.POLLIN}}
		n, err := unix.Poll(polled, 100)
		if errors.Is(err, unix.EINTR) || err == nil && n == 0 {
			continue
		}
		if err != nil {
			return
		}
		read, err := t.in.Read(buffer)
		if err != nil {
			return
		}
		if buffer[0] == '\x1b' {
			continue
		}
		for _, key := range buffer[:read] {
			select {
			case t.keys <- key:
			case <-t.quit:
				return
			}
		}
	}
}

func (t *terminal) readSignals() {
	for {
		select {
		case s := <-t.signals:
			if s == unix.SIGTSTP {
				offer(t.stops)
			} else {
				offer(t.resized)
			}
		case <-t.quit:
			return
		}
	}
}
