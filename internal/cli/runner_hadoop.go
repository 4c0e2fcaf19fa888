package cli

import (
	"cmp"
	"sync"

	"github.com/spf13/pflag"

	"github.com/gomr/gomr/hdfs"
)

// hadoopFlags are the flags of the hadoop runner.
type hadoopFlags struct {
	jar        string
	properties []string // name=value
	files      []string
	binary     string
}

func (h *hadoopFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&h.jar, "streaming-jar", "", "path of the jar of Hadoop Streaming (default: found)")
	flags.StringArrayVarP(&h.properties, "property", "D", nil, "Hadoop property for the jobs, such as -D mapreduce.map.memory.mb=2048")
	flags.StringArrayVar(&h.files, "files", nil, "file that the jobs' tasks may read, by its path in HDFS")
	flags.StringVar(&h.binary, "binary", "", "static Linux executable of this program to send to the cluster (default: this one)")
}

// openHadoop returns the place of the cluster that the environment names.
func openHadoop(flags hadoopFlags, ui *ui) (*place, error) {
	var client *hdfs.Client
	connect := sync.OnceValues(func() (*hdfs.Client, error) {
		var err error
		client, err = hdfs.Connect(hdfs.Config{})
		return client, err
	})
	return &place{
		files: lazyFS{connect},
		name:  "hadoop:" + clusterName(),
		close: func() {
			if client != nil {
				client.Close()
			}
		},
	}, nil
}

// clusterName returns what tells the cluster from others, without a call to it.
func clusterName() string {
	dir, err := hdfs.FindConfDir()
	if err != nil {
		return ""
	}
	properties, err := hdfs.LoadProperties(dir)
	if err != nil {
		return dir
	}
	return cmp.Or(properties.Get("fs.defaultFS"), dir)
}

// hadoopChecks are the checks of doctor for a cluster.
func hadoopChecks(flags hadoopFlags) []Check { return nil }
