package orchestrate_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/gomr/gomr/orchestrate"
)

// A world holds the files that the tasks of a test make, and what the tasks do.
// A task is made by world.task("name", requirements…).
type world struct {
	mu       sync.Mutex
	files    map[string]bool
	log      []string // what ran, in its order
	checks   map[string]int
	settings map[string]settings
}

// settings are what the tasks of a name do.
type settings struct {
	run      func(ctx context.Context, s step) error // nil makes the file
	requires []orchestrate.Task
	retry    orchestrate.Retry
	timeout  time.Duration
	priority int
}

func newWorld(files ...string) *world {
	w := &world{files: make(map[string]bool), checks: make(map[string]int), settings: make(map[string]settings)}
	for _, file := range files {
		w.files[file] = true
	}
	return w
}

// task returns a task and says what it requires.
func (w *world) task(name string, requires ...orchestrate.Task) step {
	return w.with(name, settings{requires: requires})
}

func (w *world) with(name string, s settings) step {
	w.settings[name] = s
	return step{Name: name, world: w}
}

func (w *world) make(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files[name] = true
}

func (w *world) note(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, text)
}

func (w *world) ran() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.log)
}

// A file is a target in a world.
type file struct {
	world *world
	name  string
}

func (f file) String() string { return f.name }

func (f file) Exists(context.Context) (bool, error) {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	f.world.checks[f.name]++
	return f.world.files[f.name], nil
}

// A step is a task that makes the file of its name.
type step struct {
	Name  string `param:"name"`
	world *world
}

func (s step) Output() orchestrate.Target   { return file{s.world, s.Name} }
func (s step) Requires() []orchestrate.Task { return s.world.settings[s.Name].requires }
func (s step) Retry() orchestrate.Retry     { return s.world.settings[s.Name].retry }
func (s step) Timeout() time.Duration       { return s.world.settings[s.Name].timeout }
func (s step) Priority() int                { return s.world.settings[s.Name].priority }
func (s step) Run(ctx context.Context) error {
	s.world.note(s.Name)
	if run := s.world.settings[s.Name].run; run != nil {
		return run(ctx, s)
	}
	s.world.make(s.Name)
	return nil
}

// An input is a file that others make.
type input struct {
	orchestrate.ExternalTask
	Name  string `param:"name"`
	world *world
}

func (w *world) input(name string) input { return input{Name: name, world: w} }

func (i input) Output() orchestrate.Target { return file{i.world, i.Name} }

// A group is done when all its members are.
type group struct {
	orchestrate.WrapperTask
	Name  string `param:"name"`
	tasks []orchestrate.Task
}

func (g group) Requires() []orchestrate.Task { return g.tasks }

// status returns how the task of that name ended.
func status(s *orchestrate.Summary, task orchestrate.Task) orchestrate.Status {
	for _, t := range s.Tasks {
		if t.ID == orchestrate.ID(task) {
			return t.Status
		}
	}
	return "not in the summary"
}

func taskError(s *orchestrate.Summary, task orchestrate.Task) error {
	for _, t := range s.Tasks {
		if t.ID == orchestrate.ID(task) {
			return t.Err
		}
	}
	return nil
}

func TestMain(m *testing.M) {
	if holdLock() {
		return
	}
	goleak.VerifyTestMain(m)
}
