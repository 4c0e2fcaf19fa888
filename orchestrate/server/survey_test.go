package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// june asks for the days of a month.
var june = api.NewSurvey{Program: "p", Family: "Count", Flags: []string{"--top=3"}, Param: "date", Row: "2014-06-01..2014-06-30", Which: backfill.WhichFailed}

// TestSurvey: a worker of the program gets the question, and its answer is shown, whichever it is.
func TestSurvey(t *testing.T) {
	for _, test := range []struct {
		name    string
		outcome store.Outcome
		details map[string]string
		want    api.SurveyStatus
	}{
		{
			"there is one", store.Succeeded, map[string]string{backfill.SurveyDetail: `{"survey": {"family": "Count", "labels": 30, "to_run": ["2014-06-02"]}}`},
			api.SurveyStatus{State: backfill.SurveyDone, Survey: &backfill.Survey{Family: "Count", Labels: 30, ToRun: []string{"2014-06-02"}}},
		},
		{
			"there is none", store.Succeeded, map[string]string{backfill.SurveyDetail: `{"error": "no task is called Count"}`},
			api.SurveyStatus{State: backfill.SurveyFailed, Why: "no task is called Count"},
		},
		{"nothing was left", store.Succeeded, nil, api.SurveyStatus{State: backfill.SurveyFailed, Why: "no worker has done it: ask again"}},
		{"it is made again", store.Interrupted, nil, api.SurveyStatus{State: backfill.SurveyWaiting}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := start(t, server.Options{})
			name, err := w.client.StartSurvey(t.Context(), june)
			require.NoError(t, err)
			status, err := w.client.ShowSurvey(t.Context(), name)
			require.NoError(t, err)
			require.Equal(t, backfill.SurveyWaiting, status.State)

			got := w.work()
			require.Equal(t, backfill.SurveyID(name), got.Task.ID)
			question, err := backfill.ParseQuestion(got.Task.Args)
			require.NoError(t, err)
			require.Equal(t, &backfill.Question{Family: "Count", Flags: june.Flags, Param: "date", Row: june.Row, Which: backfill.WhichFailed}, question)
			status, err = w.client.ShowSurvey(t.Context(), name)
			require.NoError(t, err)
			require.Contains(t, status.Why, "it runs on me")

			require.NoError(t, w.client.End(t.Context(), &scheduler.End{Fence: got.Fence, Outcome: test.outcome, Details: test.details}))
			status, err = w.client.ShowSurvey(t.Context(), name)
			require.NoError(t, err)
			if status.State == backfill.SurveyWaiting {
				status.Why = "" // it tells until when
			}
			require.Equal(t, test.want, status)
		})
	}
}

func TestSurveyThatCanNotBe(t *testing.T) {
	w := start(t, server.Options{})
	for name, asked := range map[string]api.NewSurvey{
		"no labels":              {Program: "p", Family: "Count", Param: "date"},
		"a row and a list":       {Program: "p", Family: "Count", Param: "date", Row: "1..2", Labels: []string{"1"}},
		"a row of no parameter":  {Program: "p", Family: "Count", Row: "1..2"},
		"a list with an order":   {Program: "p", Family: "Count", Labels: []string{"1"}, Order: "newest"},
		"labels that nobody has": {Program: "p", Family: "Count", Labels: []string{"1"}, Which: "some"},
	} {
		_, err := w.client.StartSurvey(t.Context(), asked)
		require.Error(t, err, name)
	}
	_, err := w.client.ShowSurvey(t.Context(), "nobody's")
	require.Equal(t, api.NotFound, as[*api.Problem](t, err).Code)
	page, err := w.client.Tasks(t.Context(), scheduler.TaskFilter{})
	require.NoError(t, err)
	require.Empty(t, page.Tasks, "nobody is asked")
}
