package worker

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/gomr/gomr/internal/filelock"
)

// An InUseError is a folder with which another worker works.
type InUseError struct {
	Dir string
	PID int // of the other worker; zero where it had no time to write it
}

func (e *InUseError) Error() string {
	if e.PID == 0 {
		return e.Dir + " is the folder of another worker: stop that one, or take another folder"
	}
	return fmt.Sprintf("%s is the folder of the worker with process %d: stop that one, or take another folder", e.Dir, e.PID)
}

// A fileLock is a lock that ends with the process, however that ends. The file stays: if it were
// removed, two processes could lock two files of one name.
type fileLock struct{ file *os.File }

// takeLock locks a file, or returns nil where another process has it. The flags are for [os.OpenFile].
func takeLock(path string, flags int) (*fileLock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|flags, 0o600)
	if err != nil {
		return nil, err
	}
	locked, err := filelock.Try(file)
	if err != nil || !locked {
		file.Close()
		return nil, err
	}
	return &fileLock{file}, nil
}

// sign writes who holds the lock in place of what is there. A longer text replaces a shorter one at once.
func (l *fileLock) sign(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	n, err := l.file.WriteAt(append(text, '\n'), 0)
	if err != nil {
		return err
	}
	return l.file.Truncate(int64(n))
}

// release frees the lock also where a process that is just being started has the file open, too.
func (l *fileLock) release() {
	filelock.Unlock(l.file)
	l.file.Close()
}

// readSignature returns who has signed a lock, or the zero value where nobody has.
func readSignature[T any](path string) (value T) {
	file, err := os.Open(path)
	if err != nil {
		return value
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxJSON))
	if err != nil || json.Unmarshal(text, &value) != nil {
		var none T
		return none
	}
	return value
}
