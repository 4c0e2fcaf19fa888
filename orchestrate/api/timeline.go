package api

import (
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// A Timeline is when the tasks of a run, or a task and all that it requires, waited and ran.
type Timeline struct {
	Run   *Run           `json:"run,omitempty" doc:"The run that was asked for"`
	Now   time.Time      `json:"now" doc:"When that was so: what is under way ends then"`
	Begin time.Time      `json:"begin,omitzero" doc:"When the run was asked for; of a task, when the first step of the critical path began. Left out where nothing has begun"`
	End   time.Time      `json:"end,omitzero" doc:"When the task ended that ended last"`
	Took  Duration       `json:"took,omitzero" doc:"From the beginning to the end: what the steps of the critical path waited and ran"`
	Wait  Duration       `json:"waited,omitzero" doc:"How long nothing of the critical path ran"`
	Ran   Duration       `json:"ran,omitzero" doc:"How long the steps of the critical path ran"`
	Tasks []TimelineTask `json:"tasks" doc:"By when they began; those that have yet to begin are the last"`
	Path  []TimelineStep `json:"path" doc:"The critical path, its first step first: before the task that ended last, the requirement that ended last, and so on"`
	Total int            `json:"total" doc:"How many tasks there are; where not all are sent, those are that took longest or began last"`

	Finish  *Finish `json:"finish,omitempty" doc:"When all that was asked for is expected to be done; left out where it is, or won't go on by itself"`
	Blocked string  `json:"blocked,omitempty" doc:"ID of a task that has to be mended before"`
}

// A TimelineTask is a task with its attempt: the last one, or the one of the time of the run.
type TimelineTask struct {
	Key      int64         `json:"key"`
	ID       string        `json:"id"`
	Family   string        `json:"family,omitempty"`
	State    store.State   `json:"state"`
	Requires []int64       `json:"requires,omitempty" doc:"Keys of tasks that are sent, too"`
	Critical bool          `json:"critical,omitempty" doc:"It is on the critical path"`
	Ready    time.Time     `json:"ready,omitzero" doc:"When all that it requires was there, so that it could begin"`
	Started  time.Time     `json:"started,omitzero" doc:"Left out where it has not begun. What had no work, such as a wrapper, began and ended when it was done"`
	Ended    time.Time     `json:"ended,omitzero" doc:"Left out while it is under way"`
	Fence    int64         `json:"fence,omitempty" doc:"Of the attempt"`
	Number   int           `json:"number,omitempty" doc:"Of the attempt, of those in a row, from 1"`
	Outcome  store.Outcome `json:"outcome,omitempty" doc:"Of the attempt"`
	Worker   string        `json:"worker,omitempty"`
}

// A TimelineStep is a task on the critical path.
type TimelineStep struct {
	Key    int64    `json:"key"`
	ID     string   `json:"id"`
	Waited Duration `json:"waited" doc:"Since the step before ended, or since the beginning"`
	Ran    Duration `json:"ran"`
}
