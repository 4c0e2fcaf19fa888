package orchestrate

import (
	"context"
	"errors"
	"time"

	"github.com/gomr/gomr/mr"
)

// This file holds the API that is still to come.

var errSkeleton = errors.New("orchestrate: not written yet")

// Run does what the plan says.
func (p *Plan) Run(ctx context.Context) (*Summary, error) { return nil, errSkeleton }

// Run plans the tasks and runs what is missing. The summary is never nil; the error
// is nil only if all is complete.
func Run(ctx context.Context, config Config, tasks ...Task) (*Summary, error) {
	return nil, errSkeleton
}

// Require is called in the Run method of a task: it runs what is missing of the tasks and returns then.
func Require(ctx context.Context, tasks ...Task) error { return errSkeleton }

// Report tells from within a Run method how far it is.
func Report(ctx context.Context, progress Progress) {}

// A Summary tells how a run ended.
type Summary struct {
	Tasks []TaskSummary
}

// A TaskSummary tells how a task ended.
type TaskSummary struct {
	ID          string
	Status      Status
	Err         error
	Attempts    int
	Started     time.Time
	Duration    time.Duration
	Counters    []mr.CounterValue
	TrackingURL string
	Rerun       string
}

func (s *Summary) String() string               { return "" }
func (s *Summary) ExitCode() int                { return 0 }
func (s *Summary) Err() error                   { return nil }
func (s *Summary) MarshalJSON() ([]byte, error) { return nil, errSkeleton }
