package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A sitting measures jobs, one after the other.
type sitting struct {
	place   *place
	cluster *cluster // nil where jobs run in this machine's processes alone
	runs    int
	machine machine
	log     io.Writer
}

// measure runs the rows of a job, interleaved.
func (s *sitting) measure(ctx context.Context, j job) (*jobResult, error) {
	result := &jobResult{Name: j.name, Date: time.Now().UTC().Truncate(time.Second), Scale: s.place.data.scale, Load: loadAverage(), Machine: s.machine}
	for _, r := range j.rows {
		prepared, err := s.prepare(ctx, r)
		if err != nil {
			return nil, err
		}
		result.Rows = append(result.Rows, prepared)
	}
	check, err := newChecker(s.place)
	if err != nil {
		return nil, err
	}
	defer check.close()
	for run := range s.runs {
		for i, r := range j.rows {
			done := result.Rows[i]
			if done.Error != "" || r.runs > 0 && run >= r.runs {
				continue
			}
			err := s.runRow(ctx, r, done, check)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			s.tell(j, run, done, err)
		}
	}
	return result, nil
}

// prepare makes the inputs of a row.
func (s *sitting) prepare(ctx context.Context, r row) (*rowResult, error) {
	result := &rowResult{Name: r.name}
	for _, input := range r.inputs {
		if err := s.place.data.prepare(input); err != nil {
			return nil, fmt.Errorf("input %s: %w", input, err)
		}
		if s.cluster != nil {
			if err := s.cluster.put(ctx, s.place, input); err != nil {
				return nil, err
			}
		}
		size, err := s.place.data.size(input)
		if err != nil {
			return nil, err
		}
		result.Bytes += size
	}
	return result, nil
}

// runRow measures a row once. The output of its first run is checked.
func (s *sitting) runRow(ctx context.Context, r row, result *rowResult, check *checker) error {
	var runs []measurement
	for range max(r.times, 1) {
		if err := errors.Join(s.clear(ctx), s.warm(ctx, r, slices.Concat(result.Runs, runs))); err != nil {
			return err
		}
		m, err := s.runCommand(ctx, r)
		if err != nil {
			result.Error = err.Error()
			return err
		}
		runs = append(runs, m)
	}
	result.Runs = append(result.Runs, mean(runs))
	if len(result.Runs) > 1 {
		return nil
	}
	var err error
	result.Check, err = check.row(ctx, r)
	return err
}

// runCommand runs the command of a row.
func (s *sitting) runCommand(ctx context.Context, r row) (measurement, error) {
	run := measure
	if s.cluster != nil {
		run = s.cluster.measure
	}
	m, err := run(ctx, shellCommand(r.command), s.place.environment(r), s.place.cache)
	if err == nil {
		err = s.leftBehind(r)
	}
	return m, err
}

// clear removes what the run before has left, and has the system write what it must.
func (s *sitting) clear(ctx context.Context) error {
	temporary := s.place.temporary()
	if err := errors.Join(os.RemoveAll(temporary), os.MkdirAll(temporary, 0o777)); err != nil {
		return err
	}
	defer unix.Sync()
	if s.cluster != nil {
		return s.cluster.clear(ctx, s.place)
	}
	return os.RemoveAll(s.place.output)
}

// leftBehind returns an error where gomr has not cleaned up.
func (s *sitting) leftBehind(r row) error {
	left, err := os.ReadDir(s.place.temporary())
	if len(left) > 0 && strings.HasPrefix(r.command, "$GOMR") {
		return fmt.Errorf("it left %s in its folder for temporary files", left[0].Name())
	}
	return err
}

// shellCommand returns the command by which bash runs a line. A single command replaces bash.
func shellCommand(line string) []string { return []string{"bash", "-o", "pipefail", "-c", line} }

// tell writes how a run went.
func (s *sitting) tell(j job, run int, r *rowResult, err error) {
	fmt.Fprintf(s.log, "%s %-16s run %d  %-18s ", time.Now().Format(time.TimeOnly), j.name, run+1, r.Name)
	if err != nil {
		fmt.Fprintf(s.log, "FAILED: %v\n", err)
		return
	}
	m := r.Runs[len(r.Runs)-1]
	fmt.Fprintf(s.log, "%8.2f s  %8.2f s CPU  %6s MB", m.Wall, m.CPU, megabytes(m.RSS))
	if run == 0 {
		fmt.Fprintf(s.log, "  %s", r.Check)
	}
	fmt.Fprintln(s.log)
}
