package api

import (
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// A Hold is a [scheduler.Hold].
type Hold struct {
	Name   string   `json:"name" minLength:"1" maxLength:"200" doc:"To ask for the same hold again is no error"`
	Tasks  []string `json:"tasks" minItems:"1" doc:"IDs; neither external nor wrappers"`
	Closed bool     `json:"closed,omitempty" doc:"Refuse it where others depend on the tasks"`
	Kill   bool     `json:"kill,omitempty" doc:"Ask for the end of the attempts that are in the way"`
	Note   string   `json:"note,omitempty" doc:"Why, for the history"`
}

// Scheduler returns the hold, as somebody asks for it.
func (h *Hold) Scheduler(by string) *scheduler.Hold {
	return &scheduler.Hold{Name: h.Name, Tasks: h.Tasks, Closed: h.Closed, Kill: h.Kill, By: by, Note: h.Note}
}

// A Release is a [scheduler.Release].
type Release struct {
	Name string   `json:"name" minLength:"1" maxLength:"200"`
	Done []string `json:"done,omitempty" doc:"IDs of the held tasks that are done; the others are to be done"`
	Note string   `json:"note,omitempty" doc:"Why, for the history"`
}

// Scheduler returns the release, as somebody asks for it.
func (r *Release) Scheduler(by string) *scheduler.Release {
	return &scheduler.Release{Name: r.Name, Done: r.Done, By: by, Note: r.Note}
}

// A Held is a [scheduler.Held].
type Held struct {
	Name  string    `json:"name"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Note  string    `json:"note,omitempty"`
	Tasks []int64   `json:"tasks" doc:"Keys"`
}

// Holds are all holds, the oldest first.
type Holds struct {
	Holds []Held `json:"holds"`
}

// A TaskList names tasks.
type TaskList struct {
	Tasks []string `json:"tasks" minItems:"1" doc:"IDs"`
}

// A Surrounding is a [scheduler.Surrounding].
type Surrounding struct {
	Tasks      []Task   `json:"tasks" doc:"Those that were asked for, without the unknown ones"`
	Dependents []Task   `json:"dependents" doc:"Those that depend on them, directly or not, the nearest first"`
	Unknown    []string `json:"unknown,omitempty" doc:"IDs that nobody has submitted"`
}
