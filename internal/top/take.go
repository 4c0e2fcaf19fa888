package top

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Source is a server that is shown. A client is one.
type Source interface {
	Counts(ctx context.Context) (scheduler.Counts, error)
	Workers(ctx context.Context) ([]scheduler.WorkerStatus, error)
	Resources(ctx context.Context) ([]scheduler.ResourceStatus, error)
	Tasks(ctx context.Context, filter scheduler.TaskFilter) (scheduler.TaskPage, error)
	Due(ctx context.Context) ([]api.Due, error)
	Statistics(ctx context.Context, family string) ([]api.Statistic, error)
	Changes(ctx context.Context) <-chan scheduler.Changes
}

// A Snapshot is what there is to show.
type Snapshot struct {
	At        time.Time           `json:"at"`
	States    map[store.State]int `json:"states"` // how many tasks are in which
	Queued    int                 `json:"queued"` // tasks that could start but for a worker or resources
	Paused    bool                `json:"paused"`
	Workers   Workers             `json:"workers"`
	Resources []api.Resource      `json:"resources"`
	Running   []Running           `json:"running"`
	Troubles  []Trouble           `json:"troubles"` // tasks that failed or wait to be tried again, the last first
	Late      []api.Due           `json:"late"`     // tasks that are not done and are late, or expected to be
}

// Workers are how many there are, and what they do.
type Workers struct {
	Alive  int `json:"alive"`
	Silent int `json:"silent"` // not heard of for a lease, though attempts are theirs
	Slots  int `json:"slots"`  // of those that are alive
	Busy   int `json:"busy"`
}

// A Running is an attempt under way.
type Running struct {
	ID     string       `json:"id"`
	State  store.State  `json:"state"`
	Worker string       `json:"worker,omitempty"`
	Since  time.Time    `json:"since"`
	P50    api.Duration `json:"p50,omitzero"` // what its family takes; zero where that is not known
	P95    api.Duration `json:"p95,omitzero"`
}

// A Trouble is a task that has failed.
type Trouble struct {
	ID    string      `json:"id"`
	State store.State `json:"state"`
	Since time.Time   `json:"since"`
	Error string      `json:"error,omitempty"`
}

// mostTasks bounds the lists of tasks.
const mostTasks = 500

// Take asks a server for what there is to show.
func Take(ctx context.Context, source Source, now time.Time) (*Snapshot, error) {
	s := &Snapshot{At: now, Resources: []api.Resource{}, Running: []Running{}, Troubles: []Trouble{}, Late: []api.Due{}}
	counts, err := source.Counts(ctx)
	if err != nil {
		return nil, err
	}
	s.States, s.Paused = counts.States, counts.Paused
	for _, n := range counts.Queues {
		s.Queued += n
	}
	for _, take := range []func(context.Context, Source) error{s.takeWorkers, s.takeTroubles, s.takeLate} {
		if err := take(ctx, source); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// takeWorkers takes what workers do, and what they use.
func (s *Snapshot) takeWorkers(ctx context.Context, source Source) error {
	workers, err := source.Workers(ctx)
	if err != nil {
		return err
	}
	of := map[int64]string{} // worker by fence
	for i := range workers {
		w := &workers[i]
		for _, fence := range w.Attempts {
			of[fence] = w.ID
		}
		switch {
		case w.Alive:
			s.Workers.Alive++
			s.Workers.Slots += w.Slots
			s.Workers.Busy += len(w.Attempts)
		case len(w.Attempts) > 0:
			s.Workers.Silent++
		}
	}
	resources, err := source.Resources(ctx)
	if err != nil {
		return err
	}
	s.Resources = api.ResourcesOf(resources).Resources
	return s.takeRunning(ctx, source, of)
}

func (s *Snapshot) takeRunning(ctx context.Context, source Source, workers map[int64]string) error {
	page, err := source.Tasks(ctx, scheduler.TaskFilter{States: []store.State{store.Running, store.Suspended}, Limit: mostTasks})
	if err != nil || len(page.Tasks) == 0 {
		return err
	}
	statistics, err := source.Statistics(ctx, "")
	if err != nil {
		return err
	}
	for i := range page.Tasks {
		t := &page.Tasks[i]
		r := Running{ID: t.ID, State: t.State, Worker: workers[t.Fence], Since: t.Changed}
		if at := slices.IndexFunc(statistics, func(s api.Statistic) bool { return s.Family == t.Family }); at >= 0 {
			r.P50, r.P95 = statistics[at].P50, statistics[at].P95
		}
		s.Running = append(s.Running, r)
	}
	return nil
}

func (s *Snapshot) takeTroubles(ctx context.Context, source Source) error {
	page, err := source.Tasks(ctx, scheduler.TaskFilter{States: []store.State{store.Failed, store.Disabled, store.Retrying}, Limit: mostTasks})
	if err != nil {
		return err
	}
	for i := range page.Tasks {
		t := &page.Tasks[i]
		s.Troubles = append(s.Troubles, Trouble{t.ID, t.State, t.Changed, t.Error})
	}
	slices.SortFunc(s.Troubles, func(a, b Trouble) int { return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.ID, b.ID)) })
	return nil
}

func (s *Snapshot) takeLate(ctx context.Context, source Source) error {
	dues, err := source.Due(ctx)
	if err != nil {
		return err
	}
	for i := range dues {
		if d := &dues[i]; d.Finish != nil && (d.Slack < 0 || d.NextIs == store.Failed) {
			s.Late = append(s.Late, *d)
		}
	}
	return nil
}
