package main

import (
	"fmt"
	"math"
)

// A target is what a job must reach.
type target struct {
	text  string
	check func(results *results, j *jobResult) (measured string, ok bool)
}

// notMeasured is the answer where a row is not there.
const notMeasured = "not measured"

// compare makes a target of two rows of a job, from a ratio of them.
func compare(text, a, b string, ratio func(a, b summary) float64, ok func(float64) bool) target {
	return target{text, func(_ *results, j *jobResult) (string, bool) {
		x, y := j.summary(a), j.summary(b)
		if x == nil || y == nil {
			return notMeasured, false
		}
		r := ratio(*x, *y)
		return fmt.Sprintf("%.2f times", r), ok(r)
	}}
}

// faster wants row a to take at most 1/factor of the time of row b.
func faster(a, b string, factor float64) target {
	return compare(fmt.Sprintf("%s at least %g times as fast as %s", a, factor, b), a, b,
		func(a, b summary) float64 { return b.Wall / a.Wall },
		func(r float64) bool { return r >= factor })
}

// within wants row a to take at most factor times the time of row b.
func within(a, b string, factor float64) target {
	return compare(fmt.Sprintf("%s takes at most %g times the time of %s", a, factor, b), a, b,
		func(a, b summary) float64 { return a.Wall / b.Wall },
		func(r float64) bool { return r <= factor })
}

// lessCPU wants the tasks of row a to take at most 1/factor of the time on processors of those of row b, as
// Hadoop counts them.
func lessCPU(a, b string, factor float64) target {
	return compare(fmt.Sprintf("tasks of %s take at most 1/%g of the CPU time of those of %s", a, factor, b), a, b,
		func(a, b summary) float64 { return b.Counter / a.Counter },
		func(r float64) bool { return r >= factor })
}

// gainOfTwo tells how much faster two processes of a row are together, on a core each, than one after the other. It wants nothing.
func gainOfTwo(one, two string) target {
	return compare(fmt.Sprintf("%s against %s, for each process", two, one), one, two,
		func(one, two summary) float64 { return 2 * one.Wall / two.Wall },
		func(float64) bool { return true })
}

// perRecord tells what row a costs more than row b for each record of a data set of the corpus. It
// wants nothing.
func perRecord(a, b, input string) target {
	return target{fmt.Sprintf("cost of %s above %s for each line of %s", a, b, input), func(_ *results, j *jobResult) (string, bool) {
		x, y := j.summary(a), j.summary(b)
		if x == nil || y == nil {
			return notMeasured, false
		}
		lines := float64(x.Bytes) / bytesPerLine
		return fmt.Sprintf("%.2f µs of CPU, %.2f µs of wall time", (x.CPU-y.CPU)/lines*1e6, (x.Wall-y.Wall)/lines*1e6), true
	}}
}

// bytesPerLine is the mean length of a line of the corpus.
const bytesPerLine = 28.4

// lessMemory wants the peak of row a to be no more than that of row b.
func lessMemory(a, b string) target {
	return compare(fmt.Sprintf("%s takes no more memory than %s", a, b), a, b,
		func(a, b summary) float64 { return float64(a.RSS) / float64(b.RSS) },
		func(r float64) bool { return r <= 1 })
}

// fasterPerByte compares with a row of another job, by bytes of input in a second.
func fasterPerByte(a, otherJob, b string, factor float64) target {
	text := fmt.Sprintf("%s at least %g times as fast as %s, per byte, of %s", a, factor, b, otherJob)
	return target{text, func(all *results, j *jobResult) (string, bool) {
		x, y := j.summary(a), all.job(otherJob).summary(b)
		if x == nil || y == nil {
			return notMeasured, false
		}
		r := (y.Wall / float64(y.Bytes)) / (x.Wall / float64(x.Bytes))
		return fmt.Sprintf("%.0f times", r), r >= factor
	}}
}

// single makes a target of one row of a job.
func single(text, name string, check func(s summary) (string, bool)) target {
	return target{text, func(_ *results, j *jobResult) (string, bool) {
		s := j.summary(name)
		if s == nil {
			return notMeasured, false
		}
		return check(*s)
	}}
}

// under wants a row to take less than so many seconds.
func under(name string, seconds float64) target {
	return single(fmt.Sprintf("%s takes less than %g ms", name, seconds*1000), name, func(s summary) (string, bool) {
		return fmt.Sprintf("%.0f ms", s.Wall*1000), s.Wall < seconds
	})
}

// memoryUnder wants the peak of a row, in its worst run, to stay below so many bytes.
func memoryUnder(name string, bytes int64) target {
	return single(fmt.Sprintf("%s stays under %d MB", name, bytes>>20), name, func(s summary) (string, bool) {
		return megabytes(s.MaxRSS) + " MB", s.MaxRSS < bytes
	})
}

// finishes wants a row to end with the right result.
func finishes(name string) target {
	return single(name+" finishes with the same result", name, func(s summary) (string, bool) {
		return s.Check, s.Check == checkEqual
	})
}

// linear wants the times of rows per byte of their input to differ by at most tolerance.
func linear(tolerance float64, names ...string) target {
	text := fmt.Sprintf("time per byte grows by at most %.0f %%", 100*tolerance)
	return target{text, func(_ *results, j *jobResult) (string, bool) {
		least, most := math.Inf(1), 0.0
		for _, name := range names {
			s := j.summary(name)
			if s == nil {
				return notMeasured, false
			}
			perByte := s.Wall / float64(s.Bytes)
			least, most = min(least, perByte), max(most, perByte)
		}
		grown := most/least - 1
		return fmt.Sprintf("%.0f %% between least and most", 100*grown), grown <= tolerance
	}}
}
