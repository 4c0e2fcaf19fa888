package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/chore"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

func (s *Server) routeChores(r *router) {
	handle(r, operation{method: http.MethodPost, path: "/clears", access: control, summary: "Have a worker move the outputs of tasks to the trash, so that they run again, or tell what it would move"}, s.startClear)
	handle(r, operation{method: http.MethodGet, path: "/clears/{name}", access: look, summary: "Tell what it has moved, or would"}, s.showClear)
	handle(r, operation{method: http.MethodPost, path: "/undos", access: control, summary: "Have a worker bring back what a clear has moved"}, s.startUndo)
	handle(r, operation{method: http.MethodGet, path: "/undos/{name}", access: look, summary: "Tell what it has brought back"}, s.showUndo)
}

// startClear has a worker clear, under a name that nobody else has.
func (s *Server) startClear(ctx context.Context, in *body[api.NewClear]) (*body[api.ChoreName], error) {
	found, err := s.scheduler.Surrounding(ctx, in.Body.Tasks)
	switch {
	case err != nil:
		return nil, err
	case len(found.Unknown) > 0:
		return nil, fmt.Errorf("%s: %w", found.Unknown[0], scheduler.ErrUnknownTask)
	case len(found.Tasks) == 0: // as null, which counts as left out
		return nil, &scheduler.InvalidError{Reason: "tasks: name at least one"}
	}
	asked := &chore.Clear{
		Name: time.Now().UTC().Format("20060102-150405-") + randomName(), Program: found.Tasks[0].Program, By: by(ctx),
		Downstream: in.Body.Downstream, Preview: in.Body.Preview, Note: in.Body.Note,
	}
	for _, t := range found.Tasks {
		if t.Program != asked.Program {
			return nil, &scheduler.InvalidError{Reason: fmt.Sprintf("%s is of another program, %s, than %s: clear those of each program by themselves", t.ID, t.Program, found.Tasks[0].ID)}
		}
		asked.Tasks = append(asked.Tasks, chore.Task{Family: t.Family, Args: t.Args})
	}
	started, err := s.startChore(ctx, asked.Name, asked)
	if err != nil {
		return nil, err
	}
	with := ""
	if asked.Downstream {
		with = ", with what depends on it"
	}
	if asked.Preview {
		s.audit(ctx, "had it looked at what a clear would move"+with, found.Tasks[0].ID, asked.Note)
		return started, nil
	}
	for _, t := range found.Tasks {
		s.audit(ctx, "asked for clear "+asked.Name+with, t.ID, asked.Note)
	}
	return started, nil
}

func (s *Server) startUndo(ctx context.Context, in *body[api.NewUndo]) (*body[api.ChoreName], error) {
	undo := &chore.Undo{Name: randomName(), Program: in.Body.Program, By: by(ctx), ID: in.Body.ID, Replace: in.Body.Replace}
	started, err := s.startChore(ctx, undo.Name, undo)
	if err == nil {
		s.audit(ctx, "asked for undo of clear "+undo.ID, "", "")
	}
	return started, err
}

// startChore asks for the task that does a chore.
func (s *Server) startChore(ctx context.Context, name string, c interface {
	Submission() (*scheduler.Submission, error)
}) (*body[api.ChoreName], error) {
	submission, err := c.Submission()
	if err != nil {
		return nil, err
	}
	if _, err := s.scheduler.Submit(ctx, submission); err != nil {
		return nil, err
	}
	return &body[api.ChoreName]{api.ChoreName{Name: name, Task: submission.Roots[0]}}, nil
}

type ofChore struct {
	Name string `path:"name" maxLength:"100"`
}

func (s *Server) showClear(ctx context.Context, in *ofChore) (*body[api.ClearStatus], error) {
	var answer chore.ClearAnswer
	state, why, err := s.answerOf(ctx, chore.ClearID(in.Name), chore.Detail, &answer)
	if err != nil {
		return nil, err
	}
	state, why = settledBy(state, why, answer.Error, answer.Cleared != nil)
	return &body[api.ClearStatus]{api.ClearStatus{State: state, Cleared: answer.Cleared, Why: why}}, nil
}

func (s *Server) showUndo(ctx context.Context, in *ofChore) (*body[api.UndoStatus], error) {
	var answer chore.UndoAnswer
	state, why, err := s.answerOf(ctx, chore.UndoID(in.Name), chore.Detail, &answer)
	if err != nil {
		return nil, err
	}
	state, why = settledBy(state, why, answer.Error, answer.Undone != nil)
	return &body[api.UndoStatus]{api.UndoStatus{State: state, Undone: answer.Undone, Why: why}}, nil
}

// answerOf reads what the task of an ID, which does something for the server, has left as a detail of its attempt. As long as
// it is not done, and where it has failed, it returns why.
func (s *Server) answerOf(ctx context.Context, id, detail string, answer any) (state chore.State, why string, err error) {
	e, err := s.scheduler.Explain(ctx, id)
	if errors.Is(err, scheduler.ErrUnknownTask) {
		return "", "", api.NewProblem(http.StatusNotFound, api.NotFound, "there is nothing of that name any more: ask again")
	}
	if err != nil {
		return "", "", err
	}
	switch e.Task.State {
	case store.Done:
		return chore.Done, "", s.readDetail(ctx, e.Task.Key, detail, answer)
	case store.Failed, store.Disabled:
		return chore.Failed, e.Task.Error, nil
	}
	if len(e.Reasons) > 0 {
		why = e.Reasons[0].Text
	}
	return chore.Waiting, why, nil
}

// settledBy returns the state of a task that was answered: by why it was refused, by what it was for, or by nothing.
func settledBy(state chore.State, why, refused string, there bool) (chore.State, string) {
	switch {
	case state != chore.Done || there:
		return state, why
	case refused != "":
		return chore.Failed, refused
	}
	return chore.Failed, "no worker has done it: ask again" // somebody has marked its task, or its attempt is forgotten
}

// readDetail reads a detail of the last attempt at a task, if it has that.
func (s *Server) readDetail(ctx context.Context, task int64, detail string, into any) error {
	attempts, err := s.store.Attempts(ctx, store.AttemptQuery{Task: task, Limit: 1})
	if err != nil || len(attempts) == 0 {
		return err
	}
	text, ok := attempts[0].Details[detail]
	if !ok {
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("the answer of attempt %d: %w", attempts[0].Fence, err)
	}
	return nil
}
