package backfill

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// SurveyFamily is the family of the tasks that make surveys. No task of a user has it: those begin with a capital letter.
const SurveyFamily = "survey"

// SurveyDetail is the detail of an attempt that has the survey that it has made, as JSON.
const SurveyDetail = "survey"

// A Which says which of the labels of a row are to be run.
type Which string

// The labels that are run.
const (
	WhichMissing Which = "missing" // those whose output does not exist
	WhichFailed  Which = "failed"  // those of them whose task has failed, or one that it requires
	WhichAll     Which = "all"     // all; outputs that exist are made again
)

// A Question asks the program of a task which labels a backfill would run. A server can't tell that by itself: a worker of
// the program makes an attempt at a small task, which looks, changes nothing, and leaves a [Survey] in its history.
type Question struct {
	Name    string `json:"-"` // tells it from all others
	Program string `json:"-"` // that has the task
	By      string `json:"-"` // who asks

	Family string   `json:"family"`
	Flags  []string `json:"flags,omitempty"`  // of the parameters that all labels share, each as --name=value
	Param  string   `json:"param,omitempty"`  // whose values the labels are; with Labels it may be left open
	Row    string   `json:"row,omitempty"`    // of values, such as 2014-06-01..2014-06-30
	Labels []string `json:"labels,omitempty"` // in the place of a row

	Which      Which `json:"which"`
	Downstream bool  `json:"downstream,omitempty"` // outputs that depend on the labels are made again
	Newest     bool  `json:"newest,omitempty"`     // the last ones of the row first
}

// A Survey tells how far the labels of a backfill are before it is started.
type Survey struct {
	Family   string   `json:"family"`
	Flags    []string `json:"flags,omitempty" doc:"Of the parameters that all labels share"`
	Param    string   `json:"param" doc:"The parameter whose values the labels are"`
	Labels   int      `json:"labels" doc:"How many there are"`
	Complete int      `json:"complete" doc:"How many of them have an output"`
	Failed   int      `json:"failed"`
	UnderWay int      `json:"under_way"`
	ToRun    []string `json:"to_run" doc:"Labels, in the order in which they would be launched"`

	Again      int      `json:"again,omitempty" doc:"How many of those have an output that would go to the trash"`
	Downstream []string `json:"downstream,omitempty" doc:"IDs of the tasks whose outputs would, too"`
}

// A SurveyState is how far a survey is.
type SurveyState string

// The states of a survey.
const (
	SurveyWaiting SurveyState = "waiting" // no worker has made it yet
	SurveyDone    SurveyState = "done"
	SurveyFailed  SurveyState = "failed" // there is none
)

// surveyTimeout is for how long somebody waits for a survey.
const surveyTimeout = 10 * time.Minute

// SurveyID returns the ID of the task that answers the question of a name.
func SurveyID(name string) string { return SurveyFamily + "(" + name + ")" }

// Submission returns the request for the task that answers the question. It is tried again only where its worker was
// lost: what it can't find out is an answer too.
func (q *Question) Submission() (*scheduler.Submission, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	id := SurveyID(q.Name)
	return &scheduler.Submission{
		Request: id, By: q.By, Roots: []string{id},
		Nodes: []scheduler.Node{{Spec: store.Spec{
			ID: id, Family: SurveyFamily, Program: q.Program, Args: []string{string(text)},
			Timeout: surveyTimeout, Retry: store.Retry{Attempts: 2, Delay: time.Second},
		}}},
	}, nil
}

func (q *Question) check() error {
	switch {
	case q.Program == "", q.Family == "":
		return invalid("a survey needs a program and a family")
	case (q.Row == "") == (len(q.Labels) == 0):
		return invalid("a survey needs a row of values or a list of labels, and not both")
	case q.Row != "" && q.Param == "":
		return invalid("a row of values needs the parameter whose values they are")
	case q.Newest && q.Row == "":
		return invalid("the order is that of a row; labels are launched as they stand")
	}
	return nil
}

// ParseQuestion returns the question of which a task has the arguments. It is for the program that answers: the name, the
// program and who asks it does not tell.
func ParseQuestion(args []string) (*Question, error) {
	q := &Question{}
	if len(args) != 1 {
		return nil, fmt.Errorf("%q are no arguments of a survey", args)
	}
	if err := json.Unmarshal([]byte(args[0]), q); err != nil {
		return nil, fmt.Errorf("the arguments of a survey: %w", err)
	}
	return q, nil
}

// An Answer is what became of a question: the survey, or why there is none.
type Answer struct {
	Survey *Survey `json:"survey,omitempty"`
	Error  string  `json:"error,omitempty"`
}
