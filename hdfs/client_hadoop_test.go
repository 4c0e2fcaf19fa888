//go:build hadoop

package hdfs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/hdfs/hdfstest"
	"github.com/stretchr/testify/require"
)

// connect connects to the cluster of scripts/hadoop.
func connect(t testing.TB, config hdfs.Config) *hdfs.Client {
	t.Helper()
	require.NotEmpty(t, os.Getenv("HADOOP_CONF_DIR"), `start a cluster first: eval "$(scripts/hadoop env)"`)
	client, err := hdfs.Connect(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// hadoopFolder returns a folder of the test's own.
func hadoopFolder(t testing.TB, client *hdfs.Client) string {
	t.Helper()
	dir := fmt.Sprintf("/gomr-hdfs-test-%d/%s", os.Getpid(), strings.ReplaceAll(t.Name(), "/", "-"))
	require.NoError(t, client.MkdirAll(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, client.RemoveAll(path.Dir(dir))) })
	return dir
}

func TestClient(t *testing.T) {
	client := connect(t, hdfs.Config{})
	hdfstest.TestFileSystem(t, client, hadoopFolder(t, client)+"/suite")
}

// TestClientAsOrdinaryUser runs the suite without the superuser's rights: then the
// namenode checks permissions on the way to a path, and answers with other errors.
func TestClientAsOrdinaryUser(t *testing.T) {
	owner := connect(t, hdfs.Config{})
	dir := hadoopFolder(t, owner)
	require.NoError(t, owner.Chmod(dir, 0o777))
	alice := connect(t, hdfs.Config{User: "alice"})
	hdfstest.TestFileSystem(t, alice, dir+"/suite")
	testTargets(t, alice, dir+"/targets")
}

func TestClientTargets(t *testing.T) {
	client := connect(t, hdfs.Config{})
	testTargets(t, client, hadoopFolder(t, client))
}

func TestClientTellsWhoAndWhere(t *testing.T) {
	client := connect(t, hdfs.Config{User: "alice"})
	require.Equal(t, "alice", client.User())
	require.True(t, strings.HasPrefix(client.DefaultFS(), "hdfs://"), client.DefaultFS())
	require.Equal(t, client.DefaultFS(), client.Properties().Get("fs.defaultFS"))
}

func TestClientPermissionDenied(t *testing.T) {
	owner := connect(t, hdfs.Config{})
	dir := hadoopFolder(t, owner)
	bob := connect(t, hdfs.Config{User: "bob"})

	err := bob.Mkdir(dir+"/x", 0o755)
	require.ErrorIs(t, err, fs.ErrPermission)
	require.ErrorContains(t, err, "user=bob, access=WRITE", "the namenode's own words")
	_, err = bob.Create(dir + "/x")
	require.ErrorIs(t, err, fs.ErrPermission)
	require.ErrorContains(t, err, "bob")
	require.ErrorIs(t, bob.Rename(dir, dir+"2"), fs.ErrPermission)
	require.ErrorIs(t, bob.RemoveAll(dir), fs.ErrPermission)
	require.ErrorIs(t, bob.Chmod(dir, 0o777), fs.ErrPermission)

	require.NoError(t, owner.Chmod(dir, 0o700))
	_, err = bob.Stat(dir + "/x")
	require.ErrorIs(t, err, fs.ErrPermission)
	_, err = bob.ReadDir(dir)
	require.ErrorIs(t, err, fs.ErrPermission)
}

func TestClientManyBlocks(t *testing.T) {
	conf := t.TempDir()
	copyConf(t, os.Getenv("HADOOP_CONF_DIR"), conf, "hdfs-site.xml", "dfs.blocksize", "1m")
	client := connect(t, hdfs.Config{ConfDir: conf})
	name := hadoopFolder(t, client) + "/x"
	content := make([]byte, 5<<20+12345)
	random := rand.NewChaCha8([32]byte{1})
	random.Read(content)

	w, err := client.Create(name)
	require.NoError(t, err)
	_, err = io.Copy(w, bytes.NewReader(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())

	r, err := client.Open(name)
	require.NoError(t, err)
	defer r.Close()
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, got))
	part := make([]byte, 2<<20)
	n, err := r.ReadAt(part, 1<<20-7)
	require.NoError(t, err)
	require.Equal(t, len(part), n)
	require.True(t, bytes.Equal(content[1<<20-7:][:len(part)], part), "across blocks")
}

func TestClientSmallFiles(t *testing.T) {
	client := connect(t, hdfs.Config{})
	dir := hadoopFolder(t, client)
	var writers sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		writers.Go(func() {
			for j := range 25 {
				errs[i] = errors.Join(errs[i], writeFile(client, fmt.Sprintf("%s/%d-%d", dir, i, j), "content"))
			}
		})
	}
	writers.Wait()
	require.NoError(t, errors.Join(errs...))
	entries, err := client.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 200)
	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		require.EqualValues(t, len("content"), info.Size(), entry.Name())
	}
}

