package orchestrate

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
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

// lockTask takes the lock of a task, a file in the folder, without waiting for it.
func lockTask(folder, id string) (*filelock.Lock, error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, fmt.Sprintf("%x.lock", sha256.Sum256([]byte(id))))
	lock, err := filelock.Take(path, Holder{os.Getpid(), filelock.HostName(), time.Now().Round(0), id})
	if held := new(filelock.HeldError); errors.As(err, &held) {
		running := &AlreadyRunningError{ID: id}
		_ = json.Unmarshal(held.Holder, &running.Holder) // it may have had no time to write
		return nil, running
	}
	return lock, err
}

// Lock takes the lock of a task in the folder [Config.LockDir], without waiting for it, so that no
// process of this machine runs the task until it is released. The error may be an [*AlreadyRunningError].
func Lock(folder, id string) (release func(), err error) {
	lock, err := lockTask(folder, id)
	if err != nil {
		return nil, err
	}
	return func() { _ = lock.Release() }, nil
}
