package streaming

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
)

// layout makes executable files below a new folder, which it returns.
func layout(t *testing.T, files ...string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for _, name := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, nil, 0o755))
	}
	return root
}

func TestHadoopIsFoundWhereDistributionsInstallIt(t *testing.T) {
	cases := map[string]struct {
		files   []string
		env     map[string]string // values that begin with / are below the root
		command string
		jar     string
	}{
		"Apache's tarball by HADOOP_HOME": {
			files: []string{"srv/hadoop-3.4.2/bin/hadoop", "srv/hadoop-3.4.2/share/hadoop/tools/lib/hadoop-streaming-3.4.2.jar",
				"srv/hadoop-3.4.2/share/hadoop/tools/sources/hadoop-streaming-3.4.2-sources.jar", "usr/bin/hadoop"},
			env:     map[string]string{"HADOOP_HOME": "/srv/hadoop-3.4.2", "PATH": "/usr/bin"},
			command: "srv/hadoop-3.4.2/bin/hadoop",
			jar:     "srv/hadoop-3.4.2/share/hadoop/tools/lib/hadoop-streaming-3.4.2.jar",
		},
		"Apache's tarball by PATH": {
			files:   []string{"srv/h/bin/hadoop", "srv/h/share/hadoop/tools/lib/hadoop-streaming-2.10.2.jar"},
			env:     map[string]string{"PATH": "/srv/h/bin"},
			command: "srv/h/bin/hadoop",
			jar:     "srv/h/share/hadoop/tools/lib/hadoop-streaming-2.10.2.jar",
		},
		"Apache's tarball in /opt, the newest": {
			files: []string{"opt/hadoop-3.3.6/bin/hadoop", "opt/hadoop-3.10.0/bin/hadoop",
				"opt/hadoop-3.10.0/share/hadoop/tools/lib/hadoop-streaming-3.10.0.jar"},
			command: "opt/hadoop-3.10.0/bin/hadoop",
			jar:     "opt/hadoop-3.10.0/share/hadoop/tools/lib/hadoop-streaming-3.10.0.jar",
		},
		"Cloudera's parcel": {
			files: []string{"opt/cloudera/parcels/CDH/bin/hadoop", "opt/cloudera/parcels/CDH/lib/hadoop-mapreduce/hadoop-streaming-3.1.1.7.1.7.0-551.jar",
				"opt/cloudera/parcels/CDH/lib/hadoop-mapreduce/hadoop-streaming.jar"},
			command: "opt/cloudera/parcels/CDH/bin/hadoop",
			jar:     "opt/cloudera/parcels/CDH/lib/hadoop-mapreduce/hadoop-streaming.jar",
		},
		"Hortonworks": {
			files: []string{"usr/hdp/current/hadoop-client/bin/hadoop",
				"usr/hdp/current/hadoop-mapreduce-client/hadoop-streaming-3.1.1.3.1.4.0-315.jar"},
			command: "usr/hdp/current/hadoop-client/bin/hadoop",
			jar:     "usr/hdp/current/hadoop-mapreduce-client/hadoop-streaming-3.1.1.3.1.4.0-315.jar",
		},
		"EMR": {
			files:   []string{"usr/bin/hadoop", "usr/lib/hadoop/hadoop-streaming.jar", "usr/lib/hadoop/hadoop-streaming-3.3.6-amzn-5.jar"},
			env:     map[string]string{"PATH": "/usr/bin"},
			command: "usr/bin/hadoop",
			jar:     "usr/lib/hadoop/hadoop-streaming.jar",
		},
		"Dataproc and Bigtop": {
			files:   []string{"usr/lib/hadoop/bin/hadoop", "usr/lib/hadoop-mapreduce/hadoop-streaming-3.3.6.jar", "usr/lib/hadoop-mapreduce/hadoop-streaming-3.3.6-tests.jar"},
			command: "usr/lib/hadoop/bin/hadoop",
			jar:     "usr/lib/hadoop-mapreduce/hadoop-streaming-3.3.6.jar",
		},
		"HADOOP_MAPRED_HOME": {
			files:   []string{"a/bin/hadoop", "b/hadoop-streaming-3.0.0.jar"},
			env:     map[string]string{"HADOOP_HOME": "/a", "HADOOP_MAPRED_HOME": "/b"},
			command: "a/bin/hadoop",
			jar:     "b/hadoop-streaming-3.0.0.jar",
		},
		"GOMR_STREAMING_JAR": {
			files:   []string{"a/bin/hadoop", "a/share/hadoop/tools/lib/hadoop-streaming-3.0.0.jar", "mine/streaming.jar"},
			env:     map[string]string{"HADOOP_HOME": "/a", "GOMR_STREAMING_JAR": "/mine/streaming.jar"},
			command: "a/bin/hadoop",
			jar:     "mine/streaming.jar",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			root := layout(t, c.files...)
			f := finder{root: root, getenv: func(name string) string {
				if value := c.env[name]; value != "" {
					return root + value
				}
				return ""
			}}
			command, err := f.hadoop("")
			require.NoError(t, err)
			require.Equal(t, filepath.Join(root, c.command), command)
			jar, err := f.streamingJar("", command)
			require.NoError(t, err)
			require.Equal(t, filepath.Join(root, c.jar), jar)
		})
	}
}

