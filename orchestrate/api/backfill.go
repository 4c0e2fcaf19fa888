package api

import (
	"time"

	"github.com/gomr/gomr/orchestrate/backfill"
)

// A NewBackfill is a [backfill.Definition]. Who asks is known from the token.
type NewBackfill struct {
	Request  string   `json:"request,omitempty" doc:"Names the request: a second one of that name changes nothing and gets the same backfill"`
	Program  string   `json:"program" minLength:"1" doc:"That has the task"`
	Family   string   `json:"family" minLength:"1" doc:"Of the task"`
	Flags    []string `json:"flags,omitempty" doc:"Of its other parameters, each as --name=value"`
	Param    string   `json:"param" minLength:"1" doc:"The parameter whose values the labels are"`
	Labels   []string `json:"labels" nullable:"false" minItems:"1" maxItems:"100000" doc:"In the order in which they are launched"`
	Cap      int      `json:"cap" minimum:"1" doc:"How many labels are under way at most"`
	Priority int      `json:"priority,omitempty" doc:"Is added to that of each task"`

	All        bool     `json:"all,omitempty" doc:"Make outputs of labels again that exist: each is moved to the trash when it is its turn"`
	Downstream bool     `json:"downstream,omitempty" doc:"Make those again, too, that depend on the labels"`
	Keep       Duration `json:"keep,omitzero" doc:"How long the trash keeps them; zero is a week"`
}

// NewBackfillOf returns a definition as it is sent.
func NewBackfillOf(d *backfill.Definition) NewBackfill {
	return NewBackfill{
		Request: d.Request, Program: d.Program, Family: d.Family, Flags: d.Flags, Param: d.Param, Labels: d.Labels,
		Cap: d.Cap, Priority: d.Priority, All: d.All, Downstream: d.Downstream, Keep: Duration(d.Keep),
	}
}

// Definition returns the definition of somebody.
func (n *NewBackfill) Definition(by string) *backfill.Definition {
	return &backfill.Definition{
		Request: n.Request, Program: n.Program, Family: n.Family, Flags: n.Flags, Param: n.Param, Labels: n.Labels,
		Cap: n.Cap, Priority: n.Priority, All: n.All, Downstream: n.Downstream, Keep: time.Duration(n.Keep), By: by,
	}
}

// A Backfill is a [backfill.Status].
type Backfill struct {
	ID       int64          `json:"id"`
	State    backfill.State `json:"state" enum:"running,paused,cancelling,cancelled,ended"`
	Family   string         `json:"family"`
	Flags    []string       `json:"flags,omitempty"`
	Param    string         `json:"param" doc:"The parameter whose values the labels are"`
	First    string         `json:"first" doc:"Label of those in their order"`
	Last     string         `json:"last"`
	Cap      int            `json:"cap" doc:"How many labels are under way at most"`
	Priority int            `json:"priority,omitempty"`
	By       string         `json:"by,omitempty"`

	All        bool `json:"all,omitempty" doc:"Outputs of labels that exist are made again"`
	Downstream bool `json:"downstream,omitempty" doc:"So are those that depend on the labels"`

	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"`

	Labels  int `json:"labels" doc:"How many there are"`
	Waiting int `json:"waiting"`
	Running int `json:"running"`
	Done    int `json:"done"`
	Failed  int `json:"failed"`
	LeftOut int `json:"left_out,omitempty" doc:"Of one that was cancelled"`

	InDownstream int `json:"in_downstream,omitempty" doc:"Labels that are done, while what depends on them is to run again"`

	PerHour float64  `json:"per_hour,omitempty" doc:"Labels that end in an hour; left out as long as that is not known"`
	Left    Duration `json:"left,omitzero" doc:"How long the rest takes; left out as long as that is not known"`
}

// BackfillOf returns a status as it is sent.
func BackfillOf(s *backfill.Status) Backfill {
	return Backfill{
		ID: s.ID, State: s.State, Family: s.Family, Flags: s.Flags, Param: s.Param, First: s.First, Last: s.Last,
		Cap: s.Cap, Priority: s.Priority, By: s.By, All: s.All, Downstream: s.Downstream, Started: s.Started, Ended: s.Ended,
		Labels: s.Labels, Waiting: s.Waiting, Running: s.Running, Done: s.Done, Failed: s.Failed, LeftOut: s.LeftOut,
		InDownstream: s.InDownstream,
		PerHour:      s.PerHour, Left: Duration(s.Left),
	}
}

