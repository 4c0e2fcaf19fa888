package scheduler

import (
	"math/rand/v2"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// A core is the live state: all tasks, queues and attempts. One goroutine owns it. Each of its
// operations checks what it is given before it changes anything, and collects what has to be
// written in a batch. It knows the time only from now, and starts nothing itself.
type core struct {
	config Config
	now    time.Time
	random *rand.Rand

	tasks    map[int64]*task
	order    []*task // by key; some of them may be forgotten
	removed  int     // of those in order, how many are
	byID     map[string]*task
	lastOf   map[int64]*task    // whose last attempt has the fence
	attempts map[int64]*attempt // under way, by fence
	workers  map[string]*worker
	runs     map[int64]*wait  // that have not ended, by key
	requests map[string]int64 // runs by the name of their request, as far as they are live
	ended    []endedRequest   // of those, whose run has ended

	resources *resources
	queues    map[string]*queue // by program
	mates     map[string]*mates // those in queues that can be made together, by task.mateKey
	resumes   *queue            // suspended tasks that could go on
	alarms    alarms
	paused    bool
	counts    map[store.State]int // of tasks
	rare      rareTasks
	grid      *grid
	due       map[int64]struct{} // keys of tasks that have a due time and are not done
	settings  map[string]string  // all that the store has
	holds     map[string]*Held   // by name
	holdOf    map[int64]string   // names of the holds of those that are held, by key
	waits     map[*task][]*wait  // for tasks to settle
	resumed   []int64            // fences of attempts that may have an answer to fetch
	served    []*idleAsk         // that have an answer already

	lastTask, lastFence, lastRun, lastEvent int64

	unsaved []*task    // whose progress is to be written
	added   []*task    // whose spec is to be written too
	started []*attempt // of the batch, whose tasks are not in it
	batch   store.Batch
	spare   []store.Attempt // memory for those of the next batch
}

// A worker is a process that asks for work.
type worker struct {
	WorkerInfo
	seen     time.Time
	attempts map[int64]*attempt
}

func newCore(config Config, now time.Time) *core {
	r := newResources()
	c := &core{
		config: config, now: now, random: rand.New(rand.NewPCG(config.Seed, config.Seed)),
		tasks: map[int64]*task{}, byID: map[string]*task{}, lastOf: map[int64]*task{}, attempts: map[int64]*attempt{},
		counts: map[store.State]int{}, rare: rareTasks{}, grid: newGrid(), due: map[int64]struct{}{}, settings: map[string]string{}, holds: map[string]*Held{}, holdOf: map[int64]string{}, waits: map[*task][]*wait{},
		workers: map[string]*worker{}, runs: map[int64]*wait{}, requests: map[string]int64{},
		resources: r, queues: map[string]*queue{}, mates: map[string]*mates{}, resumes: newQueue(r),
	}
	c.resumes.goesOn = true
	return c
}

// queue returns the queue of a program.
func (c *core) queue(program string) *queue {
	q := c.queues[program]
	if q == nil {
		q = newQueue(c.resources)
		c.queues[program] = q
	}
	return q
}

// advance does what is due, and lets suspended attempts go on that can.
func (c *core) advance(now time.Time) {
	c.now = now
	for one := c.alarms.due(now); one != nil; one = c.alarms.due(now) {
		if one.attempt != nil {
			c.checkLease(one.attempt)
		} else {
			c.wake(one.task)
		}
	}
	c.resume()
}

// wake lets a task go on that waited for a time.
func (c *core) wake(t *task) {
	if t.State == store.Disabled {
		t.forget()
		c.record(store.Event{Kind: TaskEnabled, Task: t.Key})
	}
	c.move(t, store.Pending)
}

// record adds an event to the batch.
func (c *core) record(e store.Event) {
	c.lastEvent++
	e.Seq, e.At = c.lastEvent, c.now
	c.batch.Events = append(c.batch.Events, e)
}

// take returns what has changed since it was called last, and those attempts of it whose tasks are
// not in it, see run.
func (c *core) take() (batch *store.Batch, started []*attempt) {
	written := c.batch
	batch, started = &written, c.started
	c.batch, c.started = store.Batch{Attempts: c.spare}, nil
	c.spare = nil
	for _, t := range c.added {
		if !t.forgotten {
			batch.Tasks = append(batch.Tasks, t.Task)
		}
		t.unsaved = false
	}
	for _, t := range c.unsaved {
		if !t.unsaved || t.forgotten {
			continue
		}
		if batch.Progress == nil {
			batch.Progress = map[int64]store.Progress{}
		}
		batch.Progress[t.Key] = t.Progress
		t.unsaved = false
	}
	c.added, c.unsaved = nil, nil
	return batch, started
}

// reuse takes back the memory of a batch that is written and told.
func (c *core) reuse(b *store.Batch) {
	clear(b.Attempts)
	c.spare = b.Attempts[:0]
}
