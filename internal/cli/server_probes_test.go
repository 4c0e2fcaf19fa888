package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/server"
)

// TestLongCall: one that hangs is alone, and its answer is old when it comes.
func TestLongCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c longCall
		var calls atomic.Int64
		end := make(chan struct{})
		hanging := func() server.Found {
			calls.Add(1)
			<-end
			return server.Found{Err: errors.New("old")}
		}
		for range 3 {
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("too long"))
			require.EqualError(t, c.do(ctx, hanging).Err, "too long")
			cancel()
		}
		require.EqualValues(t, 1, calls.Load())
		close(end)
		synctest.Wait()
		require.Equal(t, "well again", c.do(t.Context(), func() server.Found { return server.Found{Detail: "well again"} }).Detail)
	})
}

// configure makes a folder with the configuration of a cluster.
func configure(t *testing.T, properties map[string]string) (dir string) {
	dir = t.TempDir()
	var text strings.Builder
	for name, value := range properties {
		fmt.Fprintf(&text, "<property><name>%s</name><value>%s</value></property>", name, value)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "core-site.xml"), []byte("<configuration>"+text.String()+"</configuration>"), 0o600))
	return dir
}

func TestLookAtYARN(t *testing.T) {
	state, nodes := "STARTED", 2
	manager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/metrics") {
			fmt.Fprintf(w, `{"clusterMetrics": {"activeNodes": %d, "unhealthyNodes": 1, "availableMB": 100, "totalMB": 400}}`, nodes)
			return
		}
		fmt.Fprintf(w, `{"clusterInfo": {"state": %q, "hadoopVersion": "3.4.1"}}`, state)
	}))
	defer manager.Close()
	dir := configure(t, map[string]string{"yarn.resourcemanager.webapp.address": strings.TrimPrefix(manager.URL, "http://")})

	found := lookAtYARN(t.Context(), dir)
	require.NoError(t, found.Err)
	require.Contains(t, found.Detail, "Hadoop 3.4.1; 2 active, 100 of 400 MB free")
	nodes = 0
	found = lookAtYARN(t.Context(), dir)
	require.EqualError(t, found.Err, "no node is active, 1 are unhealthy")
	require.Contains(t, found.Mend, "yarn node -list")
	state = "INITED"
	require.EqualError(t, lookAtYARN(t.Context(), dir).Err, "the resource manager is INITED")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, lookAtYARN(ended, dir).Err)
	require.True(t, lookAtYARN(t.Context(), configure(t, nil)).Unused)
}

// TestClusterIsNotUsed: without a configuration, or with data on this machine, there is nothing to look at.
func TestClusterIsNotUsed(t *testing.T) {
	t.Setenv("HADOOP_CONF_DIR", "")
	t.Setenv("HADOOP_HOME", t.TempDir())
	for _, runner := range []string{local, hadoop} {
		for _, probe := range (&placeFlags{runner: runner, root: "/data"}).probes() {
			found := probe.Look(t.Context())
			require.True(t, found.Unused, "%s with --runner %s", probe.Name(), runner)
			require.NotEmpty(t, found.Detail)
		}
	}
}

// TestHDFSFails: nothing listens at the address of the namenode.
func TestHDFSFails(t *testing.T) {
	t.Setenv("HADOOP_CONF_DIR", configure(t, map[string]string{"fs.defaultFS": "hdfs://127.0.0.1:1"}))
	probe := (&placeFlags{runner: hadoop}).probes()[0]
	found := probe.Look(t.Context())
	require.ErrorContains(t, found.Err, "127.0.0.1:1")
	require.Contains(t, found.Mend, "see that the namenode runs")
}
