package server

import (
	"slices"
	"sync"
	"time"
)

// turnTime is how long after one follower another is told of a change: those that are told ask for what they show,
// and what twenty pages ask for at the same time holds up the workers.
const turnTime = 20 * time.Millisecond

// delay returns how long a follower who gathers for so long waits for their turn. Those for whom no turn is left are told
// at once, together: to wake each of hundreds by itself costs more than it spares.
func delay(turn int, gather time.Duration) time.Duration {
	if d := time.Duration(turn) * turnTime; d < gather {
		return d
	}
	return 0
}

// turns gives each follower the first turn that is free. Its zero value works.
type turns struct {
	mu    sync.Mutex
	taken []bool
}

func (t *turns) join() (turn int, leave func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if turn = slices.Index(t.taken, false); turn < 0 {
		turn = len(t.taken)
		t.taken = append(t.taken, false)
	}
	t.taken[turn] = true
	return turn, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.taken[turn] = false
	}
}
