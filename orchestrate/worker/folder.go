package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// DirVariable is the environment variable in which a task finds the folder of its attempt.
const DirVariable = "GOMR_ATTEMPT_DIR"

// The files in the folder of an attempt.
const (
	assignmentFile = "assignment.json"
	lockFile       = "lock"
	logFile        = "log"
	keeperLogFile  = "keeper.log"
	detailsFile    = "details"
	waitsFile      = "waits"
	resultFile     = "result.json"
	stopFile       = "stop.json"
	endFile        = "end.json"
)

// A record is what assignment.json says.
type record struct {
	Assignment *scheduler.Assignment `json:"assignment"`
	Started    time.Time             `json:"started"`
	Command    command               `json:"command"`
	Grace      time.Duration         `json:"grace"`   // nanoseconds
	MaxLog     int64                 `json:"max_log"` // bytes
}

type command struct {
	Path string   `json:"path"`
	Args []string `json:"args"`
	Env  []string `json:"env"`
}

// A stop is what stop.json says: why an attempt is to end before its time. The worker writes it
// before it signals the keeper, so that the reason survives the worker.
type stop struct {
	Outcome store.Outcome `json:"outcome"` // empty where nobody wants to know of the end
	Error   string        `json:"error"`
	Grace   time.Duration `json:"grace"` // nanoseconds
}

// An ending is what end.json says.
type ending struct {
	Exit    int       `json:"exit"`
	Signal  int       `json:"signal,omitempty"` // that ended the process
	Error   string    `json:"error,omitempty"`  // why it could not be started
	Stopped bool      `json:"stopped,omitempty"`
	Ended   time.Time `json:"ended"`
}

// A signature is what the keeper writes into the lock of its attempt.
type signature struct {
	Keeper int `json:"keeper"`
	Task   int `json:"task,omitempty"` // that is also the number of its process group
}

// attemptsDir returns the folder with those of the attempts.
func attemptsDir(dir string) string { return filepath.Join(dir, "attempts") }

func attemptDir(dir string, fence int64) string {
	return filepath.Join(attemptsDir(dir), strconv.FormatInt(fence, 10))
}

// writeJSON writes a file that appears whole.
func writeJSON(path string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return writeFile(path, append(text, '\n'))
}

// writeFile puts a file in its place when it is on disk. Two processes, or goroutines, don't write the same one.
func writeFile(path string, text []byte) error {
	temporary := path + ".tmp"
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
	}
	return err
}

// maxJSON is how much of a file is read that a task may have written.
const maxJSON = 1 << 20

// readJSON reads a file. The error tells an absent one, as [fs.ErrNotExist], from one that says nothing.
func readJSON(path string, value any) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxJSON))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, value); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
