package worker

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// A backOff is a wait that doubles with each failure.
type backOff struct{ delay time.Duration }

const (
	firstDelay   = 50 * time.Millisecond
	longestDelay = 5 * time.Second
)

// next returns how long to wait. A random part of up to one half is taken off, so that workers which
// lost the scheduler together don't come back together.
func (b *backOff) next() time.Duration {
	b.delay = min(max(2*b.delay, firstDelay), longestDelay)
	return b.delay - rand.N(b.delay/2)
}

// requestTimeout is how long a request may take that doesn't wait for something to come.
const requestTimeout = time.Minute

// persist makes a request until it is done or refused, or ctx has ended. A timeout of zero is none.
func persist(ctx context.Context, log *slog.Logger, what string, timeout time.Duration, request func(context.Context) error) error {
	var wait backOff
	for failures := 0; ; failures++ {
		err := limited(ctx, timeout, request)
		switch {
		case err == nil && failures > 0:
			log.Info("the scheduler is there again", "request", what, "failures", failures)
			return nil
		case err == nil || isRefusal(err) || ctx.Err() != nil:
			return err
		}
		level := slog.LevelDebug
		if failures == 0 {
			level = slog.LevelWarn
		}
		log.Log(ctx, level, "a request has failed and is made again", "request", what, "error", err)
		if err := sleep(ctx, wait.next()); err != nil {
			return err
		}
	}
}

// limited makes a request that ends after a time, if that is not zero.
func limited(ctx context.Context, timeout time.Duration, request func(context.Context) error) error {
	if timeout == 0 {
		return request(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return request(ctx)
}

// isRefusal reports whether a request that is made again would have the same answer.
func isRefusal(err error) bool {
	var fenced *scheduler.FencedError
	var invalid *scheduler.InvalidError
	return errors.As(err, &fenced) || errors.As(err, &invalid)
}

// sleep waits, or returns why ctx has ended.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
