package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// startSurvey has a worker look, under a name that nobody else has.
func (s *Server) startSurvey(ctx context.Context, in *body[api.NewSurvey]) (*body[api.SurveyName], error) {
	question := in.Body.Question(randomName(), by(ctx))
	submission, err := question.Submission()
	if err != nil {
		return nil, err
	}
	if _, err := s.scheduler.Submit(ctx, submission); err != nil {
		return nil, err
	}
	s.audit(ctx, "had the labels of a backfill of "+question.Family+" looked at", "", "")
	return &body[api.SurveyName]{api.SurveyName{Name: question.Name, Task: submission.Roots[0]}}, nil
}

type ofSurvey struct {
	Name string `path:"name" maxLength:"100"`
}

func (s *Server) showSurvey(ctx context.Context, in *ofSurvey) (*body[api.SurveyStatus], error) {
	e, err := s.scheduler.Explain(ctx, backfill.SurveyID(in.Name))
	if errors.Is(err, scheduler.ErrUnknownTask) {
		return nil, api.NewProblem(http.StatusNotFound, api.NotFound, "there is no survey of that name any more: ask again")
	}
	if err != nil {
		return nil, err
	}
	switch e.Task.State {
	case store.Done:
		return s.answeredSurvey(ctx, e.Task.Key)
	case store.Failed, store.Disabled:
		return &body[api.SurveyStatus]{api.SurveyStatus{State: backfill.SurveyFailed, Why: e.Task.Error}}, nil
	default:
		survey := api.SurveyStatus{State: backfill.SurveyWaiting}
		if len(e.Reasons) > 0 {
			survey.Why = e.Reasons[0].Text
		}
		return &body[api.SurveyStatus]{survey}, nil
	}
}

// answeredSurvey returns what the attempt at a survey has found.
func (s *Server) answeredSurvey(ctx context.Context, task int64) (*body[api.SurveyStatus], error) {
	attempts, err := s.store.Attempts(ctx, store.AttemptQuery{Task: task, Limit: 1})
	if err != nil {
		return nil, err
	}
	var answer backfill.Answer
	if len(attempts) > 0 {
		if text, ok := attempts[0].Details[backfill.SurveyDetail]; ok {
			if err := json.Unmarshal([]byte(text), &answer); err != nil {
				return nil, fmt.Errorf("the survey of attempt %d: %w", attempts[0].Fence, err)
			}
		}
	}
	switch {
	case answer.Error != "":
		return &body[api.SurveyStatus]{api.SurveyStatus{State: backfill.SurveyFailed, Why: answer.Error}}, nil
	case answer.Survey == nil: // somebody has marked its task, or its attempt is forgotten
		return &body[api.SurveyStatus]{api.SurveyStatus{State: backfill.SurveyFailed, Why: "no worker has made it: ask again"}}, nil
	}
	return &body[api.SurveyStatus]{api.SurveyStatus{State: backfill.SurveyDone, Survey: answer.Survey}}, nil
}
