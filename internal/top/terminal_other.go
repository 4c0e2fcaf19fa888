//go:build !unix

package top

import (
	"errors"
	"os"
)

// A terminal is what only Unix has here.
type terminal struct {
	keys           chan byte
	resized, stops chan struct{}
}

func openTerminal(_, _ *os.File) (*terminal, error) { return nil, errors.ErrUnsupported }

func (*terminal) close() error              { return nil }
func (*terminal) suspend() error            { return nil }
func (*terminal) stop()                     {}
func (*terminal) size() (width, height int) { return 0, 0 }
func (*terminal) draw([]string) error       { return nil }
