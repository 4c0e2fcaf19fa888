package mr

import (
	"fmt"
	"path"
	"strings"
)

// An Option changes how a step runs.
type Option func(*settings)

type settings struct {
	reducers   int
	output     OutputFormat
	escape     bool
	skipLimit  int64
	skipBroken bool
	totalOrder bool
	containing []byte
	partition  any // func(key K, partitions int) int
	files      []SideFile
	properties map[string]string
	err        error
}

func newSettings(options []Option) *settings {
	s := &settings{reducers: 1, skipLimit: defaultSkipLimit}
	for _, o := range options {
		o(s)
	}
	return s
}

// newStep returns a step with what the options say, and nothing to run.
func (s *settings) newStep(reducers int) *Step {
	return &Step{Reducers: reducers, TotalOrder: s.totalOrder, Containing: s.containing, Files: s.files, Properties: s.properties}
}

// Reducers sets the number of reduce tasks, and so of parts. The default is 1, as in Hadoop.
func Reducers(n int) Option {
	return func(s *settings) {
		if n < 1 {
			s.err = fmt.Errorf("mr.Reducers(%d): a step has at least one reduce task; mr.MapOnly makes one without", n)
		}
		s.reducers = n
	}
}

// Output sets the format of the output files. The default is [TSV].
func Output(format OutputFormat) Option { return func(s *settings) { s.output = format } }

// Escape lets keys and values hold any bytes in the output: backslash, tab, CR and
// LF are written as \\, \t, \r and \n.
func Escape() Option { return func(s *settings) { s.escape = true } }

// SkipLimit sets how many records a task may skip by [ErrSkip] before it fails; the
// default is 1,000. Given at all, it also makes records that can't be decoded skippable.
func SkipLimit(n int64) Option {
	return func(s *settings) { s.skipLimit, s.skipBroken = n, true }
}

// Containing gives the mapper only the records that hold text: the others might as
// well not be in the input, and no counter counts them. A record is looked at as it
// stands in the file, before it is parsed.
//
//	mr.MapOnly(m, mr.Containing("mutex_lock"))
//
// Where few records hold the text this is many times as fast as a mapper that looks at
// each one, since mr/local then searches the input for the text instead of cutting it
// into records. It is for the first step of a job, and for all sources of [Inputs].
func Containing(text string) Option {
	return func(s *settings) {
		if s.containing != nil {
			s.err = fmt.Errorf("mr.Containing(%q): a step looks for one text, and it looks for %q already: look for the other one in the mapper", text, s.containing)
		}
		s.containing = []byte(text)
	}
}

// PartitionBy sets the function that tells which reduce task a key goes to, from 0
// to partitions-1. It must give the same answer for equal keys.
// A mapper's method Partition does the same.
func PartitionBy[K any](f func(key K, partitions int) int) Option {
	return func(s *settings) { s.partition = f }
}

// TotalOrder partitions keys by ranges, so that the parts in their order are
// sorted as a whole. The ranges come from a sample of the input, which the runner
// maps before the job.
func TotalOrder() Option { return func(s *settings) { s.totalOrder = true } }

// Files gives the tasks side files, by their paths in the file system of the job's
// inputs. In [Env.Files] a file has the last element of its path as its name, or
// what stands behind a # at its end.
func Files(paths ...string) Option {
	return func(s *settings) {
		for _, p := range paths {
			file, name, ok := strings.Cut(p, "#")
			if !ok {
				name = path.Base(file)
			}
			if file == "" || name == "" || strings.Contains(name, "/") {
				s.err = fmt.Errorf("mr.Files(%q): a side file is PATH or PATH#NAME", p)
			}
			s.files = append(s.files, SideFile{Path: file, Name: name})
		}
	}
}

// Property sets a setting for Hadoop, such as mapreduce.map.memory.mb. The local
// engine passes over it.
func Property(name, value string) Option {
	return func(s *settings) {
		if s.properties == nil {
			s.properties = make(map[string]string)
		}
		s.properties[name] = value
	}
}
