package scheduler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/partition"
	"github.com/gomr/gomr/orchestrate/store"
)

// lookAtOnce bounds how many tasks a list looks at before others have their turn, so that a look
// through millions of tasks holds up nobody.
const lookAtOnce = 10_000

// DefaultPage is how many tasks [Scheduler.Tasks] returns where the filter leaves it open, and MaxPage
// is how many at most.
const (
	DefaultPage = 100
	MaxPage     = 10_000
)

// A TaskFilter says which tasks are wanted. Fields that are zero leave it open.
type TaskFilter struct {
	States []store.State
	Family string
	Search string // the ID contains it, in whatever case

	// Kind is that of the partitions of the tasks, which are from From to Until. These are of whatever kind, so
	// that a day has the tasks of its hours too.
	Kind        partition.Kind
	From, Until partition.Partition

	After int64 // key; for the next page, the Next of this one
	Limit int   // zero is [DefaultPage]
}

// A TaskPage is some tasks by key.
type TaskPage struct {
	Tasks []store.Task
	Next  int64 // to go on after; zero where there are no more
}

// Tasks returns tasks that match a filter, by key. It may see changes that are made meanwhile.
func (s *Scheduler) Tasks(ctx context.Context, filter TaskFilter) (TaskPage, error) {
	filter.Limit = min(cmp.Or(max(filter.Limit, 0), DefaultPage), MaxPage)
	filter.Search = strings.ToLower(filter.Search)
	filter.After = max(filter.After, 0)
	span, err := partition.Between(filter.From, filter.Until)
	if err != nil {
		return TaskPage{}, invalid("%v", err)
	}
	var tasks []store.Task
	for {
		page := TaskPage{Tasks: tasks}
		err := s.look(ctx, func(c *core) error {
			c.list(&filter, span, &page)
			return nil
		})
		if err != nil {
			return TaskPage{}, err
		}
		if page.Next == 0 || len(page.Tasks) == filter.Limit {
			return page, nil
		}
		tasks, filter.After = page.Tasks, page.Next
	}
}

// list adds to a page as many tasks as one look finds.
func (c *core) list(f *TaskFilter, span partition.Span, page *TaskPage) {
	page.Next = 0
	candidates := c.order[c.indexAfter(f.After):]
	if c.rare.has(f.States) {
		candidates = c.rare.after(f.After, f.States)
	}
	for i, t := range candidates {
		if !t.forgotten && f.matches(t) && f.matchesPartition(c, t, span) {
			found := t.Task
			found.Failures = slices.Clone(t.Failures)
			page.Tasks = append(page.Tasks, found)
		}
		if i+1 < len(candidates) && (len(page.Tasks) == f.Limit || i+1 == lookAtOnce) {
			page.Next = t.Key
			return
		}
	}
}

func (f *TaskFilter) matches(t *task) bool {
	return (len(f.States) == 0 || slices.Contains(f.States, t.State)) &&
		(f.Family == "" || f.Family == t.Family) &&
		(f.Search == "" || strings.Contains(strings.ToLower(t.ID), f.Search))
}

// matchesPartition tells whether the partition of a task is wanted.
func (f *TaskFilter) matchesPartition(c *core, t *task, span partition.Span) bool {
	if f.Kind == partition.None && span == (partition.Span{}) {
		return true
	}
	p, ok := c.grid.partitionOf(t)
	return ok && (f.Kind == partition.None || f.Kind == p.Kind) && span.Has(p)
}

