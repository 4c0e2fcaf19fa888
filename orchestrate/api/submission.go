package api

import (
	"github.com/gomr/gomr/orchestrate/scheduler"
)

// A Submission is a [scheduler.Submission]. Who asks is known from the token.
type Submission struct {
	Request string   `json:"request,omitempty" doc:"Names the request: a second one of that name changes nothing and gets the same receipt"`
	Nodes   []Node   `json:"nodes" nullable:"false" doc:"The tasks, each after all that it requires"`
	Roots   []string `json:"roots,omitempty" doc:"IDs of the tasks that are wanted; without any, the nodes are only added"`
	Forgive bool     `json:"forgive,omitempty" doc:"Give tasks that have failed their attempts back"`
}

// A Node is a [scheduler.Node].
type Node struct {
	Spec

	Requires []string `json:"requires,omitempty" doc:"IDs of tasks that stand before it, or are known"`
	Complete bool     `json:"complete,omitempty" doc:"Its output exists"`
}

// A Receipt is a [scheduler.Receipt].
type Receipt struct {
	Run   int64 `json:"run,omitempty" doc:"Its key; left out where there are no roots"`
	Added int   `json:"added" doc:"Tasks that were not known"`
}

// SubmissionOf returns a submission as it is sent.
func SubmissionOf(s *scheduler.Submission) Submission {
	sent := Submission{Request: s.Request, Nodes: make([]Node, len(s.Nodes)), Roots: s.Roots, Forgive: s.Forgive}
	for i := range s.Nodes {
		n := &s.Nodes[i]
		sent.Nodes[i] = Node{Spec: SpecOf(&n.Spec), Requires: n.Requires, Complete: n.Complete}
	}
	return sent
}

// Scheduler returns the submission of somebody.
func (s *Submission) Scheduler(by string) *scheduler.Submission {
	submission := &scheduler.Submission{Request: s.Request, By: by, Nodes: make([]scheduler.Node, len(s.Nodes)), Roots: s.Roots, Forgive: s.Forgive}
	for i := range s.Nodes {
		n := &s.Nodes[i]
		submission.Nodes[i] = scheduler.Node{Spec: n.Spec.Store(), Requires: n.Requires, Complete: n.Complete}
	}
	return submission
}
