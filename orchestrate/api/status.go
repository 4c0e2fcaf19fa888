package api

import (
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A WorkerStatus is a [scheduler.WorkerStatus].
type WorkerStatus struct {
	Worker

	Seen     time.Time `json:"seen,omitzero" doc:"When it was last heard of; left out where it was not since the scheduler started"`
	Alive    bool      `json:"alive" doc:"It was heard of within a lease"`
	Attempts []int64   `json:"attempts,omitempty" doc:"Fences of those under way"`
}

// Workers are all workers, by ID.
type Workers struct {
	Workers []WorkerStatus `json:"workers"`
}

// WorkersOf returns workers as they are sent.
func WorkersOf(workers []scheduler.WorkerStatus) Workers {
	sent := Workers{make([]WorkerStatus, len(workers))}
	for i := range workers {
		w := &workers[i]
		sent.Workers[i] = WorkerStatus{WorkerOf(&w.WorkerInfo), w.Seen, w.Alive, w.Attempts}
	}
	return sent
}

// Scheduler returns the workers.
func (w *Workers) Scheduler() []scheduler.WorkerStatus {
	workers := make([]scheduler.WorkerStatus, len(w.Workers))
	for i := range w.Workers {
		one := &w.Workers[i]
		workers[i] = scheduler.WorkerStatus{WorkerInfo: one.Worker.Scheduler(), Seen: one.Seen, Alive: one.Alive, Attempts: one.Attempts}
	}
	return workers
}

// A Resource is a [scheduler.ResourceStatus].
type Resource struct {
	Name  string `json:"name"`
	Limit int    `json:"limit" doc:"How much there is"`
	Used  int    `json:"used" doc:"How much running tasks take"`
	Set   bool   `json:"set" doc:"Somebody has set the limit"`

	Paused bool `json:"paused,omitempty" doc:"No task starts that takes it"`
}

// Resources are resources by name.
type Resources struct {
	Resources []Resource `json:"resources"`
}

// ResourcesOf returns resources as they are sent.
func ResourcesOf(resources []scheduler.ResourceStatus) Resources {
	sent := Resources{make([]Resource, len(resources))}
	for i, r := range resources {
		sent.Resources[i] = Resource(r)
	}
	return sent
}

// Scheduler returns the resources.
func (r *Resources) Scheduler() []scheduler.ResourceStatus {
	resources := make([]scheduler.ResourceStatus, len(r.Resources))
	for i, one := range r.Resources {
		resources[i] = scheduler.ResourceStatus(one)
	}
	return resources
}

// Counts are [scheduler.Counts].
type Counts struct {
	States map[store.State]int `json:"states" doc:"Tasks by state, without states that have none"`
	Queues map[string]int      `json:"queues" doc:"Tasks that could start but for a worker or resources, by program"`
	Paused bool                `json:"paused" doc:"No work is given out"`
}

// Changes are [scheduler.Changes].
type Changes struct {
	Tasks []TaskChange `json:"tasks,omitempty" doc:"By key"`
}

// A TaskChange is a [scheduler.TaskChange].
type TaskChange struct {
	Key     int64       `json:"key"`
	ID      string      `json:"id"`
	Family  string      `json:"family,omitempty"`
	State   store.State `json:"state" doc:"Empty where the task was forgotten, with all but the key"`
	Changed time.Time   `json:"changed,omitzero"`
	Fence   int64       `json:"fence,omitempty"`
}

// ChangesOf returns changes as they are sent.
func ChangesOf(c *scheduler.Changes) Changes {
	sent := Changes{make([]TaskChange, len(c.Tasks))}
	for i, t := range c.Tasks {
		sent.Tasks[i] = TaskChange(t)
	}
	return sent
}

// Scheduler returns the changes of a write.
func (c *Changes) Scheduler(number int64) scheduler.Changes {
	changes := scheduler.Changes{Number: number}
	for _, t := range c.Tasks {
		changes.Tasks = append(changes.Tasks, scheduler.TaskChange(t))
	}
	return changes
}
