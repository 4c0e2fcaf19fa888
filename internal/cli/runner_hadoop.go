package cli

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/streaming"
)

// hadoopFlags are the flags of the hadoop runner.
type hadoopFlags struct {
	jar        string
	properties []string // name=value
	binary     string
}

func (h *hadoopFlags) add(flags *pflag.FlagSet) {
	h.addJar(flags)
	flags.StringArrayVarP(&h.properties, "property", "D", nil, "Hadoop property for the jobs as `name=value`; may be given several times")
	flags.StringVar(&h.binary, "binary", "", "`file` to send to the cluster, a static Linux executable of this program (default: this one)")
}

func (h *hadoopFlags) addJar(flags *pflag.FlagSet) {
	flags.StringVar(&h.jar, "streaming-jar", "", "jar `file` of Hadoop Streaming (default: found)")
}

// openHadoop returns the place of the cluster that the environment names. It connects
// to the cluster, and looks for Hadoop on this machine, when that is first needed.
func openHadoop(flags *placeFlags, ui *ui) (*place, error) {
	properties, err := parseProperties(flags.properties)
	if err != nil {
		return nil, err
	}
	var client *hdfs.Client
	connect := sync.OnceValues(func() (*hdfs.Client, error) {
		var err error
		client, err = hdfs.Connect(hdfs.Config{})
		return client, err
	})
	runner := &hadoopRunner{
		cluster:    sync.OnceValues(func() (*streaming.Cluster, error) { return findCluster(flags.jar, connect) }),
		properties: properties,
		binary:     flags.binary,
		memory:     int64(flags.memory),
		log:        ui.log,
	}
	return &place{
		files: lazyFS{connect},
		jobs:  runner,
		name:  "hadoop:" + clusterName(),
		user: func() (string, error) {
			client, err := connect()
			if err != nil {
				return "", &connectError{err.Error()}
			}
			return client.User(), nil
		},
		close: func() {
			if client != nil {
				client.Close()
			}
		},
	}, nil
}

func findCluster(jar string, connect func() (*hdfs.Client, error)) (*streaming.Cluster, error) {
	cluster, err := streaming.Find(streaming.FindConfig{StreamingJar: jar})
	if err != nil {
		return nil, err
	}
	cluster.HDFS, err = connect()
	return cluster, err
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

func parseProperties(texts []string) (map[string]string, error) {
	properties := make(map[string]string)
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, usagef("-D %s: want a property as name=value, such as -D mapreduce.job.queuename=etl", text)
		}
		properties[name] = value
	}
	return properties, nil
}

// A hadoopRunner runs jobs on a cluster, any number at once.
type hadoopRunner struct {
	cluster    func() (*streaming.Cluster, error)
	properties map[string]string
	binary     string
	memory     int64
	log        *slog.Logger
}

// RunJob implements [orchestrate.JobRunner].
func (r *hadoopRunner) RunJob(ctx context.Context, run orchestrate.JobRun) (orchestrate.JobResult, error) {
	var outcome orchestrate.JobResult
	inputs, output, err := jobPaths(run)
	if err != nil {
		return outcome, err
	}
	cluster, err := r.cluster()
	if err != nil {
		return outcome, err
	}
	binary, err := r.executable()
	if err != nil {
		return outcome, err
	}
	var trackingURL string // written by one goroutine at a time, and by none after Run
	result, err := cluster.Run(ctx, streaming.Submission{
		ID:         run.ID,
		Job:        run.Job,
		Family:     run.Family,
		Flags:      run.Flags,
		Binary:     binary,
		Inputs:     inputs,
		Output:     output,
		Properties: r.properties,
		Memory:     r.memory,
		Check: func(ctx context.Context, w streaming.Written) error {
			return checkJob(ctx, run, orchestrate.Size(w))
		},
		BeforeCommit: run.Commit,
		Record:       run.Record,
		RecordName:   recordName(run.Record),
		Progress: func(p streaming.Progress) {
			trackingURL = cmp.Or(p.TrackingURL, trackingURL)
			progress := progressOf(orchestrate.JobProgress{Step: p.Step, Steps: p.Steps, Map: p.Map, Reduce: p.Reduce, Application: p.Application})
			progress.TrackingURL = p.TrackingURL
			run.Report(progress)
		},
		Log: r.log.With("task", run.ID),
	})
	outcome.TrackingURL = trackingURL
	if failed := new(streaming.JobError); errors.As(err, &failed) {
		outcome.TrackingURL = cmp.Or(failed.TrackingURL, trackingURL)
		outcome.Failure = failureOf(failed)
	}
	if result != nil {
		outcome.Counters, outcome.Applications, outcome.ReduceTimes = result.Counters, result.Applications, result.ReduceTimes
	}
	return outcome, err
}

// failureLines bounds what is kept of a failure.
const failureLines = 50

// failureOf returns the task that a job failed of, or nil where it failed of something else. What a task itself has said
// of its failure stands for its output.
func failureOf(err *streaming.JobError) *orchestrate.TaskFailure {
	if err.Attempt == "" {
		return nil
	}
	failure := &orchestrate.TaskFailure{Attempt: err.Attempt, Node: err.Node, Output: err.Output}
	if err.Cause != nil && len(failure.Output) == 0 {
		lines := strings.Split(strings.TrimSpace(err.Cause.Message+"\n"+err.Cause.Stack), "\n")
		failure.Output = lines[:min(len(lines), failureLines)] // the innermost frames of the stack are first
	}
	return failure
}

// executable returns the path of the executable for the nodes.
func (r *hadoopRunner) executable() (string, error) {
	if r.binary != "" {
		return r.binary, nil
	}
	return os.Executable()
}

// hadoopChecks are the checks of doctor for a cluster.
func hadoopChecks(ctx context.Context, flags *placeFlags) []streaming.Check {
	checks := streaming.Diagnose(ctx, streaming.FindConfig{StreamingJar: flags.jar})
	program := streaming.Check{Name: "this program", OK: true, Detail: "a static Linux executable, which runs on the nodes"}
	executable, err := os.Executable()
	if err == nil {
		err = streaming.CheckBinary(executable)
	}
	if wrong := new(streaming.BinaryError); errors.As(err, &wrong) {
		program.OK, program.Detail, program.Mend = false, wrong.Path+": "+wrong.Reason, wrong.Mend
	} else if err != nil {
		program.OK, program.Detail = false, err.Error()
	}
	return append(checks, program)
}
