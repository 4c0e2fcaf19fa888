package stress

import (
	"context"
	"strings"
)

// A Cause is a set of things that a cluster may do otherwise each time.
type Cause uint8

// The causes. Zero means that the cause of a difference was not found.
const (
	// Repetition is running the job again, with nothing changed.
	Repetition Cause = 1 << iota
	// EmptyTasks are tasks without input.
	EmptyTasks
	// Combining is how often the merge or combiner runs, and over which values.
	Combining
	// Order is the order of the values of a key.
	Order
	// Splits are how the input is cut into map tasks.
	Splits
	// Attempts are tasks that are killed and run again, and twins of tasks.
	Attempts

	everything = EmptyTasks | Combining | Order | Splits | Attempts
)

// causes have the order in which they are tried: a job whose combiner is wrong
// depends on the order of values too, and one that depends on their order depends
// on the splits.
var causes = []struct {
	cause Cause
	name  string
	text  string
}{
	{Repetition, "repetition", "the job comes out otherwise when it is run again, with nothing changed: look for the time, random numbers, the order of a Go map, or variables that outlive a task"},
	{EmptyTasks, "empty tasks", "a task without input fails, and a cluster has such tasks: where a split holds no start of a record, where a file is empty, where no key goes to a reduce task"},
	{Combining, "combining", "the output depends on how often the merge or combiner runs, and over which values: merging must be associative, and what comes out of it a value like any other"},
	{Order, "order of values", "the output depends on the order of the values of a key: sort them by mr.Sorted, or use a merge that commutes"},
	{Splits, "splits", "the output depends on how the input is cut into map tasks: look for state that is kept across records, and for numbers of records or tasks"},
	{Attempts, "attempts", "the output depends on attempts that were thrown away: look for variables that outlive a task, and for effects beside the output"},
}

func (c Cause) has(other Cause) bool { return c&other != 0 }

// String returns the names of the causes in the set.
func (c Cause) String() string {
	var names []string
	for _, known := range causes {
		if c.has(known.cause) {
			names = append(names, known.name)
		}
	}
	if len(names) == 0 {
		return "unknown"
	}
	return strings.Join(names, ", ")
}

// MarshalText returns String.
func (c Cause) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Explain says in a sentence what is wrong with a job whose output the cause changes.
func (c Cause) Explain() string {
	for _, known := range causes {
		if c == known.cause {
			return known.text
		}
	}
	return "the output changes only where several things come together: " + everything.String()
}

// repetitions is how often a job is run again to see whether it needs a cause at all.
const repetitions = 3

// findCause runs the job again with single causes, and returns the first that changes
// the output, and the only step that must have it, from 1, where one alone suffices.
func (b *Baseline) findCause(ctx context.Context, seed uint64) (Cause, int, error) {
	for range repetitions {
		if d, err := b.run(ctx, plan{}); d != nil || err != nil {
			return Repetition, 0, err
		}
	}
	for _, known := range causes {
		d, err := b.run(ctx, plan{seed: seed, causes: known.cause})
		if err != nil {
			return 0, 0, err
		}
		if d != nil {
			step, err := b.findStep(ctx, plan{seed: seed, causes: known.cause})
			return known.cause, step, err
		}
	}
	return 0, 0, nil
}

// findStep returns the first step that changes the output where it alone is changed,
// and zero where there is none or it need not be said.
func (b *Baseline) findStep(ctx context.Context, p plan) (int, error) {
	if steps := len(b.job.Steps()); steps > 1 && p.causes != Splits { // all steps have the same options for their splits
		for p.step = 1; p.step <= steps; p.step++ {
			if d, err := b.run(ctx, p); d != nil || err != nil {
				return p.step, err
			}
		}
	}
	return 0, nil
}
