package streaming

import (
	"fmt"
	"os"
	"strings"

	"github.com/gomr/gomr/hdfs"
)

// A Cluster is a Hadoop cluster and what is needed to run jobs on it: the hadoop
// command, the jar of Hadoop Streaming and the addresses of YARN. Make one with [Find].
type Cluster struct {
	Hadoop       string          // path of the hadoop command
	StreamingJar string          // path of the jar of Hadoop Streaming
	ConfDir      string          // folder of the Hadoop configuration
	Properties   hdfs.Properties // the configuration itself

	// HDFS is the connection that jobs use and leave open.
	// Where it is nil, each run makes one of its own.
	HDFS *hdfs.Client

	yarn *yarnClient
}

// A FindConfig says where the parts of Hadoop are. What it leaves empty is looked
// for, so its zero value works.
type FindConfig struct {
	// Hadoop is the path of the hadoop command. Default: HADOOP_HOME/bin, then
	// PATH, then where the distributions install it.
	Hadoop string

	// StreamingJar is the path of the jar of Hadoop Streaming. Default:
	// GOMR_STREAMING_JAR, then the usual folders below HADOOP_HOME,
	// HADOOP_MAPRED_HOME and the installation of the hadoop command, then
	// where the distributions install it.
	StreamingJar string

	// ConfDir is the folder with core-site.xml and yarn-site.xml.
	// Default: as [hdfs.FindConfDir] says.
	ConfDir string
}

// A MissingError tells that a part of Hadoop was not found.
type MissingError struct {
	What   string   // such as "the hadoop command"
	Looked []string // the places where it was looked for
	Mend   string   // what to do about it
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s was not found: %s (looked in %s)", e.What, e.Mend, strings.Join(e.Looked, ", "))
}

// Find finds Hadoop on this machine. It reads a few folders and the configuration,
// and starts no program. What is missing is a [MissingError].
func Find(config FindConfig) (*Cluster, error) {
	f := finder{getenv: os.Getenv, root: "/"}
	confDir, properties, err := f.configuration(config.ConfDir)
	if err != nil {
		return nil, err
	}
	command, err := f.hadoop(config.Hadoop)
	if err != nil {
		return nil, err
	}
	jar, err := f.streamingJar(config.StreamingJar, command)
	if err != nil {
		return nil, err
	}
	return &Cluster{
		Hadoop:       command,
		StreamingJar: jar,
		ConfDir:      confDir,
		Properties:   properties,
		yarn:         newYARNClient(properties, userName(os.Getenv)),
	}, nil
}

// connect returns the connection to HDFS, and what the caller must call when it
// needs it no more.
func (c *Cluster) connect() (*hdfs.Client, func(), error) {
	if c.HDFS != nil {
		return c.HDFS, func() {}, nil
	}
	client, err := hdfs.Connect(hdfs.Config{ConfDir: c.ConfDir})
	if err != nil {
		return nil, nil, err
	}
	return client, func() { client.Close() }, nil
}
