package sqlite

import (
	"encoding/json"
	"errors"
	"fmt"
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

// lockFile takes the lock of a database without waiting for it.
func lockFile(path string) (*filelock.Lock, error) {
	lock, err := filelock.Take(path, holder{os.Getpid(), filelock.HostName(), time.Now().Round(0)})
	if held := new(filelock.HeldError); errors.As(err, &held) {
		var h holder
		_ = json.Unmarshal(held.Holder, &h) // it may have had no time to write
		return nil, &store.InUseError{By: h.String()}
	}
	return lock, err
}
