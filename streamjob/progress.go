package streamjob

import (
	"sync"
	"time"
)

// A progress tells how many tasks are done, as Hadoop's client does: when it has
// changed, and at most once a second but for the ends of the phases.
type progress struct {
	log           *logger
	maps, reduces int
	now           func() time.Time

	mu              sync.Mutex
	mapped, reduced int
	told            time.Time
}

const progressEvery = time.Second

// done tells that a task is done.
func (p *progress) done(isMap bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if isMap {
		p.mapped++
	} else {
		p.reduced++
	}
	ends := isMap && p.mapped == p.maps || !isMap && p.reduced == p.reduces
	if now := p.now(); ends || now.Sub(p.told) >= progressEvery {
		p.told = now
		p.log.infof("mapreduce.Job", " map %d%% reduce %d%%", percent(p.mapped, p.maps), percent(p.reduced, p.reduces))
	}
}

// percent returns how much is done. Of nothing, nothing is.
func percent(done, all int) int {
	if all == 0 {
		return 0
	}
	return 100 * done / all
}
