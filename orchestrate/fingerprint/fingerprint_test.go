package fingerprint_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/fingerprint"
)

// Text is made by others.
type Text struct {
	orchestrate.ExternalTask

	Date orchestrate.Date `param:"date"`
}

func (t Text) Output() orchestrate.Target { return hdfs.File("/text/%s", t.Date) }

// Count reads two texts.
type Count struct {
	Date orchestrate.Date `param:"date"`
	Top  int              `param:"top,optional"`
}

func (c Count) Requires() []orchestrate.Task {
	return []orchestrate.Task{Text{Date: c.Date}, Text{Date: c.Date.Next()}}
}
func (c Count) Output() orchestrate.Target { return hdfs.Dir("/count/%s", c.Date) }
func (Count) Job() mr.Job                  { return nil }

// Report reads a count, and a target that is no file.
type Report struct {
	Dir  string           `param:"dir"`
	Date orchestrate.Date `param:"date"`
}

func (r Report) Requires() []orchestrate.Task {
	return []orchestrate.Task{Count{Date: r.Date}, Table{}}
}
func (r Report) Output() orchestrate.Target { return orchestrate.LocalFile("%s/report", r.Dir) }
func (Report) Run(context.Context) error    { return nil }

// Table is in some database.
type Table struct{ orchestrate.ExternalTask }

func (Table) Output() orchestrate.Target { return table{} }

type table struct{}

func (table) String() string                       { return "table clicks" }
func (table) Exists(context.Context) (bool, error) { return true, nil }

var day = orchestrate.NewDate(2014, time.June, 1)

// A world is files with their times.
type world struct {
	t   *testing.T
	dir string
	ctx context.Context
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	return &world{t, dir, hdfs.NewContext(t.Context(), hdfs.Local(dir))}
}

func (w *world) write(name, text, at string) {
	w.t.Helper()
	full := filepath.Join(w.dir, name)
	require.NoError(w.t, os.MkdirAll(filepath.Dir(full), 0o777))
	require.NoError(w.t, os.WriteFile(full, []byte(text), 0o666))
	when, err := time.Parse(time.RFC3339, at)
	require.NoError(w.t, err)
	require.NoError(w.t, os.Chtimes(full, when, when))
}

var v1 = fingerprint.Program{Path: "p", Version: "v1.0.0", Revision: "4c9d9b8aaaaaaaaa", Build: "build-one"}

// make makes the count with its record, as an engine does.
func (w *world) make(program fingerprint.Program) {
	w.t.Helper()
	w.write("text/2014-06-01", "the cat\n", "2014-06-02T00:00:00Z")
	w.write("text/2014-06-02", "the dog\n", "2014-06-03T00:00:00Z")
	record := fingerprint.Take(w.ctx, Count{Date: day}, program, time.Now()).Encode()
	w.write("count/2014-06-01/_gomr.json", string(record), "2014-06-04T00:00:00Z")
	w.write("count/2014-06-01/part-00000", "x", "2014-06-04T00:00:00Z")
	w.write("count/2014-06-01/_SUCCESS", "", "2014-06-04T00:00:00Z")
}

func (w *world) reasons(task orchestrate.Task, program fingerprint.Program) (texts []string) {
	for _, r := range fingerprint.Check(w.ctx, task, []orchestrate.Target{task.Output()}, program).Reasons {
		texts = append(texts, string(r.Kind)+": "+r.Text)
	}
	return texts
}

func TestCheck(t *testing.T) {
	const made = "output made at 2014-06-04T00:00:00Z"
	for name, test := range map[string]struct {
		change  func(w *world)
		program fingerprint.Program
		task    orchestrate.Task
		want    []string
	}{
		"nothing": {},
		"the same bytes, written later": {
			change: func(w *world) { w.write("text/2014-06-01", "the cat\n", "2014-06-09T00:00:00Z") },
			want:   []string{"input: newer input: /text/2014-06-01 changed at 2014-06-09T00:00:00Z, " + made},
		},
		"older bytes, restored": {
			change: func(w *world) { w.write("text/2014-06-01", "the cats\n", "2014-06-01T00:00:00Z") },
			want:   []string{"input: newer input: /text/2014-06-01 changed at 2014-06-01T00:00:00Z from 8 bytes to 9 bytes, " + made},
		},
		"both inputs": {
			change: func(w *world) {
				w.write("text/2014-06-01", "a", "2014-06-09T00:00:00Z")
				require.NoError(w.t, os.Remove(filepath.Join(w.dir, "text/2014-06-02")))
			},
			want: []string{
				"input: newer input: /text/2014-06-01 changed at 2014-06-09T00:00:00Z from 8 bytes to 1 byte, " + made,
				"input: input gone: /text/2014-06-02 is missing now",
			},
		},
		"another build of the same revision": {
			program: fingerprint.Program{Path: "p", Version: "v1.0.0", Revision: "4c9d9b8aaaaaaaaa", Build: "build-two"},
		},
		"a build with changes": {
			program: fingerprint.Program{Path: "p", Revision: "4c9d9b8aaaaaaaaa", Modified: true, Build: "build-two"},
			want:    []string{"code: code changed: it was made by revision 4c9d9b8aaaaa, and this is revision 4c9d9b8aaaaa with changes, build build-two"},
		},
		"another revision": {
			program: fingerprint.Program{Path: "p", Revision: "0123456789abcdef", Build: "build-two"},
			want:    []string{"code: code changed: it was made by revision 4c9d9b8aaaaa, and this is revision 0123456789ab"},
		},
		"no revision": {
			program: fingerprint.Program{Path: "p", Version: "(devel)", Build: "build-two"},
			want:    []string{"code: code changed: it was made by revision 4c9d9b8aaaaa, and this is build build-two"},
		},
		"an unknown build": {program: fingerprint.Program{Path: "p"}},
		"other parameters with the same output": {
			task: Count{Date: day, Top: 7},
			want: []string{"parameters: other parameters: it was made by Count(date=2014-06-01), and this is Count(date=2014-06-01, top=7)"},
		},
		"a record of another version": {
			change: func(w *world) {
				w.write("count/2014-06-01/_gomr.json", `{"version": 2}`, "2014-06-04T00:00:00Z")
				w.write("text/2014-06-01", "the cats\n", "2014-06-03T12:00:00Z")
			},
		},
		"a broken record, and a newer input": {
			change: func(w *world) {
				w.write("count/2014-06-01/_gomr.json", "{", "2014-06-09T00:00:00Z")
				w.write("text/2014-06-01", "the cats\n", "2014-06-05T00:00:00Z")
			},
			want: []string{"input: newer input: /text/2014-06-01 changed at 2014-06-05T00:00:00Z, " + made},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.make(v1)
			if test.change != nil {
				test.change(w)
			}
			if test.task == nil {
				test.task = Count{Date: day}
			}
			if test.program == (fingerprint.Program{}) {
				test.program = v1
			}
			require.Equal(t, test.want, w.reasons(test.task, test.program))
		})
	}
}

