package server

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

const (
	// freshWrite is how long a write that went well speaks for the store.
	freshWrite = 10 * time.Second

	// probeTime is how long a write may take that looks whether the store can be written.
	probeTime = 5 * time.Second

	// probeSetting is written to see whether the store can be.
	probeSetting = "probed"
)

func (s *Server) routeHealth(r *router) {
	handle(r, operation{method: http.MethodGet, path: "//healthz", summary: "Tell that the process is up"}, s.healthz)
	handle(r, operation{method: http.MethodGet, path: "//readyz", summary: "Tell that the state can be written"}, s.readyz)
}

func (s *Server) healthz(context.Context, *nothing) (*body[api.Health], error) {
	return &body[api.Health]{api.Health{Status: "ok"}}, nil
}

func (s *Server) readyz(ctx context.Context, _ *nothing) (*body[api.Health], error) {
	if err := s.ended(); err != nil {
		return nil, err
	}
	if err := s.health.check(ctx); err != nil {
		s.options.Logger.ErrorContext(ctx, "not ready", "error", err)
		problem := api.NewProblem(http.StatusServiceUnavailable, api.Unavailable, "the state can't be written; the server's log says why")
		if found := api.ProblemOf(err); found.Code == api.Unavailable {
			problem.Detail = found.Detail
		}
		return nil, problem
	}
	return &body[api.Health]{api.Health{Status: "ok"}}, nil
}

// A health knows whether the state can be written.
type health struct {
	scheduler *scheduler.Scheduler
	close     func()
	probing   chan struct{} // has room for the one who probes

	mu   sync.Mutex
	last time.Time     // of the last write
	took time.Duration // by it
	err  error         // of it
	well time.Time     // of the last write that went well
}

func newHealth(s *scheduler.Scheduler) *health {
	h := &health{scheduler: s, probing: make(chan struct{}, 1)}
	h.close = s.OnWrite(h.note)
	return h
}

func (h *health) note(w scheduler.Written) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last, h.took, h.err = time.Now(), w.Took, w.Err
	if h.err == nil {
		h.well = h.last
	}
}

// wellAt returns when a write went well, and writeTook how long the last one took.
func (h *health) wellAt() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.well
}

func (h *health) writeTook() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.took
}

// fresh tells how the last write went, where that is news.
func (h *health) fresh() (fresh bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	age := time.Since(h.last)
	if h.err != nil {
		return age < time.Second, h.err // so that a store that is well again is seen soon
	}
	return age < freshWrite, nil
}

// check returns an error unless the state can be written. However often it is asked, it writes
// once a second at most, and only where nothing else has.
func (h *health) check(ctx context.Context) error {
	if fresh, err := h.fresh(); fresh {
		return err
	}
	select {
	case h.probing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.probing }()
	if fresh, err := h.fresh(); fresh {
		return err
	}
	probe, cancel := context.WithTimeoutCause(ctx, probeTime, errSlow)
	defer cancel()
	err := h.scheduler.Set(probe, probeSetting, time.Now().UTC().Format(time.RFC3339))
	if probe.Err() == nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return cmp.Or(h.err, err) // that of the last write says more
}