func TestWhatIsMissingIsSaidWithTheMend(t *testing.T) {
	root := layout(t, "home/bin/hadoop.cmd", "home/bin/mapred")
	f := finder{root: root, getenv: func(name string) string {
		return map[string]string{"HADOOP_HOME": root + "/home"}[name]
	}}
	var missing *MissingError

	_, err := f.hadoop("")
	require.ErrorAs(t, err, &missing)
	require.Contains(t, err.Error(), "the hadoop command was not found: set HADOOP_HOME")
	require.Contains(t, err.Error(), root+"/home/bin")

	_, err = f.hadoop("/nowhere/hadoop")
	require.ErrorAs(t, err, &missing)
	require.Equal(t, []string{"/nowhere/hadoop"}, missing.Looked)

	_, err = f.streamingJar("", root+"/home/bin/mapred")
	require.ErrorAs(t, err, &missing)
	require.Contains(t, err.Error(), "GOMR_STREAMING_JAR")
	require.Contains(t, missing.Looked, root+"/home/share/hadoop/tools/lib")

	_, err = f.streamingJar("/nowhere/x.jar", "")
	require.ErrorAs(t, err, &missing)
	require.Equal(t, []string{"/nowhere/x.jar"}, missing.Looked)
}

func TestWebAddresses(t *testing.T) {
	cases := map[string]struct {
		properties hdfs.Properties
		rms        []string
		history    string
	}{
		"nothing set": {hdfs.Properties{}, []string{"http://localhost:8088"}, "http://localhost:19888"},
		"host": {
			hdfs.Properties{"yarn.resourcemanager.hostname": "rm", "mapreduce.jobhistory.address": "jhs:10020"},
			[]string{"http://rm:8088"}, "http://jhs:19888"},
		"addresses": {
			hdfs.Properties{"yarn.resourcemanager.hostname": "rm", "yarn.resourcemanager.webapp.address": "${yarn.resourcemanager.hostname}:8188",
				"mapreduce.jobhistory.webapp.address": "0.0.0.0:19988"},
			[]string{"http://rm:8188"}, "http://localhost:19988"},
		"only the address of the service": {
			hdfs.Properties{"yarn.resourcemanager.address": "rm:8032"}, []string{"http://rm:8088"}, "http://localhost:19888"},
		"several resource managers": {
			hdfs.Properties{"yarn.resourcemanager.ha.enabled": "true", "yarn.resourcemanager.ha.rm-ids": "rm1, rm2",
				"yarn.resourcemanager.hostname.rm1": "one", "yarn.resourcemanager.webapp.address.rm2": "two:9088"},
			[]string{"http://one:8088", "http://two:9088"}, "http://localhost:19888"},
		"TLS": {
			hdfs.Properties{"yarn.http.policy": "HTTPS_ONLY", "yarn.resourcemanager.webapp.https.address": "rm:8090",
				"mapreduce.jobhistory.http.policy": "HTTPS_ONLY", "mapreduce.jobhistory.address": "jhs:10020"},
			[]string{"https://rm:8090"}, "https://jhs:19890"},
		"IPv6": {
			hdfs.Properties{"yarn.resourcemanager.webapp.address": "[::1]:8088"}, []string{"http://[::1]:8088"}, "http://localhost:19888"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.rms, resourceManagers(c.properties))
			require.Equal(t, c.history, historyServer(c.properties))
		})
	}
}
