package api

import (
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// An Explanation is a [scheduler.Explanation].
type Explanation struct {
	Task     Task     `json:"task"`
	Priority int      `json:"priority,omitempty" doc:"With what it has from tasks that wait for it"`
	Attempt  *Attempt `json:"attempt,omitempty" doc:"The one under way"`
	Reasons  []Reason `json:"reasons" doc:"What keeps it from going on"`
}

// Why is an explanation without the task.
type Why struct {
	ID      string      `json:"id"`
	State   store.State `json:"state"`
	Reasons []Reason    `json:"reasons"`
}

// A Reason is a [scheduler.Reason].
type Reason struct {
	Kind     scheduler.ReasonKind `json:"kind"`
	Text     string               `json:"text" doc:"For people"`
	Task     string               `json:"task,omitempty" doc:"ID of the task to blame"`
	Resource string               `json:"resource,omitempty" doc:"That it lacks"`
	Hold     string               `json:"hold,omitempty" doc:"Name of the hold that keeps it"`
	Until    time.Time            `json:"until,omitzero"`
}

// ExplanationOf returns an explanation as it is sent.
func ExplanationOf(e *scheduler.Explanation) Explanation {
	sent := Explanation{Task: TaskOf(&e.Task), Priority: e.Priority, Reasons: make([]Reason, len(e.Reasons))}
	for i, r := range e.Reasons {
		sent.Reasons[i] = Reason(r)
	}
	if e.Attempt != nil {
		attempt := AttemptOf(e.Attempt)
		sent.Attempt = &attempt
	}
	return sent
}

// Scheduler returns the explanation.
func (e *Explanation) Scheduler() scheduler.Explanation {
	explanation := scheduler.Explanation{Task: e.Task.Store(), Priority: e.Priority}
	for _, r := range e.Reasons {
		explanation.Reasons = append(explanation.Reasons, scheduler.Reason(r))
	}
	if e.Attempt != nil {
		attempt := e.Attempt.Store()
		explanation.Attempt = &attempt
	}
	return explanation
}
