// Package stress shows on one machine what a cluster does to a job, and finds jobs
// whose output it changes.
//
// A job runs once as it is, which is the baseline, and then once for each seed with
// everything changed that a cluster is free to change:
//
//	baseline, err := stress.Plain(ctx, job, local.Options{
//		Inputs: []string{"/data/text"},
//		Output: "/tmp/stress", // for what it writes; Close removes it
//	})
//	if err != nil {
//		return err
//	}
//	defer baseline.Close()
//	for seed := range uint64(20) {
//		if err := baseline.Try(ctx, seed); err != nil {
//			return err // a *stress.Difference: the key, both values, the cause
//		}
//	}
//
// # What is changed
//
// The steps of the job are wrapped; the engine is the one that runs every local job.
// What is done to a task follows from the seed, the step and the task's index alone,
// so a seed does the same each time.
//
//   - Splits: the input is cut into up to 64 map tasks, down to tasks without a record.
//   - Combining: the engine combines nothing. Instead the merge or the combiner runs
//     in front of the reducer, over runs of a key's values and again over what came
//     out, single values too, or never.
//   - Order: the values of a key are shuffled. A key is the whole encoded key, so
//     the order of a secondary sort stays.
//   - Attempts: map and reduce tasks are run up to two times before the attempt that
//     counts. Each of these is killed at a random record of its input or its output,
//     or runs to its end like the twin of a speculative execution that came second.
//     What it writes is thrown away.
//   - EmptyTasks: a map task without a record and a reduce task without a key run
//     beside the others. They must not fail.
//
// The job always has one worker: what its tasks share by mistake is then shared in
// the same order each time, and does not end the process as a data race may.
//
// # What is compared
//
// Outputs are sets of lines: neither the part nor the place of a line counts, since
// the parts of a map-only job follow the splits, and lines of one key the order of
// values. Outputs that are not equal byte for byte are sorted by the local engine and
// compared line by line.
//
// Adding floating-point numbers in another order gives another rounding. So two
// numbers of which one at least is written with a point or an exponent are equal
// where they differ by less than 1e-9 of the larger, or by less than 1e-9. Whole
// numbers must be the same. Sums of float32 are less exact than that, and will be
// reported.
//
// # The cause
//
// After a difference the job runs again with single changes: with none at all, which
// shows time, random numbers and the order of Go's maps, and then with one kind
// after the other. The first that changes the output is [Difference.Cause].
//
// # Memory
//
// Values are shuffled and combined in windows of a mebibyte, so a key may have any
// number of them. Killed attempts end at the latest after as much input, which is
// kept for the attempt that counts. The rest is [local.Options.Memory].
package stress
