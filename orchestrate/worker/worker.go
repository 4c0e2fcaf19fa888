package worker

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// Run works until ctx ends, and then until the attempts under way have ended by themselves. When
// Options.Stop is closed, it stops them.
//
// Where the scheduler can't be reached, attempts go on, and what it is to know is told later. Only after Options.Stop
// are the ends that can't be told left to the next worker, with an error.
// An [*InUseError] says that another worker has the folder.
func Run(ctx context.Context, options Options, s Scheduler) error {
	options, err := options.withDefaults()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(attemptsDir(options.Dir), 0o700); err != nil {
		return err
	}
	lock, err := lockDir(options.Dir)
	if err != nil {
		return err
	}
	defer lock.release()
	if options.ID == "" {
		if options.ID, err = identify(options.Dir, options.Host); err != nil {
			return err
		}
	}
	return newWorker(options, s).run(ctx)
}

// A holder is what the lock of a worker's folder says.
type holder struct {
	PID  int    `json:"pid"`
	Host string `json:"host"`
}

func lockDir(dir string) (*fileLock, error) {
	path := filepath.Join(dir, lockFile)
	lock, err := takeLock(path, os.O_CREATE)
	if err != nil {
		return nil, fmt.Errorf("lock the worker's folder: %w", err)
	}
	if lock == nil {
		return nil, &InUseError{dir, readSignature[holder](path).PID}
	}
	host, err := os.Hostname()
	if err == nil {
		err = lock.sign(holder{os.Getpid(), host})
	}
	if err != nil {
		lock.release()
		return nil, err
	}
	return lock, nil
}

// A worker is a worker at work. Its fields are of the loop alone, but for what never changes.
type worker struct {
	options   Options
	scheduler Scheduler
	info      scheduler.WorkerInfo

	giveUp  context.CancelFunc // ends all requests
	running sync.WaitGroup     // all goroutines

	held       map[int64]*held
	unreported int
	finished   chan finish

	draining     bool
	asking       bool
	askedAt      time.Time
	cancelAsk    context.CancelFunc
	gaveUpAsking bool        // a request for work was under way when it was stopped
	assigned     chan answer // of a request for work, of which there is one at a time
	rest         backOff     // after the worker could not start an attempt, or was given nothing
	resting      bool
	rested       *time.Timer

	beats    chan heartbeat
	beating  bool
	pulses   chan pulse
	nextBeat time.Time
	beatWait backOff // after a beat that failed
	beatAt   *time.Timer
}

// A held is an attempt that the worker makes, as the loop sees it.
type held struct {
	dir   string
	lease time.Duration          // zero where it is not known
	stops chan stop              // has room for each that is sent
	asked map[store.Outcome]bool // those that were sent: killed and interrupted
	letGo context.CancelCauseFunc
}

// An answer is what came of a request for work.
type answer struct {
	assignment *scheduler.Assignment
	err        error
}

func newWorker(options Options, s Scheduler) *worker {
	return &worker{
		options:   options,
		scheduler: s,
		info:      scheduler.WorkerInfo{ID: options.ID, Host: options.Host, Programs: options.Programs, Slots: options.Slots},
		held:      map[int64]*held{},
		finished:  make(chan finish),
		assigned:  make(chan answer, 1),
		rested:    stoppedTimer(),
		beats:     make(chan heartbeat, 1),
		pulses:    make(chan pulse, 1),
		beatAt:    time.NewTimer(0),
	}
}

func (w *worker) run(ctx context.Context) error {
	defer w.running.Wait()
	requests, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	w.giveUp = giveUp
	defer w.rested.Stop()
	defer w.beatAt.Stop()
	w.cancelAsk = func() {}

	b := &beater{scheduler: w.scheduler, info: w.info, dir: w.options.Dir, log: w.options.Log}
	w.running.Go(func() { b.run(requests, w.beats, w.pulses) })
	defer close(w.beats)

	if err := w.adopt(requests); err != nil {
		return err
	}
	w.loop(requests, ctx.Done())
	w.sayGoodbye()
	if w.unreported > 0 {
		return fmt.Errorf("the scheduler could not be told the ends of %d attempts: start the worker again, and it will tell them", w.unreported)
	}
	return nil
}

// loop owns the worker until all has ended that it does after done is closed.
func (w *worker) loop(requests context.Context, done <-chan struct{}) {
	stop := w.options.Stop
	enough := stoppedTimer()
	defer enough.Stop()
	for !w.draining || len(w.held) > 0 || w.asking {
		w.ask(requests)
		select {
		case <-done:
			done = nil
			w.drain()
		case <-stop:
			stop = nil
			w.drain()
			w.interrupt()
			enough.Reset(w.options.Grace + w.options.killMargin + w.options.reportTime)
		case <-enough.C:
			w.giveUp()
		case a := <-w.assigned:
			w.take(requests, a)
		case f := <-w.finished:
			w.drop(f)
		case <-w.rested.C:
			w.resting = false
		case <-w.beatAt.C:
			w.beat()
		case p := <-w.pulses:
			w.obey(p)
		}
	}
}

// drain asks for no more work.
func (w *worker) drain() {
	if !w.draining {
		w.options.Log.Info("the worker takes no more work", "attempts", len(w.held))
	}
	w.draining, w.gaveUpAsking = true, w.gaveUpAsking || w.asking
	w.cancelAsk()
}

// interrupt stops all attempts.
func (w *worker) interrupt() {
	for _, h := range w.held {
		h.halt(stop{Outcome: store.Interrupted, Error: "its worker was stopped", Grace: w.options.Grace})
	}
}

// halt asks the goroutine of the attempt to stop it.
func (h *held) halt(s stop) {
	if !h.asked[s.Outcome] {
		h.asked[s.Outcome] = true
		h.stops <- s
	}
}

// begin has a goroutine make an attempt.
func (w *worker) begin(requests context.Context, a *attempt) {
	h := &held{dir: attemptDir(w.options.Dir, a.fence), stops: make(chan stop, 2), asked: map[store.Outcome]bool{}}
	a.options, a.scheduler, a.dir, a.stops = &w.options, w.scheduler, h.dir, h.stops
	a.log = w.options.Log.With("attempt", a.fence)
	if assignment := a.record.Assignment; assignment != nil {
		h.lease = assignment.Lease
		a.log = a.log.With("task", assignment.Task.ID)
	}
	w.held[a.fence] = h
	ctx, letGo := context.WithCancelCause(requests)
	h.letGo = letGo
	w.running.Go(func() {
		defer letGo(nil)
		w.finished <- a.run(ctx)
	})
	w.beatWithin(min(w.interval(), newsEvery))
}

// drop forgets an attempt that has ended.
func (w *worker) drop(f finish) {
	delete(w.held, f.fence)
	if !f.reported {
		w.unreported++
	}
	if f.unfit {
		w.pause()
	}
}
