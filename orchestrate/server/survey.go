package server

import (
	"context"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
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
	var answer backfill.Answer
	state, why, err := s.answerOf(ctx, backfill.SurveyID(in.Name), backfill.SurveyDetail, &answer)
	if err != nil {
		return nil, err
	}
	state, why = settledBy(state, why, answer.Error, answer.Survey != nil)
	return &body[api.SurveyStatus]{api.SurveyStatus{State: backfill.SurveyState(state), Survey: answer.Survey, Why: why}}, nil
}
