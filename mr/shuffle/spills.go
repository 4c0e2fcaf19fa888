package shuffle

import (
	"fmt"

	"github.com/gomr/gomr/mr"
)

// Spills are the runs that a map task has written to disk, all in one file.
type spills struct {
	options *Options
	file    *runFile
	runs    []*Run // in order of emission
}

// write adds a run of the pairs of some partitions.
func (s *spills) write(partitions int, pairs func(p int) mr.Pairs) error {
	if s.file == nil {
		file, err := createRunFile(s.options.Dir)
		if err != nil {
			return fmt.Errorf("spill: %w", err)
		}
		s.file = file
	}
	s.file.retain()
	options := s.options.runOptions()
	options.Partitions = partitions
	w := newRunWriter(s.file, options)
	defer w.Close()
	for p := range partitions {
		if err := w.Write(p, pairs(p)); err != nil {
			return fmt.Errorf("spill: %w", err)
		}
	}
	s.runs = append(s.runs, w.Finish())
	return nil
}

// last returns the run that was written last.
func (s *spills) last() *Run { return s.runs[len(s.runs)-1] }

// take returns the runs, which the caller closes.
func (s *spills) take() []*Run {
	runs := s.runs
	s.runs = nil
	return runs
}

// close gives up the runs that were not taken, and the file with its last run. It may be called more than once.
func (s *spills) close() {
	for _, run := range s.take() {
		run.Close()
	}
	if s.file != nil {
		s.file.release()
		s.file = nil
	}
}
