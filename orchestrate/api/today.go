package api

import (
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// Today is what the work of a day has come to: the tasks of the partitions that have ended since midnight, or are going
// on. So the daily work of a morning, which is for the day before, is today's.
type Today struct {
	Since time.Time   `json:"since" doc:"The last midnight, in the time zone of the server"`
	Zone  string      `json:"zone" doc:"Of the server, such as CEST +02:00"`
	Kinds []TodayKind `json:"kinds" doc:"Hours and days, and weeks and months where there are tasks of theirs"`
}

// A TodayKind is today's tasks whose partitions are of one kind.
type TodayKind struct {
	Kind   string              `json:"kind" enum:"hour,day,week,month"`
	First  string              `json:"first" doc:"Label of the first partition"`
	Last   string              `json:"last" doc:"Label of the last one, which is going on"`
	States map[store.State]int `json:"states" doc:"Tasks by state, without states that have none"`
}
