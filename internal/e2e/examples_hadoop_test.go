//go:build hadoop

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr/mrtest"
	"github.com/stretchr/testify/require"
)

const (
	waitLimit = 2 * time.Minute // for what takes seconds on a quiet machine
	pollEvery = 50 * time.Millisecond
)

// TestWordCountOnHadoop runs the first example over its sample, twice, on both engines.
func TestWordCountOnHadoop(t *testing.T) {
	wordcount := build(t, "../../examples/wordcount")
	t.Parallel() // a job waits for containers most of its time
	cluster, folder := connect(t), hdfs.Local(t.TempDir())
	texts := make(map[string]string)
	for day := 1; day <= 4; day++ {
		name := fmt.Sprintf("/data/text/2014-06-%02d.txt", day)
		content, err := os.ReadFile(filepath.Join("../../testdata/demo", name))
		require.NoError(t, err)
		texts[name] = string(content)
	}
	const output = "/data/text-count/2014-06-01-2014-06-05"
	args := []string{"WordCount", "--date-interval", "2014-06-01-2014-06-05"}
	put(t, cluster, texts)
	put(t, folder, texts)
	require.NoError(t, cluster.RemoveAll(output))

	_, stderr, code := wordcount.try(t, append([]string{"run"}, args...)...)
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "runs at http://", "the tracking URL is shown")
	wordcount.run(t, append([]string{"local", "--root", folder.OSPath("/")}, args...)...)
	parts := mrtest.ReadParts(t, cluster, output)
	require.Len(t, parts, 4)
	require.Equal(t, mrtest.ReadParts(t, folder, output), parts)

	// No JVM is started for what is complete: there is no hadoop command to start it.
	withoutHadoop := wordcount
	withoutHadoop.env = append(os.Environ(), "HADOOP_HOME="+t.TempDir(), "PATH=")
	summary := withoutHadoop.run(t, append([]string{"run"}, args...)...)
	require.Contains(t, summary, "nothing was left to do")
}

// TestStreamsOnHadoop runs the second example: a sum, a secondary sort and a join
// in two steps, of which the later ones read what the first wrote.
func TestStreamsOnHadoop(t *testing.T) {
	streams := build(t, "../../examples/streams")
	t.Parallel()
	cluster, folder := connect(t), hdfs.Local(t.TempDir())
	files := map[string]string{"/data/artists.tsv": "artist 1\tSweden\nartist 2\tNorway\nartist 3\tSweden\n"}
	for day := 1; day <= 2; day++ {
		var log strings.Builder
		for i := range 5000 {
			fmt.Fprintf(&log, "%d\tartist %d\ttrack %d\n", 1401580800+i, i*i%17, i%100)
		}
		files[fmt.Sprintf("/data/streams/2014-06-%02d.tsv", day)] = log.String()
	}
	for _, fsys := range []hdfs.FileSystem{cluster, folder} {
		require.NoError(t, fsys.RemoveAll("/data/artist-plays"))
		require.NoError(t, fsys.RemoveAll("/data/top10"))
		require.NoError(t, fsys.RemoveAll("/data/plays-by-country"))
		put(t, fsys, files)
	}
	for _, task := range []string{"Top10", "PlaysByCountry"} {
		streams.run(t, "run", task, "--date-interval", "2014-06-01-2014-06-03")
		streams.run(t, "local", task, "--date-interval", "2014-06-01-2014-06-03", "--root", folder.OSPath("/"))
	}
	for _, output := range []string{"/data/artist-plays", "/data/top10", "/data/plays-by-country"} {
		output += "/2014-06-01-2014-06-03"
		require.Equal(t, mrtest.ReadParts(t, folder, output), mrtest.ReadParts(t, cluster, output))
	}
	top := mrtest.ReadParts(t, cluster, "/data/top10/2014-06-01-2014-06-03")["part-00000"]
	require.Equal(t, 9, strings.Count(top, "\n"), "i*i mod 17 has nine values")
}
