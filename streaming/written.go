package streaming

import (
	"context"
	"fmt"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
)

// check calls Submission.Check for what the last step has written, and keeps what it rejects.
func (r *run) check(ctx context.Context, counters []mr.CounterValue, output string) error {
	bytes, err := hdfs.SizeOf(r.fsys, output)
	if err != nil {
		return fmt.Errorf("look how large the output is: %w", err)
	}
	written := Written{Rows: outputRecords(counters, r.steps[len(r.steps)-1].Reducers), Bytes: bytes}
	if err = r.Check(ctx, written); err == nil {
		return nil
	}
	rejected, keepErr := hdfs.KeepRejected(r.fsys, output, r.Output)
	if keepErr != nil {
		return fmt.Errorf("%w; the rejected output is removed, for it can't be kept: %w", err, keepErr)
	}
	r.rejected = rejected
	return fmt.Errorf("%w; the rejected output is in %s until the next run", err, rejected)
}

// outputRecords returns how many records the tasks of a step have counted in its output, or -1 where
// Hadoop gave no counters. It throws those of reduce tasks away where there was no map task; there was no
// record either, then.
func outputRecords(counters []mr.CounterValue, reducers int) int64 {
	if len(counters) == 0 {
		return -1
	}
	name := mr.ReduceOutputRecords
	if reducers == 0 {
		name = mr.MapOutputRecords
	}
	records := int64(0)
	for _, v := range counters {
		if v.Group == workerGroup && v.Name == name {
			records += v.Value
		}
	}
	return records
}
