package worker

import (
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// newsEvery is the time between two beats while tasks tell of themselves, and until an attempt that has begun may have
// something to tell. People look on.
const newsEvery = 2 * time.Second

// interval returns the time between two beats.
func (w *worker) interval() time.Duration {
	shortest := defaultLease
	for _, h := range w.held {
		if h.lease > 0 {
			shortest = min(shortest, h.lease)
		}
	}
	return shortest / beatsInLease
}

// beatWithin sees that the next beat comes within a time.
func (w *worker) beatWithin(d time.Duration) {
	if at := time.Now().Add(d); at.Before(w.nextBeat) {
		w.nextBeat = at
		w.beatAt.Reset(d)
	}
}

// beat has the beater tell which attempts are alive. There is one beat at a time.
func (w *worker) beat() {
	if w.beating {
		return
	}
	w.beating = true
	dirs := make(map[int64]string, len(w.held))
	for fence, h := range w.held {
		dirs[fence] = h.dir
	}
	w.beats <- heartbeat{dirs, w.interval(), w.draining && !w.asking && w.unreported == 0}
}

// sayGoodbye gives attempts back that were given out while the worker was stopped, and got lost. Where
// the scheduler doesn't hear it, it finds out by their leases.
func (w *worker) sayGoodbye() {
	if !w.gaveUpAsking || w.unreported > 0 { // ends that could not be told are the next worker's to tell
		return
	}
	if w.beating {
		<-w.pulses
	}
	w.beats <- heartbeat{map[int64]string{}, goodbyeTime, true}
	<-w.pulses
}

// goodbyeTime is how long a worker that ends waits for the answer to its last beat.
const goodbyeTime = 5 * time.Second

// obey does what the scheduler has answered to a beat.
func (w *worker) obey(p pulse) {
	w.beating = false
	wait := w.interval()
	if p.news {
		wait = min(wait, newsEvery)
	}
	if p.err != nil {
		wait = min(wait, w.beatWait.next())
	} else {
		w.beatWait = backOff{}
	}
	w.nextBeat = time.Now().Add(wait)
	w.beatAt.Reset(wait)
	for fence, by := range p.Kill {
		if h := w.held[fence]; h != nil {
			h.halt(stop{Outcome: store.Killed, Error: by, Grace: w.options.Grace})
		}
	}
	for _, fence := range p.Gone {
		if h := w.held[fence]; h != nil {
			h.letGo(errGone)
		}
	}
}