// Status returns the status.
func (b *Backfill) Status() backfill.Status {
	return backfill.Status{
		ID: b.ID, State: b.State, Family: b.Family, Flags: b.Flags, Param: b.Param, First: b.First, Last: b.Last,
		Cap: b.Cap, Priority: b.Priority, By: b.By, All: b.All, Downstream: b.Downstream, Started: b.Started, Ended: b.Ended,
		Labels: b.Labels, Waiting: b.Waiting, Running: b.Running, Done: b.Done, Failed: b.Failed, LeftOut: b.LeftOut,
		InDownstream: b.InDownstream,
		PerHour:      b.PerHour, Left: time.Duration(b.Left),
	}
}

// Backfills are backfills, the newest first.
type Backfills struct {
	Backfills []Backfill `json:"backfills"`
}

// A BackfillLabel is a [backfill.Label].
type BackfillLabel struct {
	Label string              `json:"label"`
	State backfill.LabelState `json:"state" enum:"waiting,running,downstream,done,failed,left out"`
	Run   int64               `json:"run,omitempty" doc:"Key of the run of its tasks, of one that is under way or has failed"`
	Why   string              `json:"why,omitempty" doc:"It has failed, or is not further, as far as it is known"`
}

// A BackfillDetails is a backfill with its labels in their order.
type BackfillDetails struct {
	Backfill Backfill        `json:"backfill"`
	Labels   []BackfillLabel `json:"labels"`
}

// BackfillDetailsOf returns a backfill as it is sent.
func BackfillDetailsOf(s *backfill.Status, labels []backfill.Label) BackfillDetails {
	sent := BackfillDetails{BackfillOf(s), make([]BackfillLabel, len(labels))}
	for i, l := range labels {
		sent.Labels[i] = BackfillLabel(l)
	}
	return sent
}

// Details returns the backfill and its labels.
func (d *BackfillDetails) Details() (backfill.Status, []backfill.Label) {
	labels := make([]backfill.Label, len(d.Labels))
	for i, l := range d.Labels {
		labels[i] = backfill.Label(l)
	}
	return d.Backfill.Status(), labels
}

// A BackfillChange is a request about a backfill.
type BackfillChange struct {
	ID   int64  `json:"id" minimum:"1"`
	Note string `json:"note,omitempty" doc:"Why, for the history"`
}

// A BackfillCancel is a request for the end of a backfill.
type BackfillCancel struct {
	ID   int64  `json:"id" minimum:"1"`
	Kill bool   `json:"kill,omitempty" doc:"End what is under way, too"`
	Note string `json:"note,omitempty" doc:"Why, for the history"`
}

// A NewSurvey is a [backfill.Question]. Who asks is known from the token.
type NewSurvey struct {
	Program string   `json:"program" minLength:"1" doc:"That has the task"`
	Family  string   `json:"family" minLength:"1" doc:"Of the task"`
	Flags   []string `json:"flags,omitempty" doc:"Of its other parameters, each as --name=value"`
	Param   string   `json:"param,omitempty" doc:"The parameter whose values the labels are; beside a list of them it may be left out, and is the only date or interval then"`
	Row     string   `json:"row,omitempty" doc:"Of its values, such as 2014-06-01..2014-06-30, or 2014-06-01..2014-06-29/2 for every second"`
	Labels  []string `json:"labels,omitempty" maxItems:"100000" doc:"Its values, in the place of a row"`

	Which      backfill.Which `json:"which,omitempty" enum:"missing,failed,all" default:"missing" doc:"The labels that are run: those without an output, those of them whose task has failed, or all"`
	Downstream bool           `json:"downstream,omitempty" doc:"Outputs that depend on the labels are made again, too"`
	Order      string         `json:"order,omitempty" enum:"oldest,newest" default:"oldest" doc:"Which labels of a row are launched first"`
}

// Question returns the question of somebody.
func (n *NewSurvey) Question(name, by string) *backfill.Question {
	return &backfill.Question{
		Name: name, Program: n.Program, By: by, Family: n.Family, Flags: n.Flags, Param: n.Param, Row: n.Row, Labels: n.Labels,
		Which: n.Which, Downstream: n.Downstream, Newest: n.Order == "newest",
	}
}

// A SurveyName names a survey that was asked for.
type SurveyName struct {
	Name string `json:"name"`
	Task string `json:"task" doc:"ID of the task that makes it"`
}

// A SurveyStatus is how far a survey is.
type SurveyStatus struct {
	State  backfill.SurveyState `json:"state" enum:"waiting,done,failed" doc:"Waiting is that no worker has made it yet"`
	Survey *backfill.Survey     `json:"survey,omitempty" doc:"Of one that is done"`
	Why    string               `json:"why,omitempty" doc:"It has failed, or is not further, as far as it is known"`
}