// IDs returns the IDs of tasks by their keys, without those that are forgotten.
func (s *Scheduler) IDs(ctx context.Context, keys []int64) (map[int64]string, error) {
	ids := make(map[int64]string, len(keys))
	err := s.look(ctx, func(c *core) error {
		for _, key := range keys {
			if t := c.tasks[key]; t != nil {
				ids[key] = t.ID
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

// Counts are how many tasks there are.
type Counts struct {
	States map[store.State]int // without those that have none
	Queues map[string]int      // by program, the tasks that could start but for a worker or resources
	Paused bool
}

// Counts returns how many tasks are in which state. It looks at no task.
func (s *Scheduler) Counts(ctx context.Context) (Counts, error) {
	var counts Counts
	err := s.look(ctx, func(c *core) error {
		counts = c.countTasks()
		return nil
	})
	if err != nil {
		return Counts{}, err
	}
	return counts, nil
}

func (c *core) countTasks() Counts {
	counts := Counts{States: map[store.State]int{}, Queues: map[string]int{}, Paused: c.paused}
	for state, n := range c.counts {
		if n != 0 && state != "" {
			counts.States[state] = n
		}
	}
	for program, q := range c.queues {
		if n := q.length(); n != 0 {
			counts.Queues[program] = n
		}
	}
	return counts
}

func (q *queue) length() int {
	n := len(q.ready)
	for _, lacking := range []map[string]*taskHeap{q.parked, q.beyond} {
		for _, h := range lacking {
			n += len(*h)
		}
	}
	return n
}

// A WorkerStatus is what is known of a worker.
type WorkerStatus struct {
	WorkerInfo
	Seen     time.Time // when it was last heard of; zero where it was not since the scheduler started
	Alive    bool      // it was heard of within a lease
	Attempts []int64   // fences of those under way
}

// Workers returns the workers, by ID.
func (s *Scheduler) Workers(ctx context.Context) ([]WorkerStatus, error) {
	var workers []WorkerStatus
	err := s.look(ctx, func(c *core) error {
		workers = c.listWorkers()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return workers, nil
}

func (c *core) listWorkers() []WorkerStatus {
	workers := make([]WorkerStatus, 0, len(c.workers))
	for _, w := range c.workers {
		workers = append(workers, WorkerStatus{
			WorkerInfo: w.WorkerInfo, Seen: w.seen,
			Alive:    !w.seen.IsZero() && c.now.Sub(w.seen) <= c.config.Lease,
			Attempts: slices.Sorted(maps.Keys(w.attempts)),
		})
	}
	slices.SortFunc(workers, func(a, b WorkerStatus) int { return cmp.Compare(a.ID, b.ID) })
	return workers
}

// A ResourceStatus is how much there is of a resource.
type ResourceStatus struct {
	Name        string
	Limit, Used int
	Set         bool // somebody has set the limit
	Paused      bool // no task starts that takes it
}

// Resources returns the resources whose limits are set, or that are in use or paused, by name.
func (s *Scheduler) Resources(ctx context.Context) ([]ResourceStatus, error) {
	var resources []ResourceStatus
	err := s.look(ctx, func(c *core) error {
		resources = c.resources.list()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resources, nil
}

func (r *resources) list() []ResourceStatus {
	names := map[string]bool{}
	for name := range r.used {
		names[name] = false
	}
	for name := range r.paused {
		names[name] = false
	}
	for name := range r.limits {
		names[name] = true
	}
	list := make([]ResourceStatus, 0, len(names))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, ResourceStatus{name, r.limit(name), r.used[name], names[name], r.paused[name]})
	}
	return list
}

// ErrUnknownRun says that there is no run of that key.
var ErrUnknownRun = errors.New("no such run was submitted")

// A RunStatus is a run with how many tasks it has in which state: its roots and all that they require.
type RunStatus struct {
	Run    store.Run
	Roots  []string // IDs, in their order, without those that are forgotten
	States map[store.State]int

	// Forgotten is how many of the roots were forgotten since, see [Scheduler.Forget]. What they required
	// may be, too; [store.Run.Outcome] says how the run ended.
	Forgotten int
}

// RunStatus tells how far a run is.
func (s *Scheduler) RunStatus(ctx context.Context, key int64) (RunStatus, error) {
	run, err := s.runOf(ctx, key)
	if err != nil {
		return RunStatus{}, err
	}
	status := RunStatus{Run: run, States: map[store.State]int{}}
	look := newClosureLook(run.Roots)
	for !look.over() {
		err := s.look(ctx, func(c *core) error {
			if status.Roots == nil {
				status.Roots = c.idsOf(run.Roots)
				status.Forgotten = len(run.Roots) - len(status.Roots)
			}
			look.count(c, status.States)
			return nil
		})
		if err != nil {
			return RunStatus{}, err
		}
	}
	return status, nil
}

// FindRun returns the key of the run of a request, or an error that is [ErrUnknownRun].
func (s *Scheduler) FindRun(ctx context.Context, request string) (key int64, err error) {
	run, known, err := s.store.Run(ctx, request)
	if err == nil && !known {
		err = fmt.Errorf("a run of the request %q: %w", request, ErrUnknownRun)
	}
	return run.Key, err
}

// runOf returns a run that is under way, or one of the store.
func (s *Scheduler) runOf(ctx context.Context, key int64) (store.Run, error) {
	var run store.Run
	err := s.look(ctx, func(c *core) error {
		if w := c.runs[key]; w != nil {
			run = *w.run
		}
		return nil
	})
	if err != nil {
		return store.Run{}, err
	}
	if run.Key != 0 {
		return run, nil
	}
	st, ok := s.store.(interface {
		Runs(ctx context.Context, before int64, limit int) ([]store.Run, error)
	})
	if ok && key > 0 {
		runs, err := st.Runs(ctx, key+1, 1)
		if err != nil {
			return store.Run{}, err
		}
		if len(runs) == 1 && runs[0].Key == key {
			return runs[0], nil
		}
	}
	return store.Run{}, fmt.Errorf("run %d: %w", key, ErrUnknownRun)
}

func (c *core) idsOf(keys []int64) []string {
	ids := make([]string, 0, len(keys))
	for _, key := range keys {
		if t := c.tasks[key]; t != nil {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// UnderWay reports whether the attempt of a fence is under way.
func (s *Scheduler) UnderWay(ctx context.Context, fence int64) (bool, error) {
	var underWay bool
	err := s.look(ctx, func(c *core) error {
		underWay = c.attempts[fence] != nil
		return nil
	})
	if err != nil {
		return false, err
	}
	return underWay, nil
}

// Settings returns those settings of the store whose names begin with a prefix.
func (s *Scheduler) Settings(ctx context.Context, prefix string) (map[string]string, error) {
	var settings map[string]string
	err := s.look(ctx, func(c *core) error {
		settings = map[string]string{}
		for name, value := range c.settings {
			if strings.HasPrefix(name, prefix) {
				settings[name] = value
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return settings, nil
}

// Set sets a setting that is not the scheduler's own, such as a token of its server. An empty
// value removes it.
func (s *Scheduler) Set(ctx context.Context, name, value string) error {
	return s.call(ctx, func(c *core) error {
		if err := checkSetting(name); err != nil {
			return err
		}
		c.set(name, value)
		return nil
	})
}

func checkSetting(name string) error {
	if name == "" || name == pausedSetting || strings.HasPrefix(name, limitSetting) || strings.HasPrefix(name, holdSetting) || strings.HasPrefix(name, pauseSetting) {
		return invalid("%q is no setting of others: pause, or set a limit", name)
	}
	return nil
}

// Record adds an entry to the history. The task is an ID, and may be unknown or empty.
func (s *Scheduler) Record(ctx context.Context, kind, task, by, message string) error {
	return s.call(ctx, func(c *core) error {
		e := store.Event{Kind: kind, By: by, Message: message}
		if t := c.byID[task]; t != nil {
			e.Task = t.Key
		}
		c.record(e)
		return nil
	})
}
