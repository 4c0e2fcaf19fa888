package cli

import (
	"context"
	"errors"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
)

// other is a target outside HDFS.
type other struct {
	name   string
	exists bool
	err    error
}

func (o other) String() string                       { return o.name }
func (o other) Exists(context.Context) (bool, error) { return o.exists, o.err }

func TestExistsAllAsksEachTargetWhereItIs(t *testing.T) {
	files := hdfs.Local(t.TempDir())
	ctx := hdfs.NewContext(t.Context(), files)
	w, err := hdfs.File("/data/b").Create(ctx)
	require.NoError(t, err)
	require.NoError(t, w.Close())

	exists, err := existsAll(ctx, []orchestrate.Target{
		other{name: "table"}, hdfs.File("/data/a"), hdfs.File("/data/b"), other{name: "view", exists: true}, hdfs.Dir("/data/c"),
	})
	require.NoError(t, err)
	require.Equal(t, []bool{false, false, true, true, false}, exists)

	_, err = existsAll(ctx, []orchestrate.Target{hdfs.File("/data/b"), other{name: "table", err: errors.New("the database is down")}})
	require.EqualError(t, err, "check whether table exists: the database is down")
}

func TestALostConfigurationIsNoMissingFile(t *testing.T) {
	lazy := lazyFS{func() (*hdfs.Client, error) {
		return nil, &fs.PathError{Op: "open", Path: "core-site.xml", Err: fs.ErrNotExist}
	}}
	ctx := hdfs.NewContext(t.Context(), lazy)
	_, err := existsAll(ctx, []orchestrate.Target{hdfs.File("/a")})
	require.ErrorContains(t, err, "core-site.xml")
	require.NotErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, lazy.MkdirAll("/a", 0o755), "core-site.xml")
}

func TestJobPaths(t *testing.T) {
	run := orchestrate.JobRun{
		ID:     "Count",
		Inputs: []orchestrate.Target{hdfs.File("/a.txt"), hdfs.Dir("/b")},
		Output: hdfs.Dir("/out"),
	}
	inputs, output, err := jobPaths(run)
	require.NoError(t, err)
	require.Equal(t, []string{"/a.txt", "/b"}, inputs)
	require.Equal(t, "/out", output)

	for name, c := range map[string]struct {
		change func(*orchestrate.JobRun)
		want   string
	}{
		"no input":         {func(r *orchestrate.JobRun) { r.Inputs = nil }, "the job of Count has no input: its Requires method names no task with an output"},
		"input elsewhere":  {func(r *orchestrate.JobRun) { r.Inputs[1] = other{name: "table"} }, "the job of Count can't read table: a job reads hdfs.File and hdfs.Dir, and this is a cli.other; put a task between them that copies it to HDFS"},
		"output is a file": {func(r *orchestrate.JobRun) { r.Output = hdfs.File("/out") }, "the job of Count can't write /out: a job writes a folder of parts, so Output must return hdfs.Dir"},
		"several outputs":  {func(r *orchestrate.JobRun) { r.Output = orchestrate.Targets{hdfs.Dir("/x"), hdfs.Dir("/y")} }, "the job of Count can't write /x/, /y/: a job writes a folder of parts, so Output must return hdfs.Dir"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := run
			changed.Inputs = append([]orchestrate.Target{}, run.Inputs...)
			c.change(&changed)
			_, _, err := jobPaths(changed)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestLocksAreInOneFolderForOnePlace(t *testing.T) {
	environ := func(variables map[string]string) func(string) string {
		return func(name string) string { return variables[name] }
	}
	home := environ(map[string]string{"HOME": "/home/ada"})
	here := (&place{name: "local:/x"}).lockDir(home)
	require.Regexp(t, `^/home/ada/\.local/state/gomr/locks/[0-9a-f]{16}$`, here)
	require.Equal(t, here, (&place{name: "local:/x"}).lockDir(home))
	require.NotEqual(t, here, (&place{name: "local:/y"}).lockDir(home))
	require.Regexp(t, `^/state/gomr/locks/`, (&place{}).lockDir(environ(map[string]string{"HOME": "/h", "XDG_STATE_HOME": "/state"})))
	require.Regexp(t, `/gomr-\d+/gomr/locks/`, (&place{}).lockDir(environ(nil)), "a process of cron may have no HOME")
}
