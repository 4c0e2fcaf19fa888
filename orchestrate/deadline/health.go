package deadline

import (
	"sync"
	"time"
)

// A Health is how the looks of an engine go.
type Health struct {
	Running bool      // whether [Engine.Run] has been called, and has not returned
	Tasks   int       // how many the last look that went well has found that have a due time and are not done
	Well    time.Time // when that ended; zero where none has gone well
	Err     error     // of the last look; nil where it went well
	Looking time.Time // since when a look is under way; zero where none is
}

// A pulse is the health of an engine as those see it who ask meanwhile.
type pulse struct {
	mu     sync.Mutex
	health Health
}

// Health tells how the looks go. It waits for none.
func (e *Engine) Health() Health {
	e.pulse.mu.Lock()
	defer e.pulse.mu.Unlock()
	return e.pulse.health
}

func (p *pulse) run(running bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.health.Running, p.health.Looking = running, time.Time{}
}

func (p *pulse) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.health.Looking = time.Now()
}

func (p *pulse) end(tasks int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.health.Looking, p.health.Err = time.Time{}, err
	if err == nil {
		p.health.Tasks, p.health.Well = tasks, time.Now()
	}
}
