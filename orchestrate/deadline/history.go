package deadline

import (
	"context"
	"sync"

	"github.com/gomr/gomr/orchestrate/forecast"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// mostAttempts is how many attempts of a family are read: more than count, as not all succeed.
const mostAttempts = 3 * forecast.Recent

// A history keeps the summaries of the families that somebody has asked for, as long as nothing is heard
// of new attempts at their tasks.
type history struct {
	store Store

	mu       sync.Mutex
	watched  bool // somebody tells of changes
	families map[string]forecast.Summary
	noted    int // how often note was called: what was read before is old then
}

// watch says whether note is called from now on.
func (h *history) watch(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watched, h.families = on, map[string]forecast.Summary{}
}

// note forgets the summaries of tasks whose attempts have ended.
func (h *history) note(c *scheduler.Changes) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.noted++
	if c.Reload {
		clear(h.families)
	}
	for i := range c.Tasks {
		switch t := &c.Tasks[i]; t.State {
		case store.Done, store.Failed, store.Retrying, store.Disabled:
			if t.Fence != 0 {
				delete(h.families, t.Family)
			}
		}
	}
}

// of returns the summary of a family.
func (h *history) of(ctx context.Context, family string) (forecast.Summary, error) {
	h.mu.Lock()
	summary, ok := h.families[family]
	noted := h.noted
	h.mu.Unlock()
	if ok {
		return summary, nil
	}
	attempts, err := h.store.Attempts(ctx, store.AttemptQuery{Family: family, Limit: mostAttempts})
	if err != nil {
		return forecast.Summary{}, err
	}
	summary = forecast.Summarize(attempts)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watched && h.noted == noted {
		h.families[family] = summary
	}
	return summary, nil
}
