package worker

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// ask asks for an attempt where there is a slot for it.
func (w *worker) ask(requests context.Context) {
	if w.draining || w.asking || w.resting || len(w.held) >= w.options.Slots {
		return
	}
	w.asking, w.askedAt = true, time.Now()
	ctx, cancel := context.WithCancel(requests)
	w.cancelAsk = cancel
	ask := &scheduler.Ask{Worker: w.info, Holds: slices.Sorted(maps.Keys(w.held))}
	w.running.Go(func() {
		defer cancel()
		var a answer
		a.err = persist(ctx, w.options.Log, "work", 0, func(ctx context.Context) (err error) {
			a.assignment, err = w.scheduler.Work(ctx, ask)
			return err
		})
		w.assigned <- a
	})
}

// shortWork is how long a request for work lasts at least that needs no pause after it.
const shortWork = time.Second

// take begins the attempt that came, if one did.
func (w *worker) take(requests context.Context, got answer) {
	w.asking = false
	switch a := got.assignment; {
	case got.err != nil:
		if !w.draining {
			w.options.Log.Error("the scheduler refuses to give work to this worker", "error", got.err)
			w.pause()
		}
	case a == nil:
		if time.Since(w.askedAt) < shortWork { // the scheduler doesn't make us wait
			w.pause()
		}
	case w.held[a.Fence] != nil: // the request was made before it came by another answer
	default:
		w.rest = backOff{}
		begun := &attempt{fence: a.Fence, record: record{
			Assignment: a, Started: time.Now(), Grace: w.options.Grace, MaxLog: w.options.MaxLog,
		}}
		if w.draining {
			begun.refused = errors.New("its worker was stopped before it began")
		}
		w.begin(requests, begun)
	}
}

// pause lets some time pass before the worker asks again.
func (w *worker) pause() {
	w.resting = true
	w.rested.Reset(w.rest.next())
}
