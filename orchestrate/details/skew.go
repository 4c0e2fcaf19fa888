package details

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gomr/gomr/orchestrate"
)

// A skew is how much more than others the busiest reduce task of a step had to do.
type skew struct {
	step, steps  int // from 1
	task, tasks  int // the busiest, from 1
	most, median int64
	spell        func(int64) string // an amount of work, in words
	verb         string
}

// ratio is how many times the median the busiest task had. A median of nothing counts as one.
func (s *skew) ratio() float64 { return float64(s.most) / float64(max(s.median, 1)) }

// skewOf returns the largest skew among the steps of a job: of records where they were counted, else of time. Its zero
// value is that of a job without two reduce tasks of which something is known.
func skewOf(r *orchestrate.JobResult) skew {
	largest := func(steps [][]int64, verb string, spell func(int64) string) (found skew) {
		for i, work := range steps {
			s := skew{step: i + 1, steps: len(steps), tasks: len(work), verb: verb, spell: spell}
			if s.tasks < 2 || slices.Max(work) <= 0 {
				continue
			}
			s.most, s.median = slices.Max(work), slices.Sorted(slices.Values(work))[(len(work)-1)/2]
			s.task = slices.Index(work, s.most) + 1
			if found.tasks == 0 || s.ratio() > found.ratio() {
				found = s
			}
		}
		return found
	}
	byRecords := largest(r.ReduceRecords, "read", spellRecords)
	if byRecords.tasks > 0 {
		return byRecords
	}
	var times [][]int64
	for _, step := range r.ReduceTimes {
		var work []int64
		for _, took := range step {
			work = append(work, took.Milliseconds())
		}
		times = append(times, work)
	}
	return largest(times, "took", func(n int64) string { return (time.Duration(n) * time.Millisecond).String() })
}

func spellRecords(n int64) string {
	if n == 1 {
		return "1 record"
	}
	return strconv.FormatInt(n, 10) + " records"
}

// String returns the skew in words, or none where there is no skew to tell of.
func (s *skew) String() string {
	if s.tasks == 0 {
		return ""
	}
	step := ""
	if s.steps > 1 {
		step = fmt.Sprintf(" of step %d", s.step)
	}
	return fmt.Sprintf("%.1f times the median: reduce task %d of %d%s %s %s, the median %s",
		s.ratio(), s.task, s.tasks, step, s.verb, s.spell(s.most), s.spell(s.median))
}