// TestAnInputThatIsTheSame: one that was moved or copied with its record has not changed.
func TestAnInputThatIsTheSame(t *testing.T) {
	w := newWorld(t)
	w.make(v1)
	w.write("report", "r", "2014-06-05T00:00:00Z")
	report := Report{w.dir, day}
	f := fingerprint.Take(w.ctx, report, v1, time.Now())
	require.Equal(t, []fingerprint.Kind{fingerprint.Folder, fingerprint.Other}, []fingerprint.Kind{f.Inputs[0].Kind, f.Inputs[1].Kind})
	require.NotEmpty(t, f.Inputs[0].Record)
	require.NoError(t, f.WriteBeside(w.ctx, []orchestrate.Target{report.Output()}))
	require.FileExists(t, filepath.Join(w.dir, ".report.gomr.json"))
	require.Empty(t, w.reasons(report, v1))

	w.write("count/2014-06-01/part-00000", "x", "2014-06-20T00:00:00Z")
	require.Empty(t, w.reasons(report, v1), "another time, the same record")
	w.write("count/2014-06-01/part-00001", "y", "2014-06-20T00:00:00Z")
	require.Equal(t, []string{"input: newer input: /count/2014-06-01 changed at 2014-06-20T00:00:00Z" +
		" from 1 byte in 1 file to 2 bytes in 2 files, output made at 2014-06-05T00:00:00Z"}, w.reasons(report, v1))
}

// TestARecordOfAnotherFile counts for nothing.
func TestARecordOfAnotherFile(t *testing.T) {
	w := newWorld(t)
	w.make(v1)
	report := Report{w.dir, day}
	w.write("report", "r", "2014-06-05T00:00:00Z")
	outputs := []orchestrate.Target{report.Output()}
	require.NoError(t, fingerprint.Take(w.ctx, report, v1, time.Now()).WriteBeside(w.ctx, outputs))
	require.True(t, fingerprint.Check(w.ctx, report, outputs, v1).Known)
	w.write("report", "by hand", "2014-06-06T00:00:00Z")
	require.False(t, fingerprint.Check(w.ctx, report, outputs, v1).Known)
	require.NoError(t, fingerprint.Take(w.ctx, report, v1, time.Now()).WriteBeside(w.ctx, outputs), "in place of the old one")
	require.True(t, fingerprint.Check(w.ctx, report, outputs, v1).Known)
}

// TestWriteBeside leaves the record of a job alone, and is no file of the output.
func TestWriteBeside(t *testing.T) {
	w := newWorld(t)
	w.make(v1)
	before, err := os.ReadFile(filepath.Join(w.dir, "count/2014-06-01/_gomr.json"))
	require.NoError(t, err)
	var f fingerprint.Fingerprint
	require.NoError(t, json.Unmarshal(before, &f))
	outputs := []orchestrate.Target{Count{Date: day}.Output()}
	require.NoError(t, f.WriteBeside(w.ctx, outputs))
	after, err := os.ReadFile(filepath.Join(w.dir, "count/2014-06-01/_gomr.json"))
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
	parts, err := hdfs.Dir("/count/2014-06-01").Parts(w.ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"/count/2014-06-01/part-00000"}, parts)

	require.NoError(t, os.Remove(filepath.Join(w.dir, "count/2014-06-01/_gomr.json")))
	require.NoError(t, f.WriteBeside(w.ctx, outputs), "a folder that a Run method has made")
	require.True(t, fingerprint.Check(w.ctx, Count{Date: day}, outputs, v1).Known)
	require.NoError(t, f.WriteBeside(w.ctx, []orchestrate.Target{table{}, orchestrate.LocalFile("/nowhere/at/all")}))
	names, err := os.ReadDir(filepath.Join(w.dir, "count/2014-06-01"))
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(names, func(e os.DirEntry) bool { return e.Name() == orchestrate.RecordName }))
	require.Len(t, names, 3)
}
