package worker

import (
	"context"
	"log/slog"
	"maps"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// defaultLease is that of a worker that has no attempt, and doesn't know what the scheduler takes.
const defaultLease = 30 * time.Second

// beatsInLease is how many beats there are in a lease, so that some may get lost.
const beatsInLease = 3

// A beater tells the scheduler that attempts are alive. Its goroutine owns it.
type beater struct {
	scheduler Scheduler
	info      scheduler.WorkerInfo
	log       *slog.Logger
	dir       string                  // of the worker
	details   map[int64]*detailReader // by fence
	load      loadReader
	failures  int
}

// A heartbeat is a request for a beat.
type heartbeat struct {
	dirs     map[int64]string // folders of the attempts by their fences
	timeout  time.Duration
	draining bool // the worker takes no others
}

// A pulse is the answer to it.
type pulse struct {
	scheduler.Pulse
	err  error
	news bool // there were new details
}

// run answers requests until there are no more. There is room for each answer.
func (b *beater) run(ctx context.Context, requests <-chan heartbeat, answers chan<- pulse) {
	for r := range requests {
		answers <- b.beat(ctx, r)
	}
}

func (b *beater) beat(ctx context.Context, r heartbeat) (answer pulse) {
	readers := make(map[int64]*detailReader, len(r.dirs))
	beats := make([]scheduler.Beat, 0, len(r.dirs))
	for fence, dir := range r.dirs {
		reader := b.details[fence]
		if reader == nil {
			reader = newDetailReader(dir)
		}
		readers[fence] = reader
		reader.read()
		answer.news = answer.news || len(reader.fresh) > 0
		beats = append(beats, scheduler.Beat{Fence: fence, Details: maps.Clone(reader.fresh)})
	}
	b.details = readers
	info := b.info
	info.Draining, info.Load = r.draining, b.load.read(b.dir, r.dirs)
	answer.err = limited(ctx, r.timeout, func(ctx context.Context) (err error) {
		answer.Pulse, err = b.scheduler.Beat(ctx, info, beats)
		return err
	})
	b.note(ctx, answer.err)
	if answer.err == nil {
		for _, reader := range readers {
			reader.fresh = nil
		}
	}
	return answer
}

// note logs the first failure in a row, and the end of it.
func (b *beater) note(ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil:
	case err != nil && b.failures == 0:
		b.failures++
		b.log.Warn("the scheduler can't be told that the worker lives; attempts go on", "error", err)
	case err != nil:
		b.failures++
	case b.failures > 0:
		b.log.Info("the scheduler is there again", "request", "beat", "failures", b.failures)
		b.failures = 0
	}
}
