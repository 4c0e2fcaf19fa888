package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gomr/gomr/orchestrate"
)

// An Edition is for a day. It waits and fails as a [Sheet] of the day's name does.
type Edition struct {
	Dir  string           `param:"dir"`
	Date orchestrate.Date `param:"date"`
}

// Output is a file of the day.
func (e Edition) Output() orchestrate.Target {
	return orchestrate.LocalFile("%s/edition/%s", e.Dir, e.Date)
}

// Retry has it fail at once.
func (Edition) Retry() orchestrate.Retry { return orchestrate.Retry{Attempts: 1} }

// Run does what files say.
func (e Edition) Run(ctx context.Context) error {
	day := Sheet{Dir: e.Dir, Name: e.Date.String()}
	for day.is("wait") {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	if day.is("fail") {
		return fmt.Errorf("no news of %s", e.Date)
	}
	w, err := e.Output().(orchestrate.LocalTarget).Create(ctx)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, day.Name); err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Close()
}
