package streamjob

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A counterID is a counter of the framework. Their order is that of Hadoop's enum,
// which is the order in which they are printed.
type counterID int

const (
	mapInputRecords counterID = iota
	mapOutputRecords
	mapOutputBytes
	mapOutputMaterializedBytes
	splitRawBytes
	combineInputRecords
	combineOutputRecords
	reduceInputGroups
	reduceShuffleBytes
	reduceInputRecords
	reduceOutputRecords
	spilledRecords
	shuffledMaps
	failedShuffles
	mergedMapOutputs
	numTaskCounters
)

var taskCounterNames = [numTaskCounters]string{
	"Map input records", "Map output records", "Map output bytes", "Map output materialized bytes",
	"Input split bytes", "Combine input records", "Combine output records", "Reduce input groups",
	"Reduce shuffle bytes", "Reduce input records", "Reduce output records", "Spilled Records",
	"Shuffled Maps ", "Failed Shuffles", "Merged Map outputs",
}

// The most counters and groups that commands may use, unless the job says otherwise.
const (
	maxCounters    = 120
	maxGroups      = 50
	maxCounterName = 64
	maxGroupName   = 128
)

// counters are those of a task or of a job. They are for any number of goroutines.
type counters struct {
	mu           sync.Mutex
	task         [numTaskCounters]int64
	used         [numTaskCounters]bool // that belong to the kind of task
	bytesRead    int64
	bytesWritten int64
	reads        bool // there was a map task
	writes       bool // there was a task that wrote output
	reduces      bool // there was a reduce task
	groups       map[string]map[string]int64
	total        int // counters in groups
	limit        int // of total, zero means maxCounters
}

// count adds to a counter of the framework.
func (c *counters) count(id counterID, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.task[id] += n
	c.used[id] = true
}

// add adds to a counter of a command.
func (c *counters) add(group, name string, n int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	group, name = cutName(group, maxGroupName), cutName(name, maxCounterName)
	takenCounters, takenGroups := c.taken()
	names := c.groups[group]
	if names == nil {
		if n := len(c.groups) + takenGroups; n >= maxGroups {
			return limitExceeded("Too many counter groups: %d max=%d", n+1, maxGroups)
		}
		if c.groups == nil {
			c.groups = map[string]map[string]int64{}
		}
		names = map[string]int64{}
		c.groups[group] = names
	}
	if _, ok := names[name]; !ok {
		limit := c.limit
		if limit == 0 {
			limit = maxCounters
		}
		if n := c.total + takenCounters; n >= limit {
			return limitExceeded("Too many counters: %d max=%d", n+1, limit)
		}
		c.total++
	}
	names[name] += n
	return nil
}

// merge adds the counters of a task that has ended.
func (c *counters) merge(task *counters) {
	task.mu.Lock()
	defer task.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	for id := range c.task {
		c.task[id] += task.task[id]
		c.used[id] = c.used[id] || task.used[id]
	}
	c.bytesRead += task.bytesRead
	c.bytesWritten += task.bytesWritten
	c.reads = c.reads || task.reads
	c.writes = c.writes || task.writes
	c.reduces = c.reduces || task.reduces
	if c.groups == nil {
		c.groups = map[string]map[string]int64{}
	}
	for group, names := range task.groups {
		if c.groups[group] == nil {
			c.groups[group] = map[string]int64{}
		}
		for name, n := range names {
			c.groups[group][name] += n
		}
	}
}

// A counterGroup is a group as it is printed.
type counterGroup struct {
	name     string
	counters []counterValue
}

type counterValue struct {
	name  string
	value int64
}

// list returns the groups in Hadoop's order: its own, and all others by name. What a
// machine's JVM would count is not among them.
func (c *counters) list() []counterGroup {
	c.mu.Lock()
	defer c.mu.Unlock()
	var groups []counterGroup
	framework := counterGroup{name: "Map-Reduce Framework"}
	for id, used := range c.used {
		if used {
			framework.counters = append(framework.counters, counterValue{taskCounterNames[id], c.task[id]})
		}
	}
	if len(framework.counters) > 0 {
		groups = append(groups, framework)
	}
	return append(groups, c.listOthers()...)
}

// The groups of formats are sorted by the names of their classes.
const (
	inputGroup  = "org.apache.hadoop.mapreduce.lib.input.FileInputFormatCounter"
	outputGroup = "org.apache.hadoop.mapreduce.lib.output.FileOutputFormatCounter"
	errorGroup  = "Shuffle Errors"
)

var groupTitles = map[string]string{inputGroup: "File Input Format Counters ", outputGroup: "File Output Format Counters "}

var shuffleErrors = []string{"BAD_ID", "CONNECTION", "IO_ERROR", "WRONG_LENGTH", "WRONG_MAP", "WRONG_REDUCE"}

// listOthers returns the groups that are not the framework's own.
func (c *counters) listOthers() []counterGroup {
	own := map[string][]counterValue{}
	for group, names := range c.groups {
		for _, name := range slices.Sorted(maps.Keys(names)) {
			own[group] = append(own[group], counterValue{name, names[name]})
		}
	}
	if c.reduces {
		for _, name := range shuffleErrors {
			own[errorGroup] = append(own[errorGroup], counterValue{name, 0})
		}
	}
	if c.reads {
		own[inputGroup] = []counterValue{{"Bytes Read", c.bytesRead}}
	}
	if c.writes {
		own[outputGroup] = []counterValue{{"Bytes Written", c.bytesWritten}}
	}
	var groups []counterGroup
	for _, name := range slices.Sorted(maps.Keys(own)) {
		title := name
		if known, ok := groupTitles[name]; ok {
			title = known
		}
		groups = append(groups, counterGroup{title, own[name]})
	}
	return groups
}

// taken returns how many counters and groups of the limits the task itself has.
func (c *counters) taken() (counters, groups int) {
	if c.reduces {
		counters, groups = len(shuffleErrors), 1
	}
	counters += boolToInt(c.reads) + boolToInt(c.writes)
	groups += boolToInt(c.reads) + boolToInt(c.writes)
	return counters, groups
}

// String returns the counters as Hadoop prints them.
func (c *counters) String() string {
	groups := c.list()
	n := 0
	var text strings.Builder
	for _, group := range groups {
		text.WriteString("\n\t" + group.name)
		for _, counter := range group.counters {
			n++
			text.WriteString("\n\t\t" + counter.name + "=" + strconv.FormatInt(counter.value, 10))
		}
	}
	return "Counters: " + strconv.Itoa(n) + text.String()
}
