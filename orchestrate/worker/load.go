package worker

import (
	"path/filepath"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// A loadReader tells how busy the machine is. Shares of processors are those between two reads, so that the first one
// tells none. Its zero value works.
type loadReader struct {
	last processorTimes
}

// processorTimes are ticks of all processors since the machine was started. What is not known is zero.
type processorTimes struct {
	all, busy int64
	sessions  map[int]int64 // by the number of the session: of its processes, and of the children that these have waited for
}

// read tells how busy the machine is, and what the attempts in some folders take of it. Nil is a system that does not
// tell.
func (r *loadReader) read(dir string, attempts map[int64]string) *scheduler.Load {
	keepers := map[int]bool{}
	for _, attempt := range attempts {
		if signed := readSignature[signature](filepath.Join(attempt, lockFile)); signed.Keeper > 0 {
			keepers[signed.Keeper] = true // each is a session of its own, with the task
		}
	}
	load, now := readLoad("/proc", dir, keepers)
	r.share(load, now)
	return load
}

// share tells what was taken of the processors since the read before.
func (r *loadReader) share(load *scheduler.Load, now processorTimes) {
	before := r.last
	r.last = now
	all := now.all - before.all
	if load == nil || before.all == 0 || all <= 0 {
		return
	}
	var taken int64
	for session, ticks := range now.sessions {
		taken += max(0, ticks-before.sessions[session])
	}
	load.CPU, load.AttemptsCPU = part(now.busy-before.busy, all), part(taken, all)
}

func part(ticks, all int64) *float64 {
	share := min(max(float64(ticks)/float64(all), 0), 1)
	return &share
}
