package scheduler

import (
	"cmp"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// A Config sets how a scheduler works. The zero value works.
type Config struct {
	// Lease is how long an attempt may be silent before it counts as lost and its task is given
	// to another worker. Zero means a minute.
	Lease time.Duration

	// CommitGrant is how long an attempt that may commit is left to it, however silent. Zero
	// means half a minute.
	CommitGrant time.Duration

	// Retry is for tasks that don't say how often they are tried. Zero fields mean one attempt,
	// a wait of one second that doubles up to five minutes, and an hour of rest after ten
	// failures within an hour.
	Retry store.Retry

	// Now tells the time. Nil means [time.Now]. A clock that is set back does no harm: within
	// one process the scheduler goes by the time that has passed.
	Now func() time.Time

	// Seed is that of the random part of waits. The same seed makes the same waits.
	Seed uint64
}

func (c Config) withDefaults() Config {
	c.Lease = cmp.Or(c.Lease, time.Minute)
	c.CommitGrant = cmp.Or(c.CommitGrant, 30*time.Second)
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Retry = fillRetry(c.Retry, store.Retry{
		Attempts: 1, Delay: time.Second, MaxDelay: 5 * time.Minute,
		Failures: 10, Window: time.Hour, Rest: time.Hour,
	})
	return c
}

// fillRetry returns r with the fields of fallback where it says nothing.
func fillRetry(r, fallback store.Retry) store.Retry {
	return store.Retry{
		Attempts: cmp.Or(r.Attempts, fallback.Attempts),
		Delay:    cmp.Or(r.Delay, fallback.Delay),
		MaxDelay: cmp.Or(r.MaxDelay, fallback.MaxDelay),
		Failures: cmp.Or(r.Failures, fallback.Failures),
		Window:   cmp.Or(r.Window, fallback.Window),
		Rest:     cmp.Or(r.Rest, fallback.Rest),
	}
}
