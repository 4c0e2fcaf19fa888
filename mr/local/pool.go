package local

import (
	"context"
	"sync"
	"sync/atomic"
)

// A pool runs the tasks of a step.
type pool struct {
	workers int
	ctx     context.Context         // of the tasks: it ends with the step, or at the first error
	cancel  context.CancelCauseFunc // ends ctx
}

// run runs task(0) to task(n-1) in order, as many at once as there are workers,
// and returns the first error, which stops the tasks that run.
func (p *pool) run(n int, task func(ctx context.Context, i int) error) error {
	var (
		next    atomic.Int64
		workers sync.WaitGroup
	)
	for range min(p.workers, n) {
		workers.Go(func() {
			for p.ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := task(p.ctx, i); err != nil {
					p.cancel(err)
					return
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(p.ctx)
}
