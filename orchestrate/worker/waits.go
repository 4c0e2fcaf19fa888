package worker

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// BeginWait notes in the folder of an attempt, which [DirVariable] names, that it waits for other tasks:
// its timeout stands still until end is called. It is for one goroutine at a time.
func BeginWait(dir string) (end func() error, err error) {
	if err := noteWait(dir, waitLine{From: time.Now()}); err != nil {
		return nil, err
	}
	return func() error { return noteWait(dir, waitLine{To: time.Now()}) }, nil
}

// A waitLine is a line of the file: where a wait began, or where it ended.
type waitLine struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

func noteWait(dir string, line waitLine) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(dir, waitsFile), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	return errors.Join(err, file.Close())
}

// waited returns for how long an attempt has waited for other tasks until now. What can't be read is no wait.
func waited(dir string, now time.Time) (total time.Duration) {
	text, err := os.ReadFile(filepath.Join(dir, waitsFile))
	if err != nil {
		return 0 // as a rule it waits for none
	}
	var since time.Time
	for line := range bytes.Lines(text) {
		var l waitLine
		switch err := json.Unmarshal(line, &l); {
		case err != nil:
		case !l.From.IsZero() && since.IsZero():
			since = l.From
		case !l.To.IsZero() && !since.IsZero():
			total += max(0, l.To.Sub(since))
			since = time.Time{}
		}
	}
	if !since.IsZero() {
		total += max(0, now.Sub(since))
	}
	return total
}
