package api

import "time"

// A Condition is how a component does.
type Condition string

// The conditions.
const (
	ComponentOK      Condition = "ok"
	ComponentSlow    Condition = "slow"
	ComponentFailing Condition = "failing"
	ComponentUnused  Condition = "not used"
)

// A Component is a part of a server, or something that it needs.
type Component struct {
	Name     string    `json:"name" doc:"Such as scheduler, database, HDFS, YARN, mail, webhooks, workers, schedules, backfills, deadlines"`
	State    Condition `json:"state" enum:"ok,slow,failing,not used"`
	Detail   string    `json:"detail,omitempty" doc:"What was found, or what is wrong"`
	Mend     string    `json:"mend,omitempty" doc:"What to do about it"`
	LastSeen time.Time `json:"last_seen,omitzero" doc:"When it was last known to be well"`
	Latency  Duration  `json:"latency,omitempty" doc:"How long it took to answer"`
	Looked   time.Time `json:"looked,omitzero" doc:"When the last look at it ended"`
}

// Components are all of a server.
type Components struct {
	Components []Component `json:"components"`
}
