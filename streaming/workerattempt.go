package streaming

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// An attempt is what Hadoop tells a task about itself, in its environment: all
// properties of the job are there, with underscores in the place of their dots.
type attempt struct {
	ID       string // such as attempt_1700000000000_0001_m_000003_0
	Job      string // such as job_1700000000000_0001
	Number   uint32 // of the attempts of its task, from 0
	Index    int    // of the task among the map or reduce tasks
	Maps     int    // number of map tasks, -1 where it is not known
	Reducers int    // number of reduce tasks, -1 where it is not known
	Lossy    bool   // the job may go on without some of its map tasks

	File        string // path of the input file
	SplitStart  int64
	SplitLength int64

	TempDir  string // folder of the attempt on the local disk, removed with it
	Counters int    // how many counters Hadoop allows
}

// hadoopCounters is the default of mapreduce.job.counters.max.
const hadoopCounters = 120

func newAttempt(getenv func(string) string) (*attempt, error) {
	e := environment{getenv: getenv}
	a := &attempt{
		ID:          e.text("mapreduce_task_attempt_id", "mapred_task_id"),
		Job:         e.text("mapreduce_job_id", "mapred_job_id"),
		Index:       int(e.number(0, "mapreduce_task_partition", "mapred_task_partition")),
		Maps:        int(e.number(-1, "mapreduce_job_maps", "mapred_map_tasks")),
		Reducers:    int(e.number(-1, "mapreduce_job_reduces", "mapred_reduce_tasks")),
		Lossy:       e.number(0, "mapreduce_map_failures_maxpercent") > 0,
		File:        pathOf(e.text("mapreduce_map_input_file", "map_input_file")),
		SplitStart:  e.number(0, "mapreduce_map_input_start", "map_input_start"),
		SplitLength: e.number(0, "mapreduce_map_input_length", "map_input_length"),
		TempDir:     cmp.Or(e.text("TMPDIR"), os.TempDir()),
		Counters:    int(e.number(hadoopCounters, "mapreduce_job_counters_max")),
	}
	if number, err := strconv.ParseUint(a.ID[strings.LastIndexByte(a.ID, '_')+1:], 10, 32); err == nil {
		a.Number = uint32(number)
	}
	return a, e.err
}

// mapAttempt returns the id of an attempt of a map task of the same job.
func (a *attempt) mapAttempt(index, number uint32) string {
	return fmt.Sprintf("attempt_%s_m_%06d_%d", strings.TrimPrefix(a.Job, "job_"), index, number)
}

// An environment reads variables under their present and their old names.
type environment struct {
	getenv func(string) string
	err    error // the first variable that is no number
}

func (e *environment) text(names ...string) string {
	for _, name := range names {
		if value := e.getenv(name); value != "" {
			return value
		}
	}
	return ""
}

func (e *environment) number(missing int64, names ...string) int64 {
	text := e.text(names...)
	if text == "" {
		return missing
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("the environment variable %s is %q, which is no number", names[0], text)
	}
	return n
}

// pathOf returns the path of a file that Hadoop names by a URI, such as
// hdfs://host:8020/data/x. Hadoop does not escape what is in it.
func pathOf(uri string) string {
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok || strings.Contains(scheme, "/") || !strings.HasPrefix(rest, "/") {
		return uri
	}
	if authority, ok := strings.CutPrefix(rest, "//"); ok {
		if slash := strings.IndexByte(authority, '/'); slash >= 0 {
			return authority[slash:]
		}
	}
	return rest
}
