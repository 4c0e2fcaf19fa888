package local

import (
	"context"
	"fmt"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
)

// check calls Options.Check for the output of the last step, and keeps what it rejects.
func (j *run) check(ctx context.Context, output string) (rejected string, err error) {
	bytes, err := hdfs.SizeOf(j.options.Files, output)
	if err != nil {
		return "", fmt.Errorf("look how large the output is: %w", err)
	}
	err = j.options.Check(ctx, Written{Rows: j.outputRecords() - j.before, Bytes: bytes})
	if err == nil {
		return "", nil
	}
	rejected, keepErr := hdfs.KeepRejected(j.options.Files, output, j.options.Output)
	if keepErr != nil {
		return "", fmt.Errorf("%w; the rejected output is removed, for it can't be kept: %w", err, keepErr)
	}
	return rejected, fmt.Errorf("%w; the rejected output is in %s until the next run", err, rejected)
}

// outputRecords returns how many records were counted so far where the last step counts its output.
func (j *run) outputRecords() int64 {
	name := mr.ReduceOutputRecords
	if j.steps[len(j.steps)-1].Reducers == 0 {
		name = mr.MapOutputRecords
	}
	return j.counters.Counter(mr.FrameworkGroup, name).Value()
}
