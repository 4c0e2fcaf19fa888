package server_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/trigger"
)

func TestSchedules(t *testing.T) {
	w := start(t, server.Options{})
	ctx := t.Context()
	report := trigger.Schedule{Name: "report", Time: "0 3 * * *", Zone: "Europe/Berlin", Program: "p", Task: []string{"Report", "--date={date}"}}
	a := &trigger.Application{Schedules: []trigger.Schedule{report}, DryRun: true}
	added := []trigger.ScheduleChange{{Name: "report", Action: trigger.Added}}
	for _, dry := range []bool{true, false} {
		a.DryRun = dry
		changes, err := w.client.ApplySchedules(ctx, a)
		require.NoError(t, err)
		require.Equal(t, added, changes)
	}
	list, err := w.client.Schedules(ctx)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, report, list[0].Schedule)
	require.Len(t, list[0].Next, 1)

	firing, err := w.client.RunSchedule(ctx, "report", "2026-11-25")
	require.NoError(t, err)
	require.Equal(t, "local", firing.By)
	require.Equal(t, []string{"schedule report 2026-11-25", "0", "Report", "--date=2026-11-25"}, w.work().Task.Args)
	require.NoError(t, w.client.PauseSchedule(ctx, "report", "holidays"))
	status, err := w.client.Schedule(ctx, "report")
	require.NoError(t, err)
	require.True(t, status.Paused)
	require.Len(t, status.Next, 5)
	_, offset := status.Next[0].At.Zone()
	require.NotZero(t, offset, "times are in the zone of the schedule")
	require.Equal(t, trigger.Planning, status.Firings[0].State)
	require.WithinDuration(t, time.Now(), status.Firings[0].Fired, generous)
	require.NoError(t, w.client.ResumeSchedule(ctx, "report", ""))
	require.NoError(t, w.client.RemoveSchedule(ctx, "report", ""))

	var did []string
	events, err := w.store.Events(ctx, store.EventQuery{Kind: "audit", Limit: 100})
	require.NoError(t, err)
	for _, e := range events {
		did = append(did, e.Message)
	}
	require.Equal(t, []string{
		"applied schedules: report added", "ran 2026-11-25 of the schedule report", "paused the schedule report: holidays",
		"resumed the schedule report", "removed the schedule report",
	}, did)
}

func TestSchedulesThatAreRefused(t *testing.T) {
	w := start(t, server.Options{})
	ctx := t.Context()
	_, err := w.client.ApplySchedules(ctx, &trigger.Application{Schedules: []trigger.Schedule{{Name: "report", Time: "often", Program: "p", Task: []string{"Report"}}}})
	require.ErrorContains(t, as[*scheduler.InvalidError](t, err), `schedule report: bad time "often"`)
	_, err = w.client.Schedule(ctx, "none")
	require.Equal(t, api.NotFound, as[*api.Problem](t, err).Code)
	require.ErrorContains(t, err, "there is no schedule none; 'schedule ls' has all")

	without, err := server.New(ctx, server.Options{Scheduler: w.scheduler, Store: w.store})
	require.NoError(t, err)
	t.Cleanup(without.Close)
	w.http.Config.Handler = without
	_, err = w.client.Schedules(ctx)
	require.ErrorContains(t, err, "this server has no schedules")
}
