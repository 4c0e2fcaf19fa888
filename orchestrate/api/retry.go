package api

// A RetryRun is a request to try again what has failed of a run, which is named by one of key and request.
type RetryRun struct {
	Run     int64  `json:"run,omitempty" minimum:"0" doc:"Its key"`
	Request string `json:"request,omitempty" doc:"The name of its request, in place of the key"`
	Note    string `json:"note,omitempty" doc:"Why, for the history"`
}

// A RetriedRun is what came of it.
type RetriedRun struct {
	Run      int64 `json:"run" doc:"Its key"`
	Forgiven int   `json:"forgiven" doc:"How many tasks had failed or were disabled, and start again"`
}
