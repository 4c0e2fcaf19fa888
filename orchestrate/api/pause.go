package api

// A Pause is a request to start no tasks, or to start them again.
type Pause struct {
	Resources []string `json:"resources,omitempty" doc:"Only those that take one of these; left out is all"`
	Note      string   `json:"note,omitempty" doc:"Why, for the history"`
}

// A Drain is a request to pause, and to wait until no attempt runs.
type Drain struct {
	Note string  `json:"note,omitempty" doc:"Why, for the history"`
	Wait float64 `json:"wait,omitempty" minimum:"0" maximum:"60" doc:"Seconds to wait"`
}

// A Drained tells what is under way after a request to drain.
type Drained struct {
	Running   int  `json:"running" doc:"Attempts that run"`
	Suspended int  `json:"suspended" doc:"Attempts that wait for other tasks, and go on when these are done"`
	Drained   bool `json:"drained" doc:"No attempt runs"`
}
