package api

import (
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// MaxWait is how long a request may wait for something to come.
const MaxWait = time.Minute

// A Worker is a [scheduler.WorkerInfo].
type Worker struct {
	ID       string   `json:"id" minLength:"1" doc:"Of its own making; the same after a restart if it is to find its attempts again"`
	Host     string   `json:"host,omitempty"`
	Programs []string `json:"programs,omitempty" doc:"Whose tasks it can run"`
	Slots    int      `json:"slots,omitempty" doc:"How many attempts it runs at a time"`
	Draining bool     `json:"draining,omitempty" doc:"It takes no more work, and has no other attempts than those that it tells to be alive"`
	Load     *Load    `json:"load,omitempty" doc:"How busy its machine is. Where it is left out, what was told before stays"`
}

// WorkerOf returns a worker as it is sent.
func WorkerOf(w *scheduler.WorkerInfo) Worker {
	return Worker{w.ID, w.Host, w.Programs, w.Slots, w.Draining, (*Load)(w.Load)}
}

// Scheduler returns the worker.
func (w *Worker) Scheduler() scheduler.WorkerInfo {
	return scheduler.WorkerInfo{ID: w.ID, Host: w.Host, Programs: w.Programs, Slots: w.Slots, Draining: w.Draining, Load: (*scheduler.Load)(w.Load)}
}

// An Ask is a [scheduler.Ask].
type Ask struct {
	Worker Worker  `json:"worker"`
	Holds  []int64 `json:"holds,omitempty" doc:"Fences of the attempts that the worker knows to be its own"`
	Wait   float64 `json:"wait,omitempty" minimum:"0" maximum:"60" doc:"Seconds to wait for an attempt"`
}

// Scheduler returns the request for work.
func (a *Ask) Scheduler() *scheduler.Ask {
	return &scheduler.Ask{Worker: a.Worker.Scheduler(), Holds: a.Holds}
}

// An Assignment is a [scheduler.Assignment].
type Assignment struct {
	Fence    int64    `json:"fence" doc:"The number of the attempt, greater than all before it"`
	Number   int      `json:"number" doc:"Of attempts in a row, from 1"`
	Lease    Duration `json:"lease" doc:"How long the attempt may be silent"`
	Requires []int64  `json:"requires,omitempty" doc:"Keys of the tasks that came first"`
	Task     Spec     `json:"task"`
	Others   []Member `json:"others,omitempty" doc:"Tasks that the same process is to make"`
}

// A Member is a [scheduler.Member].
type Member struct {
	Fence    int64   `json:"fence" doc:"Of the attempt at it; its process is known by that of the assignment"`
	Number   int     `json:"number" doc:"Of attempts in a row, from 1"`
	Requires []int64 `json:"requires,omitempty" doc:"Keys of the tasks that came first"`
	Task     Spec    `json:"task"`
}

// AssignmentOf returns an assignment as it is sent.
func AssignmentOf(a *scheduler.Assignment) Assignment {
	sent := Assignment{Fence: a.Fence, Number: a.Number, Lease: Duration(a.Lease), Requires: a.Task.Requires, Task: SpecOf(&a.Task)}
	for i := range a.Others {
		m := &a.Others[i]
		sent.Others = append(sent.Others, Member{m.Fence, m.Number, m.Task.Requires, SpecOf(&m.Task)})
	}
	return sent
}

// Scheduler returns the assignment.
func (a *Assignment) Scheduler() *scheduler.Assignment {
	spec := a.Task.Store()
	spec.Requires = a.Requires
	assignment := &scheduler.Assignment{Fence: a.Fence, Number: a.Number, Lease: time.Duration(a.Lease), Task: spec}
	for i := range a.Others {
		m := &a.Others[i]
		spec := m.Task.Store()
		spec.Requires = m.Requires
		assignment.Others = append(assignment.Others, scheduler.Member{Fence: m.Fence, Number: m.Number, Task: spec})
	}
	return assignment
}

// Beats are signs of life of a worker's attempts.
type Beats struct {
	Worker Worker `json:"worker"`
	Beats  []Beat `json:"beats,omitempty"`
}

// A Beat is a [scheduler.Beat].
type Beat struct {
	Fence   int64             `json:"fence"`
	Details map[string]string `json:"details,omitempty" doc:"What the runner tells of it; what was told before stays"`
}

// A Pulse is a [scheduler.Pulse].
type Pulse struct {
	Gone []int64 `json:"gone,omitempty" doc:"Fences of attempts that are none any more: their processes should end"`
	Kill []Kill  `json:"kill,omitempty" doc:"Attempts whose end somebody wants"`
}

// A Kill is an attempt that somebody wants ended.
type Kill struct {
	Fence  int64  `json:"fence"`
	Reason string `json:"reason" doc:"Who wants it"`
}

// PulseOf returns a pulse as it is sent.
func PulseOf(p *scheduler.Pulse) Pulse {
	sent := Pulse{Gone: p.Gone}
	for fence, reason := range p.Kill {
		sent.Kill = append(sent.Kill, Kill{fence, reason})
	}
	return sent
}

// Scheduler returns the pulse.
func (p *Pulse) Scheduler() scheduler.Pulse {
	pulse := scheduler.Pulse{Gone: p.Gone}
	if len(p.Kill) > 0 {
		pulse.Kill = make(map[int64]string, len(p.Kill))
		for _, k := range p.Kill {
			pulse.Kill[k.Fence] = k.Reason
		}
	}
	return pulse
}

// A Grant is a [scheduler.Grant].
type Grant struct {
	For Duration `json:"for" doc:"How long the attempt may commit, from when it asked"`
}

// An End is a [scheduler.End] without the fence.
type End struct {
	Outcome   store.Outcome     `json:"outcome" enum:"succeeded,failed,timed out,interrupted,killed"`
	Exit      int               `json:"exit,omitempty" doc:"Status of the process"`
	Error     string            `json:"error,omitempty" doc:"What went wrong"`
	Details   map[string]string `json:"details,omitempty" doc:"What the runner tells of it"`
	Permanent bool              `json:"permanent,omitempty" doc:"Trying again is of no use"`
	Members   []MemberEnd       `json:"members,omitempty" doc:"Of a batch: the ends of tasks that are known to differ, or to be their own"`
}

// A MemberEnd is a [scheduler.MemberEnd].
type MemberEnd struct {
	Fence     int64         `json:"fence" doc:"Of the attempt at the task"`
	Outcome   store.Outcome `json:"outcome" enum:"succeeded,failed"`
	Error     string        `json:"error,omitempty" doc:"What went wrong"`
	Permanent bool          `json:"permanent,omitempty" doc:"Trying again is of no use"`
}

// EndOf returns an end as it is sent.
func EndOf(e *scheduler.End) End {
	sent := End{Outcome: e.Outcome, Exit: e.Exit, Error: e.Error, Details: e.Details, Permanent: e.Permanent}
	for _, m := range e.Members {
		sent.Members = append(sent.Members, MemberEnd(m))
	}
	return sent
}

// Scheduler returns the end of an attempt.
func (e *End) Scheduler(fence int64) *scheduler.End {
	end := &scheduler.End{Fence: fence, Outcome: e.Outcome, Exit: e.Exit, Error: e.Error, Details: e.Details, Permanent: e.Permanent}
	for _, m := range e.Members {
		end.Members = append(end.Members, scheduler.MemberEnd(m))
	}
	return end
}

// An Await is a request to wait for tasks.
type Await struct {
	IDs  []string `json:"ids" nullable:"false" doc:"Of tasks that were submitted"`
	Wait float64  `json:"wait,omitempty" minimum:"0" maximum:"60" doc:"Seconds to wait for them; the attempt goes on waiting when they are over, and asks again"`
}

// Answers is what became of the tasks that an attempt has waited for.
type Answers struct {
	Answers []Answer `json:"answers"`
}

// An Answer is a [scheduler.Answer].
type Answer struct {
	ID    string      `json:"id"`
	State store.State `json:"state"`
	Error string      `json:"error,omitempty" doc:"Of the last attempt that failed"`
}

// AnswersOf returns answers as they are sent.
func AnswersOf(answers []scheduler.Answer) Answers {
	sent := Answers{make([]Answer, len(answers))}
	for i, a := range answers {
		sent.Answers[i] = Answer(a)
	}
	return sent
}

// Scheduler returns the answers.
func (a *Answers) Scheduler() []scheduler.Answer {
	var answers []scheduler.Answer
	for _, one := range a.Answers {
		answers = append(answers, scheduler.Answer(one))
	}
	return answers
}
