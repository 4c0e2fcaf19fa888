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
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, unix.SIGCONT)
	defer signal.Stop(continued)
	if err := unix.Kill(unix.Getpid(), unix.SIGSTOP); err != nil {
		return err
	}
	<-continued // the signal stops the thread that takes it first, which may be another one
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
	buffer, sequence := make([]byte, 64), sequence{}
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
		for _, key := range buffer[:read] {
			if !sequence.isKey(key) {
				continue
			}
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

// A sequence tells keys from the bytes of a sequence such as ESC [ A, which an arrow sends.
type sequence struct{ last byte } // ESC and what opens one, while it goes on

func (s *sequence) isKey(b byte) bool {
	const escape = 0x1b
	switch {
	case b == escape:
		s.last = escape
	case s.last == escape && (b == '[' || b == 'O'):
		s.last = b
	case s.last == '[' || s.last == 'O':
		if b >= '@' && b <= '~' || s.last == 'O' {
			s.last = 0
		}
	default:
		s.last = 0
		return true
	}
	return false
}
