package filelock

import (
	"encoding/json"
	"errors"
	"io"
	"os"
)

// A Lock is a locked file that says who has it.
type Lock struct{ file *os.File }

// A HeldError says that another process has the lock.
type HeldError struct {
	Path   string
	Holder json.RawMessage // what it wrote of itself; empty where it had no time to
}

func (e *HeldError) Error() string { return e.Path + " is locked by another process" }

// Take locks the file at a path, which it makes where it is missing, without waiting, and writes
// into it who has it, as JSON. The error may be a [*HeldError].
func Take(path string, holder any) (*Lock, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		locked, err := Try(file)
		if err == nil && !locked {
			err = &HeldError{path, readHolder(file)}
		}
		if err != nil {
			file.Close()
			return nil, err
		}
		if !isAt(file, path) {
			file.Close() // its holder removed it after we opened it
			continue
		}
		lock := &Lock{file}
		if err := lock.sign(holder); err != nil {
			return nil, errors.Join(err, lock.Release())
		}
		return lock, nil
	}
}

// isAt reports whether the path still names the open file.
func isAt(file *os.File, path string) bool {
	opened, err1 := file.Stat()
	named, err2 := os.Stat(path)
	return err1 == nil && err2 == nil && os.SameFile(opened, named)
}

// sign writes into the file who has the lock.
func (l *Lock) sign(holder any) error {
	text, err := json.Marshal(holder)
	if err == nil {
		err = l.file.Truncate(0) // of what a killed holder left
	}
	if err == nil {
		_, err = l.file.WriteAt(append(text, '\n'), 0)
	}
	return err
}

func readHolder(file *os.File) json.RawMessage {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, 1<<20))
	if err != nil || !json.Valid(text) {
		return nil
	}
	return text
}

// Release removes the file and frees the lock.
func (l *Lock) Release() error {
	os.Remove(l.file.Name()) // a file that stays does no harm
	return l.file.Close()
}

// HostName returns the name of this machine for people who look for a holder.
func HostName() string {
	host, err := os.Hostname()
	if err != nil {
		return "this machine"
	}
	return host
}
