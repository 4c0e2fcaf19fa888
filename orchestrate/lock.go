package orchestrate

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gomr/gomr/internal/filelock"
)

// A Holder is the process that runs a task.
type Holder struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Started time.Time `json:"started"` // when it began with the task
	Task    string    `json:"task"`    // the task's ID
}

// An AlreadyRunningError is a task whose lock another run holds, as a rule in another process.
// Its Holder is zero where that had no time to write who it is.
type AlreadyRunningError struct {
	ID     string
	Holder Holder
}

func (e *AlreadyRunningError) Error() string {
	if e.Holder.PID == 0 {
		return "the task runs already in another process"
	}
	return fmt.Sprintf("the task runs already in process %d on %s, since %s",
		e.Holder.PID, e.Holder.Host, e.Holder.Started.Format(time.DateTime))
}

// A taskLock is the lock of a task, held by this process. The system frees it
// when the process ends, however it does.
type taskLock struct{ file *os.File }

// lockTask takes the lock of a task, a file in the folder, without waiting for it.
func lockTask(folder, id string) (*taskLock, error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, fmt.Sprintf("%x.lock", sha256.Sum256([]byte(id))))
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		locked, err := filelock.Try(file)
		if err == nil && !locked {
			err = &AlreadyRunningError{id, readHolder(file)}
		}
		if err != nil {
			file.Close()
			return nil, err
		}
		if !isAt(file, path) {
			file.Close() // its holder removed it after we opened it
			continue
		}
		lock := &taskLock{file}
		if err := lock.sign(id); err != nil {
			lock.release()
			return nil, err
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

// sign writes into the file who holds the lock.
func (l *taskLock) sign(id string) error {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	text, err := json.Marshal(Holder{os.Getpid(), host, time.Now().Round(0), id})
	if err == nil {
		err = l.file.Truncate(0) // of what a killed holder left
	}
	if err == nil {
		_, err = l.file.WriteAt(append(text, '\n'), 0)
	}
	return err
}

func readHolder(file *os.File) (holder Holder) {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, 1<<20))
	if err != nil || json.Unmarshal(text, &holder) != nil {
		return Holder{}
	}
	return holder
}

// release removes the file and frees the lock.
func (l *taskLock) release() {
	os.Remove(l.file.Name())
	l.file.Close()
}
