package streaming

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// timesWait is how long a job that has succeeded is held up at most to learn how long its tasks took.
const timesWait = 3 * time.Second

// timeReduces returns how long each reduce task of a step took. It is for people to look at, so nothing fails where
// it is not known.
func (r *run) timeReduces(ctx context.Context, step int, application string) []time.Duration {
	if r.steps[step].Reducers < 2 { // there is nothing to compare with
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, timesWait)
	defer cancel()
	tasks, err := r.cluster.yarn.reduceTasks(ctx, application)
	if err != nil {
		r.Log.Debug("how long the reduce tasks took is not known", "application", application, "error", err)
		return nil
	}
	return timesOf(tasks)
}

// timesOf returns how long tasks took, in the order of their numbers.
func timesOf(tasks []jobTask) []time.Duration {
	tasks = slices.SortedFunc(slices.Values(tasks), func(a, b jobTask) int { // numbers have leading zeros up to 999999
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	times := make([]time.Duration, len(tasks))
	for i, task := range tasks {
		times[i] = time.Duration(task.Elapsed) * time.Millisecond
	}
	return times
}
