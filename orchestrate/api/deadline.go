package api

import (
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// A Finish is when a task is expected to be done, a forecast.Finish.
type Finish struct {
	P50     time.Time `json:"p50" doc:"As likely before as after"`
	P95     time.Time `json:"p95" doc:"Very likely before"`
	Unknown int       `json:"unknown,omitempty" doc:"Steps on the way that count as taking no time, as none of their family has succeeded yet"`
}

// A Due is a task with a due time, a deadline.Due.
type Due struct {
	ID     string      `json:"id"`
	State  store.State `json:"state"`
	Due    time.Time   `json:"due"`
	Done   time.Time   `json:"done,omitzero" doc:"When it was; left out while it is not"`
	Finish *Finish     `json:"finish,omitempty" doc:"When it is expected; left out when it is done"`
	Slack  Duration    `json:"slack,omitzero" doc:"How long before it is due it is expected at p95, or was done; negative is late"`
	Next   string      `json:"next,omitempty" doc:"ID of the task to look at: the step on the way that is next, or what has failed"`
	NextIs store.State `json:"next_is,omitempty" doc:"Its state"`
	Warned time.Time   `json:"warned,omitzero" doc:"When the event deadline warned came"`
	Missed time.Time   `json:"missed,omitzero" doc:"When the event deadline missed came"`
}

// Dues are tasks with due times.
type Dues struct {
	Due []Due `json:"due" doc:"By due time"`
}

// A Step is a task on the way to another one, a forecast.Step.
type Step struct {
	ID      string      `json:"id"`
	State   store.State `json:"state"`
	Elapsed Duration    `json:"elapsed,omitzero" doc:"Since its attempt started"`
	P50     Duration    `json:"p50" doc:"How long its family takes"`
	P95     Duration    `json:"p95"`
	Count   int         `json:"count" doc:"Of how many attempts that is known"`
	Finish  Finish      `json:"finish"`
}

// A Forecast is what is expected of a task, a deadline.Prospect.
type Forecast struct {
	ID      string      `json:"id"`
	State   store.State `json:"state"`
	Due     time.Time   `json:"due,omitzero"`
	Finish  *Finish     `json:"finish,omitempty" doc:"Left out when it is done"`
	Blocked string      `json:"blocked,omitempty" doc:"ID of a task that has to be mended before"`
	Steps   []Step      `json:"steps" doc:"The way to it that takes longest; the task is the last one"`
}

// A Statistic is how long the last attempts at tasks of a family took, a forecast.Summary.
type Statistic struct {
	Family      string    `json:"family"`
	Count       int       `json:"count" doc:"Attempts that succeeded, of which the last hundred count"`
	P50         Duration  `json:"p50"`
	P95         Duration  `json:"p95"`
	Max         Duration  `json:"max"`
	FailureRate float64   `json:"failure_rate" doc:"Share of the attempts in that time that failed, from 0 to 1"`
	Last        time.Time `json:"last,omitzero" doc:"When the last one succeeded"`
}

// Statistics are those of families.
type Statistics struct {
	Families []Statistic `json:"families" doc:"By name"`
}

// An Acceptance says whether the output of a task is accepted whatever its checks say.
type Acceptance struct {
	Accepted bool      `json:"accepted"`
	By       string    `json:"by,omitempty" doc:"Who accepts it"`
	At       time.Time `json:"at,omitzero"`
}
