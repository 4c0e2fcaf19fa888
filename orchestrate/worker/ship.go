package worker

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

const (
	chunkSize = 64 << 10    // bytes of a log that are sent at once
	shipEvery = time.Second // what is less
)

// ship sends the log of an attempt as it grows, and returns when all is sent after ended is closed, when the scheduler doesn't
// want it, or when ctx has ended.
func (a *attempt) ship(ctx context.Context, ended <-chan struct{}) {
	file, err := os.Open(filepath.Join(a.dir, logFile))
	if err != nil {
		a.log.Error("the log of the attempt can't be read", "error", err)
		return
	}
	defer file.Close()
	offset, err := a.shipped(ctx, file)
	chunk := make([]byte, chunkSize)
	for err == nil {
		over := isClosed(ended) // asked for before the read, which then reaches the end
		var n int
		n, err = file.ReadAt(chunk, offset)
		if err != nil && err != io.EOF {
			break
		}
		err = nil
		if n > 0 {
			offset, err = a.appendLog(ctx, offset, chunk[:n])
		}
		if n == chunkSize || err != nil {
			continue
		}
		if over && n == 0 {
			return
		}
		if !over {
			err = waitFor(ctx, ended, shipEvery)
		}
	}
	a.log.Warn("the log of the attempt is not sent to its end", "offset", offset, "error", err)
}

// shipped returns how much of a log the scheduler has. For one that an earlier worker has begun to
// send it asks with an empty chunk at the end: the answer is the gap.
func (a *attempt) shipped(ctx context.Context, file *os.File) (int64, error) {
	if a.adopted == nil {
		return 0, nil
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return a.appendLog(ctx, info.Size(), nil)
}

// appendLog sends a chunk and returns where the next one begins.
func (a *attempt) appendLog(ctx context.Context, offset int64, chunk []byte) (next int64, err error) {
	next = offset + int64(len(chunk))
	err = persist(ctx, a.log, "append to a log", requestTimeout, func(ctx context.Context) error {
		err := a.scheduler.AppendLog(ctx, a.fence, offset, chunk)
		if gap := (*store.GapError)(nil); errors.As(err, &gap) && gap.Expected != offset && gap.Expected >= 0 {
			next = gap.Expected
			return nil
		}
		return err
	})
	return next, err
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// waitFor waits until c is closed, or for a time.
func waitFor(ctx context.Context, c <-chan struct{}, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-c:
	case <-timer.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}
