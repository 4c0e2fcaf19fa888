//go:build hadoop

package hdfs_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
)

// targetsOf are ten thousand targets in different places.
var targetsOf = []struct {
	name string
	make func(dir string, i int) hdfs.Target
}{
	{"files in 100 folders of days", func(dir string, i int) hdfs.Target {
		return hdfs.File("%s/%s/%02d.txt", dir, day(i/100), i%100)
	}},
	{"folders of 10,000 days in one folder", func(dir string, i int) hdfs.Target {
		return hdfs.Dir("%s/%s", dir, day(i))
	}},
	{"one file in each of 10,000 folders of days", func(dir string, i int) hdfs.Target {
		return hdfs.File("%s/%s/text", dir, day(i))
	}},
}

const manyTargets = 10_000

func day(i int) string {
	return time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i).Format(time.DateOnly)
}

// BenchmarkManyTargets measures how long it takes to look for ten thousand targets on the cluster: at once, by one call
// each, and, of a few, by the hadoop command. make bench-targets shows what it finds.
func BenchmarkManyTargets(b *testing.B) {
	client := connect(b, hdfs.Config{})
	ctx := hdfs.NewContext(b.Context(), client)
	for n, layout := range targetsOf {
		dir := path.Join(hadoopFolder(b, client), strconv.Itoa(n))
		targets := make([]hdfs.Target, manyTargets)
		for i := range targets {
			targets[i] = layout.make(dir, i)
		}
		makeTargets(b, client, targets)
		times := map[string][]time.Duration{}
		for range 5 {
			start := time.Now()
			exist, err := hdfs.ExistsAll(ctx, targets)
			times["ExistsAll"] = append(times["ExistsAll"], time.Since(start))
			require.NoError(b, err)
			require.NotContains(b, exist, false)
		}
		start := time.Now()
		for _, target := range targets {
			exists, err := target.Exists(ctx)
			require.NoError(b, err)
			require.True(b, exists)
		}
		each := time.Since(start)
		slices.Sort(times["ExistsAll"])
		all := times["ExistsAll"]
		b.Logf("%s: ExistsAll %s (median of 5, %s to %s), one call after the other %s", layout.name, round(all[2]), round(all[0]), round(all[4]), round(each))
		if n == 0 {
			took := hadoopTest(b, targets[:5])
			b.Logf("hadoop fs -test -e: %s each, which is %s for all", round(took), round(took*manyTargets))
		}
	}
}

// TestStatAll: what many paths are, found at once, is what Stat finds one by one.
func TestStatAll(t *testing.T) {
	client := connect(t, hdfs.Config{})
	dir := hadoopFolder(t, client)
	for _, folder := range []string{"empty", "full", "one"} {
		require.NoError(t, client.MkdirAll(path.Join(dir, folder), 0o755))
	}
	var names []string
	for i := range 250 {
		name := path.Join(dir, "full", strconv.Itoa(i))
		names = append(names, name, name+"-missing")
		if i%3 == 0 {
			makeTargets(t, client, []hdfs.Target{hdfs.File("%s", name)})
		}
	}
	makeTargets(t, client, []hdfs.Target{hdfs.File("%s/one/file", dir), hdfs.File("%s/file", dir)})
	names = append(names, dir, path.Join(dir, "empty"), path.Join(dir, "full"), path.Join(dir, "one"), path.Join(dir, "file"),
		path.Join(dir, "file", "below"), path.Join(dir, "no", "such", "folder"), "/", path.Join(dir, "full", "0"))
	infos, err := client.StatAll(names)
	require.NoError(t, err)
	for i, name := range names {
		info, err := client.Stat(name)
		if err != nil {
			require.Nil(t, infos[i], name)
			continue
		}
		require.NotNil(t, infos[i], name)
		require.Equal(t, [4]any{info.Name(), info.Size(), info.Mode(), info.ModTime()}, [4]any{infos[i].Name(), infos[i].Size(), infos[i].Mode(), infos[i].ModTime()}, name)
	}
	_, err = client.StatAll([]string{"relative", "/"})
	require.ErrorIs(t, err, fs.ErrInvalid)
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// makeTargets makes targets that hold nothing.
func makeTargets(t testing.TB, client *hdfs.Client, targets []hdfs.Target) {
	t.Helper()
	var makers sync.WaitGroup
	errs := make([]error, 16)
	for m := range errs {
		makers.Go(func() {
			for i := m; i < len(targets) && errs[m] == nil; i += len(errs) {
				errs[m] = makeTarget(client, targets[i])
			}
		})
	}
	makers.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
}

func makeTarget(client *hdfs.Client, target hdfs.Target) error {
	name := target.Path()
	if target.IsDir() {
		name = path.Join(name, hdfs.Success)
	}
	if err := client.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	w, err := client.Create(name)
	if err != nil {
		return err
	}
	return w.Close()
}

// hadoopTest looks for targets by Hadoop's own command, and returns how long one takes.
func hadoopTest(t testing.TB, targets []hdfs.Target) time.Duration {
	t.Helper()
	start := time.Now()
	for _, target := range targets {
		out, err := exec.CommandContext(t.Context(), filepath.Join(os.Getenv("HADOOP_HOME"), "bin", "hadoop"), "fs", "-test", "-e", target.Path()).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	return time.Since(start) / time.Duration(len(targets))
}
