package sqlite

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gomr/gomr/internal/filelock"
	"github.com/gomr/gomr/orchestrate/store"
)

// A holder is the process that has a database open.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

func (h holder) String() string {
	if h.PID == 0 {
		return "" // it had no time to write
	}
	return fmt.Sprintf("process %d on %s, since %s,", h.PID, h.Host, h.Since.Local().Format(time.DateTime))
}

// A fileLock is a lock that the system frees when the process ends, however it does.
type fileLock struct{ file *os.File }

// lockFile takes the lock without waiting for it.
func lockFile(path string) (*fileLock, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		locked, err := filelock.Try(file)
		if err == nil && !locked {
			err = &store.InUseError{By: readHolder(file).String()}
		}
		if err != nil {
			file.Close()
			return nil, err
		}
		if !isAt(file, path) {
			file.Close() // its holder removed it after we opened it
			continue
		}
		lock := &fileLock{file}
		if err := lock.sign(); err != nil {
			return nil, errors.Join(err, lock.release())
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
func (l *fileLock) sign() error {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	text, err := json.Marshal(holder{os.Getpid(), host, time.Now().Round(0)})
	if err == nil {
		err = l.file.Truncate(0) // of what a killed holder left
	}
	if err == nil {
		_, err = l.file.WriteAt(append(text, '\n'), 0)
	}
	return err
}

func readHolder(file *os.File) (h holder) {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, 1<<16))
	if err != nil || json.Unmarshal(text, &h) != nil {
		return holder{}
	}
	return h
}

// release removes the file and frees the lock.
func (l *fileLock) release() error {
	os.Remove(l.file.Name()) // a file that stays does no harm
	return l.file.Close()
}
