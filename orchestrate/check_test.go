package orchestrate_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

// A checked is a task with checks that writes lines to a local file.
type checked struct {
	Path  string `param:"path"`
	lines string
	// other writes in another way.
	other  func(ctx context.Context, path string) error
	checks []orchestrate.Check
	due    time.Time
}

func (c checked) Output() orchestrate.Target  { return orchestrate.LocalFile(c.Path) }
func (c checked) Checks() []orchestrate.Check { return c.checks }
func (c checked) Due() time.Time              { return c.due }
func (checked) Retry() orchestrate.Retry      { return orchestrate.Retry{Attempts: 3} }
func (c checked) Run(ctx context.Context) error {
	if c.other != nil {
		return c.other(ctx, c.Path)
	}
	w, err := orchestrate.LocalFile(c.Path).Create(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.Abort() }()
	if _, err := w.Write([]byte(c.lines)); err != nil {
		return err
	}
	return w.Close()
}

// sizes are a history in memory.
type sizes struct {
	mu    sync.Mutex
	known []orchestrate.Size
	err   error
}

func (s *sizes) Sizes(context.Context, string) ([]orchestrate.Size, error) { return s.known, s.err }

func (s *sizes) Add(_ context.Context, _, _ string, made orchestrate.Size) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = append(s.known, made)
	return nil
}

func rowsOf(rows ...int64) (all []orchestrate.Size) {
	for _, n := range rows {
		all = append(all, orchestrate.Size{Rows: n, Bytes: 10 * n})
	}
	return all
}

func TestChecks(t *testing.T) {
	within := orchestrate.RowsWithin(0.5, 2)
	tests := map[string]struct {
		lines  string
		check  orchestrate.Check
		before []orchestrate.Size
		want   string // of the error; empty where it holds
	}{
		"enough rows":             {"a\nb\n", orchestrate.MinRows(2), nil, ""},
		"too few rows":            {"a\nb\n", orchestrate.MinRows(3), nil, "it has 2 rows, and MinRows(3) wants at least 3"},
		"an open line is a row":   {"a\nb", orchestrate.MinRows(2), nil, ""},
		"not too many rows":       {"a\nb\n", orchestrate.MaxRows(2), nil, ""},
		"too many rows":           {"a\nb\n", orchestrate.MaxRows(1), nil, "it has 2 rows, and MaxRows(1) wants at most 1"},
		"enough bytes":            {"a\nb\n", orchestrate.MinBytes(4), nil, ""},
		"too few bytes":           {"a\nb\n", orchestrate.MinBytes(5), nil, "it has 4 bytes, and MinBytes(5) wants at least 5"},
		"too many bytes":          {"a\nb\n", orchestrate.MaxBytes(3), nil, "it has 4 bytes, and MaxBytes(3) wants at most 3"},
		"no history":              {"a\n", within, nil, ""},
		"little history":          {"a\n", within, rowsOf(100, 100), ""},
		"as the others":           {"a\nb\n", within, rowsOf(1, 4, 4), ""},
		"half of the others":      {"a\nb\n", within, rowsOf(4, 4, 1), ""},
		"less than half":          {"a\n", within, rowsOf(4, 4, 4), "it has 1 row, and RowsWithin(0.5, 2) wants at least 2, as the median of the last 3 is 4"},
		"more than twice":         {"a\nb\nc\n", within, rowsOf(1, 1, 100, 1), "it has 3 rows, and RowsWithin(0.5, 2) wants at most 2, as the median of the last 4 is 1"},
		"bytes beside the others": {"a\n", orchestrate.BytesWithin(1, 1), rowsOf(1, 1, 1), "it has 2 bytes, and BytesWithin(1, 1) wants at least 10, as the median of the last 3 is 10"},
		"unknown ones are none":   {"a\n", within, append(rowsOf(100, 100), orchestrate.Size{Rows: -1, Bytes: 5}), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out")
			task := checked{Path: path, lines: test.lines, checks: []orchestrate.Check{test.check}}
			summary, err := orchestrate.Run(t.Context(), orchestrate.Config{History: &sizes{known: test.before}}, task)
			kept := filepath.Join(filepath.Dir(path), ".out.rejected")
			if test.want == "" {
				require.NoError(t, err)
				require.FileExists(t, path)
				require.NoFileExists(t, kept)
				return
			}
			var rejected *orchestrate.CheckError
			require.ErrorAs(t, err, &rejected)
			require.Equal(t, "the output was rejected by a check: "+test.want+".\nNothing was committed. To accept it once: gomr run checked --path="+path+
				" --accept-checks; the rejected output is in "+kept, summary.Tasks[0].Err.Error())
			require.Equal(t, 1, summary.Tasks[0].Attempts, "trying again would make the same")
			require.NoFileExists(t, path)
			text, err := os.ReadFile(kept)
			require.NoError(t, err)
			require.Equal(t, test.lines, string(text))
			entries, err := os.ReadDir(filepath.Dir(path))
			require.NoError(t, err)
			require.Len(t, entries, 1, "nothing else is left")
		})
	}
}

