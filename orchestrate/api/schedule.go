package api

import "github.com/gomr/gomr/orchestrate/trigger"

// An Application is a request to have schedules as they are written.
type Application struct {
	Schedules []trigger.Schedule `json:"schedules" maxItems:"10000"`
	Prune     []string           `json:"prune,omitempty" doc:"Programs whose other schedules are removed"`
	DryRun    bool               `json:"dry_run,omitempty" doc:"Change nothing, and tell what would be changed"`
}

// Applied are what an application changes, by name.
type Applied struct {
	Changes []trigger.ScheduleChange `json:"changes"`
}

// Schedules are schedules, by name, each with its next time and its last firing.
type Schedules struct {
	Schedules []trigger.ScheduleStatus `json:"schedules"`
}

// A ScheduleNote is a request about a schedule.
type ScheduleNote struct {
	Name string `json:"name" minLength:"1"`
	Note string `json:"note,omitempty" doc:"Why, for the history"`
}

// A ScheduleRun is a request to launch a label now.
type ScheduleRun struct {
	Name  string `json:"name" minLength:"1"`
	Label string `json:"label,omitempty" doc:"Left out is the current one"`
}
