package mr

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// A Source is one of several inputs of a job, with the mapper of its records; see [Inputs].
type Source[K, V any] struct {
	pattern   string
	divisible bool
	mapTask   func(s *settings) (mapRun[K, V], bool, error)
	check     func() error
}

// From makes a Source of the files that pattern matches: a path, a folder above
// them, or a glob of path.Match of either, such as /dumps/orders-*.
func From[I, K, V any](pattern string, m Mapper[I, K, V]) Source[K, V] {
	return Source[K, V]{
		pattern:   pattern,
		divisible: isDivisible(m),
		mapTask:   func(s *settings) (mapRun[K, V], bool, error) { return newMapTask(m, s, place{}) },
		check:     func() error { return checkRole(m, mapRole[K, V]()) },
	}
}

// Inputs makes one mapper of several sources, whose records may be of different
// types: a join. A file is read by the first source that it matches; a file that
// none matches is an error.
func Inputs[K, V any](sources ...Source[K, V]) Mapper[[]byte, K, V] { return inputs[K, V](sources) }

type inputs[K, V any] []Source[K, V]

func (in inputs[K, V]) Map([]byte, Emit[K, V]) error {
	return errors.New("mr.Inputs maps whole tasks: run the job, with mrtest or a runner")
}

func (in inputs[K, V]) isDivisible() bool {
	return !slices.ContainsFunc(in, func(s Source[K, V]) bool { return !s.divisible })
}

func (in inputs[K, V]) mapTask(s *settings) (mapRun[K, V], bool, error) {
	if len(in) == 0 {
		return nil, false, errors.New("mr.Inputs has no sources")
	}
	runs := make([]mapRun[K, V], len(in))
	allBorrow := true
	var errs []error
	for i, source := range in {
		run, borrows, err := source.mapTask(s)
		if err = errors.Join(err, source.check()); err != nil {
			errs = append(errs, fmt.Errorf("source %q: %w", source.pattern, err))
		}
		if _, err := path.Match(source.pattern, ""); err != nil {
			errs = append(errs, fmt.Errorf("source %q: %w", source.pattern, err))
		}
		runs[i], allBorrow = run, allBorrow && borrows
	}
	return func(env *Env, records Records, emit Emit[K, V], out sink) error {
		for i, source := range in {
			if matchesInput(source.pattern, env.Input()) {
				return runs[i](env, records, emit, out)
			}
		}
		return fmt.Errorf("input %s belongs to none of the sources %s: correct the patterns given to mr.From", env.Input(), in.patterns())
	}, allBorrow, errors.Join(errs...)
}

func (in inputs[K, V]) patterns() string {
	quoted := make([]string, len(in))
	for i, source := range in {
		quoted[i] = fmt.Sprintf("%q", source.pattern)
	}
	return strings.Join(quoted, ", ")
}

// matchesInput reports whether pattern matches the file or a folder above it.
func matchesInput(pattern, file string) bool {
	pattern = path.Clean(pattern)
	for ; file != "." && file != "/" && file != ""; file = path.Dir(file) {
		if file == pattern {
			return true
		}
		if ok, _ := path.Match(pattern, file); ok {
			return true
		}
	}
	return false
}