func TestClientFileReplacedWhileRead(t *testing.T) {
	client := connect(t, hdfs.Config{})
	name := hadoopFolder(t, client) + "/x"
	require.NoError(t, writeFile(client, name, strings.Repeat("old", 1000)))
	r, err := client.Open(name)
	require.NoError(t, err)
	defer r.Close()
	_, err = io.ReadFull(r, make([]byte, 10))
	require.NoError(t, err)
	require.NoError(t, client.Remove(name))
	require.NoError(t, writeFile(client, name, strings.Repeat("new", 1000)))
	_, err = r.ReadAt(make([]byte, 10), 1000)
	require.ErrorContains(t, err, "another file has taken its place")
}

func TestClientClosed(t *testing.T) {
	client, err := hdfs.Connect(hdfs.Config{})
	require.NoError(t, err)
	dir := hadoopFolder(t, connect(t, hdfs.Config{}))
	require.NoError(t, writeFile(client, dir+"/x", "x"))
	require.NoError(t, client.Close())
	require.NoError(t, client.Close())
	_, err = client.Stat("/")
	require.ErrorIs(t, err, net.ErrClosed)
	require.ErrorIs(t, client.Rename("/a", "/b"), net.ErrClosed)
}

// TestClientOutlivesLostConnections cuts every connection, as a namenode that
// restarts does, and expects that nobody notices.
func TestClientOutlivesLostConnections(t *testing.T) {
	cluster := connect(t, hdfs.Config{})
	dir := hadoopFolder(t, cluster)
	require.NoError(t, writeFile(cluster, dir+"/x", "content"))
	proxy := newProxy(t, strings.TrimPrefix(cluster.DefaultFS(), "hdfs://"))
	client := connect(t, hdfs.Config{DefaultFS: "hdfs://" + proxy.address()})
	for i := range 5 {
		proxy.cut()
		_, err := client.Stat(dir + "/x")
		require.NoError(t, err)
		proxy.cut()
		_, err = client.ReadDir(dir)
		require.NoError(t, err)
		proxy.cut()
		require.NoError(t, client.MkdirAll(fmt.Sprintf("%s/%d", dir, i), 0o755))
		proxy.cut()
		require.NoError(t, client.Rename(fmt.Sprintf("%s/%d", dir, i), fmt.Sprintf("%s/%d-renamed", dir, i)))
	}
}

func TestClientRenameWhoseAnswerIsLost(t *testing.T) {
	cluster := connect(t, hdfs.Config{})
	dir := hadoopFolder(t, cluster)
	proxy := newProxy(t, strings.TrimPrefix(cluster.DefaultFS(), "hdfs://"))
	client := connect(t, hdfs.Config{DefaultFS: "hdfs://" + proxy.address()})
	for i := range 5 {
		oldname, newname := fmt.Sprintf("%s/%d", dir, i), fmt.Sprintf("%s/%d-renamed", dir, i)
		require.NoError(t, cluster.Mkdir(oldname, 0o755))
		proxy.loseAnswer("rename2")
		require.NoError(t, client.Rename(oldname, newname))
		require.Empty(t, proxy.toLose(), "an answer was lost")
		_, err := cluster.Stat(newname)
		require.NoError(t, err)
		require.ErrorIs(t, client.Rename(oldname, newname), fs.ErrNotExist)
	}
}

func TestExistsAllOfAThousandDates(t *testing.T) {
	client := connect(t, hdfs.Config{})
	dir := hadoopFolder(t, client)
	ctx := hdfs.NewContext(context.Background(), client)
	var targets []hdfs.Target
	day := time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 1000 {
		target := hdfs.Dir("%s/%s", dir, day.AddDate(0, 0, i).Format(time.DateOnly))
		targets = append(targets, target)
		require.NoError(t, client.Mkdir(target.Path(), 0o755))
	}
	start := time.Now()
	exist, err := hdfs.ExistsAll(ctx, targets)
	require.NoError(t, err)
	require.NotContains(t, exist, true)
	t.Logf("1000 folders, each looked into, in %v", time.Since(start))
	require.Less(t, time.Since(start), 30*time.Second)
}

// copyConf copies a Hadoop configuration and sets one property in one of its files.
func copyConf(t *testing.T, from, to, file, name, value string) {
	t.Helper()
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
	content, err := os.ReadFile(filepath.Join(to, file))
	require.NoError(t, err)
	property := fmt.Sprintf("<property><name>%s</name><value>%s</value></property></configuration>", name, value)
	changed := strings.Replace(string(content), "</configuration>", property, 1)
	require.NoError(t, os.WriteFile(filepath.Join(to, file), []byte(changed), 0o644))
}

// TestInSafeModeOfACluster: a healthy namenode is in none, whoever asks.
func TestInSafeModeOfACluster(t *testing.T) {
	for _, user := range []string{"", "alice"} {
		on, err := connect(t, hdfs.Config{User: user}).InSafeMode()
		require.NoError(t, err)
		require.False(t, on)
	}
}
