package streaming

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gomr/gomr/mr"
)

// A stepCommand is one step of a job as Hadoop Streaming is to run it.
type stepCommand struct {
	jar        string
	name       string        // of the job, for people
	tag        string        // of the application, for the next driver; see recover.go
	step       *mr.Step      // what runs
	binary     shippedBinary // what the tasks execute
	task       TaskCommand   // of the tasks; Kind and Memory are filled in
	files      []string      // URIs of shipped files, each with #name
	inputs     []string      // as the user gave them
	output     string        // folder that does not exist
	properties properties    // of the cluster, the job and the user
}

// partitioner hashes two bytes of a frame's key, which the map task chose so that
// their hash is the partition: the partition is Go code and needs no jar.
const partitioner = "org.apache.hadoop.mapred.lib.BinaryPartitioner"

// arguments returns the arguments of the hadoop command. Generic options come
// first: behind an option of streaming they would be taken for inputs.
func (c *stepCommand) arguments() []string {
	args := []string{"jar", c.jar}
	all := c.ownProperties()
	maps.Copy(all, c.properties.set)
	for _, kind := range c.kinds() {
		maps.Copy(all, c.container(kind).own)
	}
	all["mapreduce.job.tags"] = c.tags()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		args = append(args, "-D", name+"="+all[name])
	}
	// Of several -files only the first counts.
	args = append(args, "-files", strings.Join(c.files, ","))
	for _, input := range c.inputs {
		args = append(args, "-input", input)
	}
	args = append(args, "-output", c.output, "-mapper", c.taskLine(MapTask))
	if c.step.Reducers == 0 {
		return append(args, "-reducer", "NONE", "-numReduceTasks", "0")
	}
	return append(args,
		"-reducer", c.taskLine(ReduceTask),
		"-partitioner", partitioner,
		"-numReduceTasks", strconv.Itoa(c.step.Reducers))
}

// ownProperties returns what gomr sets where neither the job nor the user does.
func (c *stepCommand) ownProperties() map[string]string {
	own := map[string]string{
		"mapreduce.job.name": printable(c.name),
		// Blocks are compressed where that pays.
		"mapreduce.map.output.compress": "false",
		// A job of many inputs would make an environment variable that is too long to start a program.
		"stream.jobconf.truncate.limit": "20000",
	}
	if c.properties.get("mapreduce.client.progressmonitor.pollinterval") == "" {
		own["mapreduce.client.progressmonitor.pollinterval"] = "250" // ms; 1000 by default
	}
	if c.step.Reducers == 0 {
		own["stream.map.output"] = "keyonlytext"
		return own
	}
	own["stream.map.output"] = "rawbytes"
	own["stream.reduce.input"] = "rawbytes"
	own["stream.reduce.output"] = "keyonlytext" // without the tab that "text" puts behind each line
	own["mapreduce.partition.binarypartitioner.left.offset"] = "0"
	own["mapreduce.partition.binarypartitioner.right.offset"] = "1"
	return own
}

// kinds returns the kinds of tasks that the step has.
func (c *stepCommand) kinds() []TaskKind {
	if c.step.Reducers == 0 {
		return []TaskKind{MapTask}
	}
	return []TaskKind{MapTask, ReduceTask}
}

// tags returns the application's tags, those of the job and the user among them.
func (c *stepCommand) tags() string {
	if theirs := c.properties.set["mapreduce.job.tags"]; theirs != "" {
		return c.tag + "," + theirs
	}
	return c.tag
}

// taskLine returns the command line of the tasks of a kind.
func (c *stepCommand) taskLine(kind TaskKind) string {
	task := c.task
	task.Kind = kind
	task.Memory = c.container(kind).budget * mebibyte
	if kind == MapTask && c.step.Reducers > 0 {
		task.ReduceMemory = c.container(ReduceTask).budget * mebibyte
	}
	return "./" + c.binary.link() + " " + task.String()
}

// printable replaces what job.xml can't hold, or would change.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// checkShippedPath refuses paths that can't be in a list of URIs.
func checkShippedPath(path string) error {
	if i := strings.IndexFunc(path, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("%#,?*\\\"<>^`{|}[]", r)
	}); i >= 0 {
		return fmt.Errorf("side file %q: the name of a file that Hadoop ships can't have %q: rename it or its folder",
			path, []rune(path[i:])[0])
	}
	return nil
}
