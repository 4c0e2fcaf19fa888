package server_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

func TestToday(t *testing.T) {
	zone := time.FixedZone("CEST", 2*60*60)
	at := func(day, hour, minute int) time.Time { return time.Date(2014, 6, day, hour, minute, 0, 0, zone) }
	dated := func(label string) scheduler.Node {
		return scheduler.Node{Spec: store.Spec{ID: "T(" + label + ")", Family: "T", Program: "p", Args: []string{"--date=" + label}}}
	}
	labels := []string{
		"2014-05-31", "2014-06-01", "2014-06-02", "2014-06-03", "2014-06-01T22", "2014-06-01T23", "2014-06-02T09", "2014-06-02T10", "2014-06-02T11",
		"2014-W21", "2014-W22", "2014-W23", "2014-05", "2014-07",
	}
	var nodes []scheduler.Node
	for _, label := range labels {
		nodes = append(nodes, dated(label))
	}
	pending := func(n int) map[store.State]int { return map[store.State]int{store.Pending: n} }
	for _, test := range []struct {
		name string
		now  time.Time
		want []api.TodayKind
	}{
		{"a Monday morning", at(2, 10, 30), []api.TodayKind{
			{Kind: "hour", First: "2014-06-01T23", Last: "2014-06-02T10", States: pending(3)},
			{Kind: "day", First: "2014-06-01", Last: "2014-06-02", States: pending(2)},
			{Kind: "week", First: "2014-W22", Last: "2014-W23", States: pending(2)},
		}},
		{"a Tuesday, just after midnight", at(3, 0, 1), []api.TodayKind{
			{Kind: "hour", First: "2014-06-02T23", Last: "2014-06-03T00", States: map[store.State]int{}},
			{Kind: "day", First: "2014-06-02", Last: "2014-06-03", States: pending(2)},
			{Kind: "week", First: "2014-W23", Last: "2014-W23", States: pending(1)},
		}},
		{"the first of a month", at(1, 12, 0), []api.TodayKind{
			{Kind: "hour", First: "2014-05-31T23", Last: "2014-06-01T12", States: map[store.State]int{}},
			{Kind: "day", First: "2014-05-31", Last: "2014-06-01", States: pending(2)},
			{Kind: "week", First: "2014-W22", Last: "2014-W22", States: pending(1)},
			{Kind: "month", First: "2014-05", Last: "2014-06", States: pending(1)},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := start(t, server.Options{Now: func() time.Time { return test.now }})
			w.submit(nodes...)
			var today api.Today
			w.getJSON("/today", &today)
			require.Equal(t, "CEST +02:00", today.Zone)
			require.True(t, today.Since.Equal(time.Date(2014, 6, test.now.Day(), 0, 0, 0, 0, zone)))
			require.Equal(t, test.want, today.Kinds)
		})
	}
}
