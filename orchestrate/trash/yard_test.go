package trash_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/hdfs/hdfstest"
	"github.com/gomr/gomr/orchestrate/trash"
)

// A yard is a folder with a cluster's files and a machine's.
type yard struct {
	dir string
	now time.Time
}

func newYard(t interface {
	Helper()
	require.TestingT
	TempDir() string
},
) *yard {
	t.Helper()
	y := &yard{t.TempDir(), time.Date(2014, 6, 1, 14, 23, 1, 0, time.UTC)}
	require.NoError(t, os.MkdirAll(filepath.Join(y.dir, "cluster"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(y.dir, "machine"), 0o755))
	return y
}

// trash returns the trash of a process with that life.
func (y *yard) trash(l *hdfstest.Life) *trash.Trash {
	volumes := []trash.Volume{trash.Cluster(hdfs.Local(filepath.Join(y.dir, "cluster")), "ann"), trash.Machine(filepath.Join(y.dir, "state"))}
	for i := range volumes {
		volumes[i].Files = hdfstest.Mortal{FileSystem: volumes[i].Files, Life: l}
	}
	return &trash.Trash{Volumes: volumes, Now: func() time.Time { return y.now }}
}

func (y *yard) write(t require.TestingT, name, text string) {
	full := filepath.Join(y.dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(full), 0o755))
	require.NoError(t, os.WriteFile(full, []byte(text), 0o644))
}

// tree returns names, modes and bytes of all but the homes of the trash.
func (y *yard) tree(t require.TestingT) map[string]string {
	tree := map[string]string{}
	err := filepath.WalkDir(y.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest := strings.TrimPrefix(name, y.dir)
		if rest == "/state" || rest == "/cluster/user" {
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := info.Mode().String()
		if !d.IsDir() {
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			text += " " + string(content)
		}
		tree[rest] = text
		return nil
	})
	require.NoError(t, err)
	return tree
}

func (y *yard) output(volume, name string) trash.Output {
	if volume == trash.MachineName {
		name = filepath.Join(y.dir, "machine", name)
	}
	return trash.Output{Volume: volume, Path: name}
}

// clearAll moves outputs away as the command does.
func clearAll(t *testing.T, tr *trash.Trash, tasks []trash.Task) (*trash.Entry, error) {
	e, err := tr.Begin(&trash.Manifest{By: "ann", Tasks: tasks}, time.Hour)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if err := e.Move(t.Context()); err != nil {
		return nil, err
	}
	return e, e.Finish()
}

// undo brings an entry back, and removes it.
func undo(t *testing.T, tr *trash.Trash, id string) ([]trash.Restored, error) {
	e, err := tr.Open(id)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	restored, err := e.Restore(t.Context())
	if err != nil {
		return nil, err
	}
	return restored, e.Forget()
}

func list(t require.TestingT, tr *trash.Trash) (ids []string) {
	for _, v := range tr.Volumes {
		entries, err := tr.List(v.Name)
		require.NoError(t, err)
		for _, e := range entries {
			ids = append(ids, e.Manifest.ID)
		}
	}
	return ids
}

// standard fills a yard with outputs of two tasks.
func (y *yard) standard(t require.TestingT) []trash.Task {
	y.write(t, "cluster/data/count/part-00000", "a\t1\n")
	y.write(t, "cluster/data/count/_SUCCESS", "")
	y.write(t, "cluster/data/report.txt", "report")
	y.write(t, "machine/out/2014-06-01T10:00.csv", "x,y\n")
	y.write(t, "machine/out/other", "stays")
	require.NoError(t, os.Chmod(filepath.Join(y.dir, "cluster/data/count/part-00000"), 0o640))
	require.NoError(t, os.Chmod(filepath.Join(y.dir, "cluster/data/count"), 0o750))
	return []trash.Task{
		{ID: "Count()", Outputs: []trash.Output{y.output("hdfs", "/data/count"), y.output("hdfs", "/data/report.txt")}},
		{ID: "Load()", Outputs: []trash.Output{y.output("local", "out/2014-06-01T10:00.csv"), y.output("local", "out/never-made")}},
	}
}
