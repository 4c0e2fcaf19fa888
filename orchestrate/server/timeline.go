package server

import (
	"context"
	"net/http"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/deadline"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/timeline"
)

// mostBars is how many tasks of a timeline are sent.
const mostBars = 2000

func (s *Server) routeTimeline(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/timeline", access: look, summary: "Tell when the tasks of a run ran, or what a task required, and the critical path"}, s.timeline)
}

type timelineInput struct {
	Run  int64  `query:"run" minimum:"0" doc:"Key of a run: what was asked for, and all that it requires"`
	Task string `query:"task" doc:"ID of a task, in place of a run: it and all that it requires"`
}

func (s *Server) timeline(ctx context.Context, in *timelineInput) (*body[api.Timeline], error) {
	if (in.Run == 0) == (in.Task == "") {
		return nil, &scheduler.InvalidError{Reason: "name a run by its key, or a task by its ID"}
	}
	done, err := s.pictures.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	look := &timelineLook{out: api.Timeline{Now: s.options.Now().UTC()}}
	if err := s.readTimeline(ctx, in, look); err != nil {
		return nil, err
	}
	look.write()
	return &body[api.Timeline]{look.out}, nil
}

// A timelineLook is what is read for a timeline.
type timelineLook struct {
	run      store.Run // zero where it is of a task
	tasks    []scheduler.GraphTask
	attempts map[int64]*store.Attempt // by the keys of their tasks
	out      api.Timeline
}

func (s *Server) readTimeline(ctx context.Context, in *timelineInput, look *timelineLook) error {
	if in.Run != 0 {
		status, err := s.scheduler.RunStatus(ctx, in.Run)
		if err != nil {
			return err
		}
		look.run = status.Run
		sent := api.RunOf(&look.run)
		look.out.Run = &sent
	}
	var err error
	if look.tasks, err = s.scheduler.Graph(ctx, scheduler.GraphQuery{Root: in.Task, Run: in.Run}); err != nil {
		return err
	}
	wanted := look.run.Roots
	keys := make([]int64, len(look.tasks))
	for i := range look.tasks {
		t := &look.tasks[i]
		keys[i] = t.Key
		if in.Run == 0 && t.ID == in.Task {
			wanted = []int64{t.Key}
		}
	}
	found, err := s.store.LastAttempts(ctx, keys, look.run.Ended)
	if err != nil {
		return err
	}
	look.attempts = make(map[int64]*store.Attempt, len(found))
	for i := range found {
		if !look.after(found[i].Started) {
			look.attempts[found[i].Task] = &found[i]
		}
	}
	if !look.run.Ended.IsZero() {
		return nil
	}
	expected, err := s.deadlines.ForecastAll(ctx, wanted)
	look.expect(&expected)
	return err
}

// expect has what is expected sent.
func (l *timelineLook) expect(p *deadline.Prospect) {
	l.out.Finish, l.out.Blocked = finishOf(&p.Finish), p.Blocked
	if p.Blocked != "" {
		l.out.Finish = nil
	}
}

// after tells whether something is of a time in which the run was over. One that has failed is over as soon as
// that is certain, and others of its tasks go on.
func (l *timelineLook) after(at time.Time) bool {
	return l.run.Outcome == store.Done && at.After(l.run.Ended)
}

// task returns what a timeline knows of a task.
func (l *timelineLook) task(t *scheduler.GraphTask) timeline.Task {
	one := timeline.Task{Key: t.Key, Requires: t.Requires}
	if a := l.attempts[t.Key]; a != nil {
		one.Started, one.Ended = a.Started, a.Ended
	} else if t.State == store.Done && !l.after(t.Changed) {
		one.Started, one.Ended = t.Changed, t.Changed
	}
	return one
}

// write makes the answer.
func (l *timelineLook) write() {
	tasks := make([]timeline.Task, len(l.tasks))
	byKey := make(map[int64]*scheduler.GraphTask, len(l.tasks))
	for i := range l.tasks {
		tasks[i] = l.task(&l.tasks[i])
		byKey[tasks[i].Key] = &l.tasks[i]
	}
	t := timeline.Of(l.run.At, l.out.Now, tasks)
	out := &l.out
	out.Begin, out.End, out.Total = t.Begin, t.End, len(tasks)
	out.Took, out.Wait, out.Ran = api.Duration(t.End.Sub(t.Begin)), api.Duration(t.Waited()), api.Duration(t.Ran())
	out.Path = make([]api.TimelineStep, len(t.Path))
	for i, step := range t.Path {
		out.Path[i] = api.TimelineStep{Key: step.Key, ID: byKey[step.Key].ID, Waited: api.Duration(step.Waited), Ran: api.Duration(step.Ran)}
	}
	bars := t.Most(mostBars)
	shown := make(map[int64]bool, len(bars))
	for i := range bars {
		shown[bars[i].Key] = true
	}
	out.Tasks = make([]api.TimelineTask, len(bars))
	for i := range bars {
		out.Tasks[i] = l.sent(&bars[i], byKey[bars[i].Key], shown)
	}
}

// sent returns a task as it is sent.
func (l *timelineLook) sent(bar *timeline.Bar, t *scheduler.GraphTask, shown map[int64]bool) api.TimelineTask {
	out := api.TimelineTask{
		Key: t.Key, ID: t.ID, Family: t.Family, State: t.State, Critical: bar.Critical,
		Ready: bar.Ready, Started: bar.Started, Ended: bar.Ended,
	}
	for _, key := range t.Requires {
		if shown[key] {
			out.Requires = append(out.Requires, key)
		}
	}
	if a := l.attempts[t.Key]; a != nil {
		out.Fence, out.Number, out.Outcome, out.Worker = a.Fence, a.Number, a.Outcome, a.Worker
	}
	return out
}
