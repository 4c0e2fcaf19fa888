package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomr/gomr/hdfs"
)

// A cluster is the one-node Hadoop that scripts/hadoop has started, and what it tells of
// the time that its jobs take.
type cluster struct {
	nodeManager string // the folder of its process in /proc
	history     string // the address of the job history server
}

// settleLimit is how long the cluster may take to end and to file a job whose client has ended.
const settleLimit = 5 * time.Minute

// openCluster finds the cluster of the environment.
func openCluster() (*cluster, error) {
	conf := os.Getenv("HADOOP_CONF_DIR")
	pid, err := os.ReadFile(filepath.Join(filepath.Dir(conf), "pids", "nodemanager"))
	if err != nil {
		return nil, fmt.Errorf("no cluster of scripts/hadoop: run make bench-cluster: %w", err)
	}
	properties, err := hdfs.LoadProperties(conf)
	if err != nil {
		return nil, err
	}
	return &cluster{
		nodeManager: filepath.Join("/proc", strings.TrimSpace(string(pid))),
		history:     "http://" + properties.Get("mapreduce.jobhistory.webapp.address") + "/ws/v1/history/mapreduce/jobs",
	}, nil
}

// put copies an input to the cluster, once.
func (c *cluster) put(ctx context.Context, p *place, name string) error {
	r := row{inputs: []string{name}}
	line := fmt.Sprintf(`hadoop fs -test -e $IN/_SUCCESS || { hadoop fs -mkdir -p /bench && hadoop fs -put '%s' /bench/; }`, p.data.path(name))
	_, err := measure(ctx, shellCommand(line), p.environment(r), p.cache)
	return err
}

// clear removes the output of the run before.
func (c *cluster) clear(ctx context.Context, p *place) error {
	_, err := measure(ctx, shellCommand("hadoop fs -rm -r -f -skipTrash $OUT"), p.environment(row{}), p.cache)
	return err
}

// measure runs a client of the cluster. The time on processors is what the containers took
// that it started.
func (c *cluster) measure(ctx context.Context, argv, env []string, dir string) (measurement, error) {
	start := time.Now()
	before, err := c.containerSeconds()
	if err != nil {
		return measurement{}, err
	}
	m, err := measure(ctx, argv, env, dir)
	if err != nil {
		return m, err
	}
	if err := c.settle(ctx, c.idle); err != nil {
		return m, fmt.Errorf("containers still run: %w", err)
	}
	after, err := c.containerSeconds()
	m.CPU = after - before
	return m, errors.Join(err, c.settle(ctx, func() (bool, error) {
		m.Counter, err = c.counterSeconds(ctx, start)
		return m.Counter > 0, err
	}))
}

// settle waits until something is so.
func (c *cluster) settle(ctx context.Context, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// clockTicks is how many ticks of /proc make a second on Linux.
const clockTicks = 100

// containerSeconds returns how much processor time all containers took that have ended: the
// node manager waits for them, they for their tasks' processes, and these for their mappers and reducers.
func (c *cluster) containerSeconds() (float64, error) {
	stat, err := os.ReadFile(filepath.Join(c.nodeManager, "stat"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // a name may have spaces
	fields := strings.Fields(rest)
	user, err1 := strconv.ParseFloat(fields[13], 64)
	system, err2 := strconv.ParseFloat(fields[14], 64)
	return (user + system) / clockTicks, errors.Join(err1, err2)
}

// idle tells whether the node manager has no container. What has ended and was never waited for,
// such as a process of the shell that started the node manager, is none.
func (c *cluster) idle() (bool, error) {
	files, err := filepath.Glob(filepath.Join(c.nodeManager, "task", "*", "children"))
	for _, file := range files {
		children, err := os.ReadFile(file)
		if err == nil && slices.ContainsFunc(strings.Fields(string(children)), isAlive) {
			return false, nil
		}
	}
	return true, err
}

// isAlive tells whether a process runs.
func isAlive(pid string) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	_, rest, _ := strings.Cut(string(stat), ") ")
	return err == nil && !strings.HasPrefix(rest, "Z")
}

// counterSeconds returns Hadoop's counter of the CPU time of the tasks of all jobs that started since a
// time, or 0 where none is filed yet.
func (c *cluster) counterSeconds(ctx context.Context, since time.Time) (float64, error) {
	var list struct {
		Jobs struct {
			Job []struct {
				ID string `json:"id"`
			} `json:"job"`
		} `json:"jobs"`
	}
	query := url.Values{"startedTimeBegin": {strconv.FormatInt(since.UnixMilli(), 10)}}
	if err := c.get(ctx, "?"+query.Encode(), &list); err != nil {
		return 0, err
	}
	sum := 0.0
	for _, job := range list.Jobs.Job {
		seconds, err := c.jobSeconds(ctx, job.ID)
		if err != nil {
			return 0, err
		}
		sum += seconds
	}
	return sum, nil
}

func (c *cluster) jobSeconds(ctx context.Context, id string) (float64, error) {
	var counters struct {
		JobCounters struct {
			CounterGroup []struct {
				Counter []struct {
					Name  string  `json:"name"`
					Total float64 `json:"totalCounterValue"`
				} `json:"counter"`
			} `json:"counterGroup"`
		} `json:"jobCounters"`
	}
	if err := c.get(ctx, "/"+id+"/counters", &counters); err != nil {
		return 0, err
	}
	for _, group := range counters.JobCounters.CounterGroup {
		for _, counter := range group.Counter {
			if counter.Name == "CPU_MILLISECONDS" {
				return counter.Total / 1000, nil
			}
		}
	}
	return 0, fmt.Errorf("job %s has no counter CPU_MILLISECONDS", id)
}

func (c *cluster) get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.history+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", request.URL, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}
