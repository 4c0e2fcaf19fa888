package main

import (
	"context"
	"time"

	"github.com/gomr/gomr/orchestrate"
)

// An Edition is what is printed on a day. It waits and fails as a sheet does that is named for the day.
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

// Due is when the day is over: long ago, or not for a while.
func (e Edition) Due() time.Time { return e.Date.Next().In(time.UTC) }

// Run prints it.
func (e Edition) Run(ctx context.Context) error {
	return Sheet{Dir: e.Dir, Name: e.Date.String()}.press(ctx, e.Output().(orchestrate.LocalTarget))
}
