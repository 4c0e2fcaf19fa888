package mrtest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/stress"
)

// defaultSeeds is how many seeds [Stress] tries: each of them nearly always shows a
// mistake that the input can show.
const defaultSeeds = 20

// Stress runs a job over files, as [Run] does, and then with everything changed that
// a cluster may change: the order of values, where the combiner runs, splits,
// attempts. An output that changes ends the test, with the first key that differs and
// the cause. Seeds say which changes are tried; without any they are 1 to 20.
// See package [stress] for what is done, and what right jobs may do.
func Stress(t testing.TB, job mr.Job, files map[string]string, seeds ...uint64) {
	t.Helper()
	baseline, err := stress.Plain(t.Context(), job, inputOptions(t, files))
	if err != nil {
		t.Fatal(err)
	}
	if len(seeds) == 0 {
		for seed := range uint64(defaultSeeds) {
			seeds = append(seeds, seed+1)
		}
	}
	for _, seed := range seeds {
		if err := baseline.Try(t.Context(), seed); err != nil {
			t.Fatal(stressFailure(err))
		}
	}
}

// stressFailure adds to a difference how to see it again.
func stressFailure(err error) string {
	var d *stress.Difference
	if !errors.As(err, &d) {
		return err.Error()
	}
	return fmt.Sprintf("%v\nThe same again, with this seed alone: mrtest.Stress(t, job, files, %d)", d, d.Seed)
}