func TestChecks_AcceptedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	task := checked{Path: path, lines: "a\n", checks: []orchestrate.Check{orchestrate.MinRows(2), orchestrate.MinBytes(9)}}
	history := &sizes{}
	config := orchestrate.Config{History: history, Accept: func(_ context.Context, id string) (bool, error) { return id == orchestrate.ID(task), nil }}
	summary, err := orchestrate.Run(t.Context(), config, task)
	require.NoError(t, err)
	require.FileExists(t, path)
	require.Equal(t, "1 row, and MinRows(2) wants at least 2; and 2 bytes, and MinBytes(9) wants at least 9", summary.Tasks[0].Accepted)
	require.Contains(t, summary.String(), "Accepted in spite of a check: checked(path="+path+") has 1 row")
	require.Equal(t, []orchestrate.Size{{Rows: 1, Bytes: 2}}, history.known, "a later median knows of it")
}

func TestChecks_WhatCanGoWrong(t *testing.T) {
	errBroken := errors.New("no disk")
	write := func(_ context.Context, path string) error { return os.WriteFile(path, nil, 0o666) }
	checkThen := func(made orchestrate.Size) func(ctx context.Context, path string) error {
		return func(ctx context.Context, path string) error {
			if err := orchestrate.CheckSize(ctx, made); err != nil {
				return err
			}
			return write(ctx, path)
		}
	}
	min2 := []orchestrate.Check{orchestrate.MinRows(2)}
	tests := map[string]struct {
		task   checked
		config orchestrate.Config
		want   string
	}{
		"nothing was checked":   {checked{other: write, checks: min2}, orchestrate.Config{}, "made its output without them"},
		"no checks":             {checked{other: write}, orchestrate.Config{}, ""},
		"checked by itself":     {checked{other: checkThen(orchestrate.Size{Rows: 2, Bytes: -1}), checks: min2}, orchestrate.Config{}, ""},
		"rejected by itself":    {checked{other: checkThen(orchestrate.Size{Rows: 1, Bytes: -1}), checks: min2}, orchestrate.Config{}, "it has 1 row"},
		"not counted":           {checked{other: checkThen(orchestrate.Size{Rows: -1, Bytes: 9}), checks: min2}, orchestrate.Config{}, "MinRows(2) can't be checked, for the rows were not counted"},
		"history can't be read": {checked{checks: []orchestrate.Check{orchestrate.RowsWithin(1, 2)}}, orchestrate.Config{History: &sizes{err: errBroken}}, "read how much earlier tasks have made, for the checks: no disk"},
		"nobody can be asked": {checked{checks: min2}, orchestrate.Config{Accept: func(context.Context, string) (bool, error) { return false, errBroken }},
			"ask whether the output is accepted though it has 0 rows, and MinRows(2) wants at least 2: no disk"},
		"holds for nothing": {checked{checks: []orchestrate.Check{orchestrate.RowsWithin(2, 1)}}, orchestrate.Config{}, "the check RowsWithin(2, 1) holds for no output"},
		"no check":          {checked{checks: []orchestrate.Check{{}}}, orchestrate.Config{}, "a check is made by MinRows"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.task.Path = filepath.Join(t.TempDir(), "out")
			_, err := orchestrate.Run(t.Context(), test.config, test.task)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
	require.NoError(t, orchestrate.CheckSize(t.Context(), orchestrate.Size{}), "outside of a task there is nothing to check")
}

// TestChecks_OfAJob: the runner tells how much a job has made before it commits.
func TestChecks_OfAJob(t *testing.T) {
	w := newWorld()
	task := checkedJob{Name: "j", world: w}
	runner := func(rows int64) jobRunnerFunc {
		return func(ctx context.Context, run orchestrate.JobRun) (orchestrate.JobResult, error) {
			if err := run.Check(ctx, orchestrate.Size{Rows: rows, Bytes: 5}); err != nil {
				return orchestrate.JobResult{}, err
			}
			w.make("j")
			return orchestrate.JobResult{}, nil
		}
	}
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{Jobs: runner(1)}, task)
	require.ErrorContains(t, err, "it has 1 row, and MinRows(2) wants at least 2")
	require.Equal(t, orchestrate.Size{Rows: 1, Bytes: 5}, summary.Tasks[0].Made)
	summary, err = orchestrate.Run(t.Context(), orchestrate.Config{Jobs: runner(2)}, task)
	require.NoError(t, err)
	require.Equal(t, orchestrate.Size{Rows: 2, Bytes: 5}, summary.Tasks[0].Made)
}

type checkedJob struct {
	Name  string `param:"name"`
	world *world
}

func (j checkedJob) Output() orchestrate.Target { return file{j.world, j.Name} }
func (checkedJob) Checks() []orchestrate.Check  { return []orchestrate.Check{orchestrate.MinRows(2)} }
func (checkedJob) Job() mr.Job {
	return mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[string, int]) error { return nil }), mr.Sum)
}

func TestDue_LateIsInTheSummary(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	late := checked{Path: path("late"), due: time.Now().Add(-90 * time.Minute)}
	failed := checked{Path: path("failed"), due: time.Now().Add(-time.Hour), checks: []orchestrate.Check{orchestrate.MinRows(1)}}
	early := checked{Path: path("early"), due: time.Now().Add(time.Hour)}
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, late, failed, early)
	require.Error(t, err)
	text := summary.String()
	require.Regexp(t, `Late: checked\(path=.*/late\) was due at \d{4}-\d\d-\d\d \d\d:\d\d \S+, and was done 1h30m\S* later\n`, text)
	require.Regexp(t, `Late: checked\(path=.*/failed\) was due at .*, 1h\S* ago\n`, text)
	require.NotContains(t, text, "early) was due")

	summary, err = orchestrate.Run(t.Context(), orchestrate.Config{}, late)
	require.NoError(t, err)
	require.NotContains(t, summary.String(), "Late:", "what was complete before may have been so in time")
}
