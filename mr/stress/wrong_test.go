package stress_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/stress"
)

// A wrongJob is a job with a mistake that a small test doesn't see, and a cluster shows.
type wrongJob struct {
	testJob
	cause stress.Cause
}

func wrong(name string, files map[string]string, cause stress.Cause, job func() mr.Job) wrongJob {
	return wrongJob{testJob{name, files, job}, cause}
}

func wrongJobs() []wrongJob {
	return append(wrongCombiners(), append(wrongReducers(), wrongState()...)...)
}

func wrongCombiners() []wrongJob {
	return []wrongJob{
		wrong("average as merge", amounts(), stress.Combining, func() mr.Job {
			return mr.MapMerge(mr.MapFunc(amount), func(a, b float64) float64 { return (a + b) / 2 })
		}),
		wrong("average as combiner", amounts(), stress.Combining, func() mr.Job {
			mean := mr.ReduceFunc(mean)
			return mr.MapCombineReduce(mr.MapFunc(amount), mean, mean)
		}),
		wrong("count as combiner", words(), stress.Combining, func() mr.Job {
			return mr.MapCombineReduce(splitWords(), mr.ReduceFunc(count), mr.ReduceFunc(count))
		}),
		wrong("subtraction as merge", words(), stress.Combining, func() mr.Job {
			return mr.MapMerge(splitWords(), func(a, b int) int { return a - b })
		}),
		wrong("combiner that isn't idempotent on one value", words(), stress.Combining, func() mr.Job {
			return mr.MapCombineReduce(splitWords(), mr.ReduceFunc(sumPlusOne), sum())
		}),
		wrong("merge that adds a mark", words(), stress.Combining, func() mr.Job {
			return mr.MapMerge(splitWords2(), func(a, b string) string { return min(a, b) + "!" })
		}),
		wrong("reducer that counts what its combiner left", words(), stress.Combining, func() mr.Job {
			return mr.MapCombineReduce(splitWords(), sum(), mr.ReduceFunc(count))
		}),
		wrong("combiner that drops values", words(), stress.Combining, func() mr.Job {
			return mr.MapCombineReduce(splitWords2(), mr.ReduceFunc(firstValue), mr.ReduceFunc(countDistinct))
		}),
		wrong("reducer that takes its one value for all", words(), stress.Combining, func() mr.Job {
			return mr.MapCombineReduce(splitWords(), sum(), mr.ReduceFunc(firstKeyOnly))
		}),
	}
}

func wrongReducers() []wrongJob {
	return []wrongJob{
		wrong("first value", words(), stress.Order, func() mr.Job { return mr.MapReduce(splitWords2(), mr.ReduceFunc(firstValue)) }),
		wrong("last value", words(), stress.Order, func() mr.Job { return mr.MapReduce(splitWords2(), mr.ReduceFunc(lastValue)) }),
		wrong("concatenation", words(), stress.Order, func() mr.Job { return mr.MapReduce(splitWords2(), mr.ReduceFunc(concatenation)) }),
		wrong("merge that keeps the first", words(), stress.Order, func() mr.Job { return mr.MapMerge(splitWords2(), mr.First) }),
		wrong("merge that keeps the last", words(), stress.Order, func() mr.Job { return mr.MapMerge(splitWords2(), mr.Last) }),
		wrong("merge that concatenates", words(), stress.Order, func() mr.Job {
			return mr.MapMerge(splitWords2(), func(a, b string) string { return a + " " + b })
		}),
		wrong("changes from value to value", amounts(), stress.Order, func() mr.Job { return mr.MapReduce(mr.MapFunc(amount), mr.ReduceFunc(changes)) }),
		wrong("ties of a secondary sort", ties(), stress.Order, func() mr.Job {
			return mr.MapSortReduce(mr.MapFunc(visit), mr.ReduceSorted(pages), mr.Reducers(2))
		}),
		wrong("order in the second step", words(), stress.Order, func() mr.Job {
			return mr.Then(mr.MapMerge(splitWords(), mr.Sum, mr.Reducers(2)), mr.MapReduce(mr.MapFunc(byCount), mr.ReduceFunc(concatenation)))
		}),
		wrong("order of a map", words(), stress.Repetition, func() mr.Job { return mr.MapReduce(splitWords2(), mr.ReduceFunc(mapOrder)) }),
		wrong("order of a map as the choice of one", words(), stress.Repetition, func() mr.Job { return mr.MapReduce(splitWords2(), mr.ReduceFunc(anyOfMap)) }),
		wrong("time", words(), stress.Repetition, func() mr.Job { return mr.MapMerge(mr.MapFunc(timed), mr.Max) }),
		wrong("random numbers", words(), stress.Repetition, func() mr.Job { return mr.MapMerge(mr.MapFunc(randomOnes), mr.Sum) }),
		wrong("random partitions", words(), stress.Repetition, func() mr.Job {
			return mr.MapReduce(splitWords(), sum(), mr.Reducers(3), mr.PartitionBy(func(_ string, n int) int { return rand.IntN(n) }))
		}),
		wrong("partitions in turn", words(), stress.Splits, func() mr.Job {
			turn := 0
			return mr.MapReduce(splitWords(), sum(), mr.Reducers(3), mr.PartitionBy(func(_ string, n int) int { turn++; return turn % n }))
		}),
	}
}

