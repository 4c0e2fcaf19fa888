package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
)

// A Probe looks at something that a server needs and that is none of its parts, such as a cluster.
type Probe interface {
	// Name is that of the component.
	Name() string
	// Look tells how the component does. It returns soon after ctx has ended, and is called by one goroutine at a time.
	Look(ctx context.Context) Found
}

// Found is what a probe has found. Its texts have no secrets.
type Found struct {
	Err    error         // what is wrong; nil where nothing is
	Unused bool          // there is nothing to look at, as Detail says
	Detail string        // what is there
	Mend   string        // what to do where something is wrong
	Seen   time.Time     // when it was last well, where that was at another time than now
	Took   time.Duration // how long it takes to answer, where that is not what the look took
}

const (
	freshLook = 10 * time.Second // for how long what was found is good enough
	lookTime  = 4 * time.Second  // that a look may take
	slowLook  = time.Second      // and from when on the component is slow
)

// A prober looks at components while somebody asks for them. Each look has a goroutine, of which there is one at most
// for each component, also where it hangs: so what is wrong with one is in the way of nothing else.
type prober struct {
	fresh, limit time.Duration
	ctx          context.Context
	quit         context.CancelFunc
	looks        sync.WaitGroup

	mu         sync.Mutex
	components []*component
}

// A component is one as the prober has it.
type component struct {
	probe   Probe
	looking chan struct{} // closed when the look under way has ended; nil where none is
	began   time.Time     // when it did
	looked  bool          // at least once
	last    api.Component // what was found then
}

func newProber(fresh, limit time.Duration, probes ...Probe) *prober {
	p := &prober{fresh: fresh, limit: limit}
	p.ctx, p.quit = context.WithCancel(context.Background())
	for _, probe := range probes {
		p.components = append(p.components, &component{probe: probe, last: api.Component{Name: probe.Name()}})
	}
	return p
}

// close ends the looks, and waits until they have ended.
func (p *prober) close() {
	p.mu.Lock()
	p.quit()
	p.mu.Unlock()
	p.looks.Wait()
}

// look tells how the components do, those apart that nobody has looked at so far. It waits for looks, but no longer
// than its patience.
func (p *prober) look(ctx context.Context, patience time.Duration) []api.Component {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, looking := range p.begin() { //nolint:contextcheck // a look goes on for those who ask next
		select {
		case <-looking:
		case <-ctx.Done():
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []api.Component
	for _, c := range p.components {
		if now, known := c.now(p.limit); known {
			all = append(all, now)
		}
	}
	return all
}

// begin begins the looks that are due, and returns those to wait for.
func (p *prober) begin() (looks []chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.components {
		if c.looking == nil && time.Since(c.last.Looked) >= p.fresh && p.ctx.Err() == nil {
			c.looking, c.began = make(chan struct{}), time.Now()
			p.looks.Go(func() { p.lookAt(c) })
		}
		if c.looking != nil && time.Since(c.began) < p.limit {
			looks = append(looks, c.looking)
		}
	}
	return looks
}

// lookAt is the goroutine of a look.
func (p *prober) lookAt(c *component) {
	ctx, cancel := context.WithTimeoutCause(p.ctx, p.limit, noAnswer(p.limit))
	defer cancel()
	began := time.Now()
	found := c.ask(ctx)
	if found.Err != nil && p.ctx.Err() == nil && ctx.Err() != nil {
		found.Err = context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	close(c.looking)
	c.looking = nil
	if p.ctx.Err() == nil {
		c.note(&found, time.Since(began))
	}
}

func noAnswer(after time.Duration) error { return fmt.Errorf("there was no answer within %s", after) }

// ask asks the probe. One that panics has found something wrong.
func (c *component) ask(ctx context.Context) (found Found) {
	defer func() {
		if recover() != nil {
			found = Found{Err: errors.New("the look at it has failed: that is a bug")}
		}
	}()
	return c.probe.Look(ctx)
}

// note keeps what a look has found.
func (c *component) note(found *Found, took time.Duration) {
	now := time.Now()
	last := api.Component{Name: c.last.Name, State: api.ComponentOK, Detail: found.Detail, LastSeen: c.last.LastSeen, Looked: now}
	if found.Took == 0 {
		found.Took = took
	}
	switch {
	case found.Unused:
		last.State, last.LastSeen = api.ComponentUnused, found.Seen
	case found.Err != nil:
		last.State, last.Detail, last.Mend = api.ComponentFailing, found.Err.Error(), found.Mend
		if found.Seen.After(last.LastSeen) {
			last.LastSeen = found.Seen
		}
	default:
		last.Latency, last.LastSeen = api.Duration(found.Took), now
		if !found.Seen.IsZero() {
			last.LastSeen = found.Seen
		}
		if found.Took >= slowLook {
			last.State = api.ComponentSlow
		}
	}
	c.last, c.looked = last, true
}

// now returns how the component does as far as that is known.
func (c *component) now(limit time.Duration) (now api.Component, known bool) {
	if hangs := c.looking != nil && time.Since(c.began) >= limit; !hangs {
		return c.last, c.looked
	}
	now = c.last
	now.State, now.Latency = api.ComponentFailing, 0
	now.Detail = noAnswer(time.Since(c.began).Round(time.Second)).Error()
	return now, true
}
