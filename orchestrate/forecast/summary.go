package forecast

import (
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// Recent is how many attempts of a family count.
const Recent = 100

// A Summary is how long the last attempts at tasks of a family took that succeeded, and how many did not.
// The zero value is a family of which nothing is known.
type Summary struct {
	Count         int           // attempts that succeeded, at most Recent
	Failed        int           // among them, in time, attempts that failed, timed out or were lost
	P50, P95, Max time.Duration // of those that succeeded
	Last          time.Time     // when the last one succeeded
}

// Known reports whether any attempt has succeeded.
func (s Summary) Known() bool { return s.Count > 0 }

// FailureRate is the share of attempts that failed, from 0 to 1. Those that were killed or interrupted are
// neither.
func (s Summary) FailureRate() float64 {
	if s.Count+s.Failed == 0 {
		return 0
	}
	return float64(s.Failed) / float64(s.Count+s.Failed)
}

// Summarize sums up attempts, the newest first. It stops at [Recent] that succeeded.
func Summarize(attempts []store.Attempt) Summary {
	var s Summary
	var took []time.Duration
	for i := range attempts {
		a := &attempts[i]
		switch a.Outcome {
		case store.Succeeded:
			took = append(took, max(0, a.Ended.Sub(a.Started)))
			if a.Ended.After(s.Last) {
				s.Last = a.Ended
			}
		case store.Errored, store.TimedOut, store.Lost:
			s.Failed++
		}
		if len(took) == Recent {
			break
		}
	}
	if s.Count = len(took); s.Count == 0 {
		return s
	}
	slices.Sort(took)
	s.P50, s.P95, s.Max = quantile(took, 50), quantile(took, 95), took[len(took)-1]
	return s
}

// quantile returns the least of sorted durations that so many of a hundred don't exceed.
func quantile(sorted []time.Duration, percent int) time.Duration {
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}