func mean(user string, amounts iter.Seq[float64], emit mr.Emit[string, float64]) error {
	sum, n := 0.0, 0
	for a := range amounts {
		sum += a
		n++
	}
	emit(user, sum/float64(n))
	return nil
}

func count(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
	n := 0
	for range counts {
		n++
	}
	emit(word, n)
	return nil
}

func sumPlusOne(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
	n := 1
	for c := range counts {
		n += c
	}
	emit(word, n)
	return nil
}

func firstValue(word string, values iter.Seq[string], emit mr.Emit[string, string]) error {
	for v := range values {
		emit(word, v)
		return nil
	}
	return nil
}

func lastValue(word string, values iter.Seq[string], emit mr.Emit[string, string]) error {
	last := ""
	for v := range values {
		last = v
	}
	emit(word, last)
	return nil
}

func concatenation(key string, values iter.Seq[string], emit mr.Emit[string, string]) error {
	var all []string
	for v := range values {
		all = append(all, v)
	}
	emit(key, strings.Join(all, " "))
	return nil
}

func byCount(p mr.KV[string, int], emit mr.Emit[string, string]) error {
	emit(strconv.Itoa(p.Value), p.Key)
	return nil
}

func changes(user string, amounts iter.Seq[float64], emit mr.Emit[string, float64]) error {
	last, sum := 0.0, 0.0
	for a := range amounts {
		sum += max(a-last, 0)
		last = a
	}
	emit(user, sum)
	return nil
}

// ties are visits of which two have the same time.
func ties() map[string]string {
	return map[string]string{"/in/visits": visits()["/in/visits"] + "user1 7 page8\nuser1 7 page9\n"}
}

func mapOrder(word string, values iter.Seq[string], emit mr.Emit[string, string]) error {
	var all []string
	for v := range setOf(values) {
		all = append(all, v)
	}
	emit(word, strings.Join(all, " "))
	return nil
}

func anyOfMap(word string, values iter.Seq[string], emit mr.Emit[string, string]) error {
	for v := range setOf(values) {
		emit(word, v)
		break
	}
	return nil
}

func timed(line string, emit mr.Emit[string, int64]) error {
	emit(line, time.Now().UnixNano())
	return nil
}

func randomOnes(line string, emit mr.Emit[string, int]) error {
	emit(line, rand.IntN(100))
	return nil
}

// TestWrongJobsAreCaught wants each of them to be caught within 20 seeds, for its cause.
func TestWrongJobsAreCaught(t *testing.T) {
	t.Parallel()
	for _, j := range wrongJobs() {
		t.Run(j.name, func(t *testing.T) {
			t.Parallel()
			b := plain(t, j.testJob)
			var d *stress.Difference
			for seed := uint64(1); seed <= 20 && d == nil; seed++ {
				if err := b.Try(t.Context(), seed); err != nil {
					require.ErrorAs(t, err, &d)
				}
			}
			require.NotNil(t, d, "20 seeds did not show it")
			require.Equal(t, j.cause, d.Cause, "%v", d)
			require.NoError(t, b.Close())
		})
	}
}

// TestTheSameSeedGivesTheSameReport holds for jobs that are not random themselves.
func TestTheSameSeedGivesTheSameReport(t *testing.T) {
	t.Parallel()
	for _, j := range wrongJobs() {
		if j.cause == stress.Repetition {
			continue
		}
		t.Run(j.name, func(t *testing.T) {
			t.Parallel()
			var reports []string
			for range 2 {
				b := plain(t, j.testJob)
				for seed := range uint64(2) {
					reports = append(reports, fmt.Sprint(b.Try(t.Context(), seed)))
				}
				require.NoError(t, b.Close())
			}
			require.Equal(t, reports[:2], reports[2:])
		})
	}
}
