package shuffle

import (
	"os"
	"sync/atomic"
)

// A runFile is a temporary file of runs, one behind the other.
// Its name is removed as soon as it is open, so that even a killed process leaves nothing behind.
type runFile struct {
	file  *os.File
	size  int64        // bytes written
	named bool         // the system did not let go of the name
	users atomic.Int32 // the file is closed when it has no users
}

// createRunFile creates a file in dir, with the caller as its user.
func createRunFile(dir string) (*runFile, error) {
	f, err := os.CreateTemp(dir, "gomr-run-")
	if err != nil {
		return nil, err
	}
	r := &runFile{file: f, named: os.Remove(f.Name()) != nil}
	r.users.Store(1)
	return r, nil
}

// write appends p to the file.
func (r *runFile) write(p []byte) error {
	n, err := r.file.Write(p)
	r.size += int64(n)
	return err
}

func (r *runFile) retain() { r.users.Add(1) }

// release drops a user, and the file with the last one.
func (r *runFile) release() {
	if r.users.Add(-1) > 0 {
		return
	}
	// Nothing is lost with an error of Close: nobody reads the file any more.
	r.file.Close()
	if r.named {
		os.Remove(r.file.Name())
	}
}
