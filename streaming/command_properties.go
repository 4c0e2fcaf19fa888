package streaming

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gomr/gomr/hdfs"
)

// properties are the settings of a step.
type properties struct {
	set     map[string]string // by the job and, stronger, by the user; names are Hadoop's current ones
	cluster hdfs.Properties   // what counts where set has nothing
}

// newProperties returns the settings of a step, or a [PropertyError] for one that
// Hadoop would lose, or that would break the job.
func newProperties(cluster hdfs.Properties, job, user map[string]string) (properties, error) {
	p := properties{make(map[string]string), cluster}
	for _, layer := range []map[string]string{job, user} {
		for _, name := range slices.Sorted(maps.Keys(layer)) {
			if reason := fault(name, layer[name]); reason != "" {
				return p, &PropertyError{name, layer[name], reason}
			}
			p.set[canonical(name)] = layer[name]
		}
	}
	return p, nil
}

// get returns the value that counts, or "" where only Hadoop's own default does.
func (p properties) get(name string) string {
	if value := p.set[name]; value != "" {
		return value
	}
	if value := p.cluster.Get(name); value != "" {
		return value
	}
	for old, current := range deprecated {
		if value := p.cluster.Get(old); value != "" && current == name {
			return value
		}
	}
	return ""
}

// isTrue tells whether a property is "true".
func (p properties) isTrue(name string) bool {
	return strings.EqualFold(strings.TrimSpace(p.get(name)), "true")
}

// number returns a property that is a number, or zero.
func (p properties) number(name string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(p.get(name)), 10, 64)
	if err != nil {
		return 0 // Hadoop says so better
	}
	return n
}

// A PropertyError tells that a property can't be given to Hadoop.
type PropertyError struct {
	Name, Value string
	Reason      string // what is wrong with it, and the mend
}

func (e *PropertyError) Error() string {
	return fmt.Sprintf("property %s=%s: %s", e.Name, e.Value, e.Reason)
}

// deprecated are the names that older versions of Hadoop used, and still take,
// for what is looked up or reserved here.
var deprecated = map[string]string{
	"mapred.job.name":                    "mapreduce.job.name",
	"mapred.map.tasks":                   "mapreduce.job.maps",
	"mapred.reduce.tasks":                "mapreduce.job.reduces",
	"mapred.partitioner.class":           "mapreduce.job.partitioner.class",
	"mapred.output.key.comparator.class": "mapreduce.job.output.key.comparator.class",
	"mapred.input.dir":                   "mapreduce.input.fileinputformat.inputdir",
	"mapred.output.dir":                  "mapreduce.output.fileoutputformat.outputdir",
	"mapred.min.split.size":              "mapreduce.input.fileinputformat.split.minsize",
	"mapred.input.dir.recursive":         "mapreduce.input.fileinputformat.input.dir.recursive",
	"mapred.compress.map.output":         "mapreduce.map.output.compress",
	"mapred.map.child.java.opts":         "mapreduce.map.java.opts",
	"mapred.reduce.child.java.opts":      "mapreduce.reduce.java.opts",
	"mapred.job.map.memory.mb":           "mapreduce.map.memory.mb",
	"mapred.job.reduce.memory.mb":        "mapreduce.reduce.memory.mb",
	"io.sort.mb":                         "mapreduce.task.io.sort.mb",
}

func canonical(name string) string {
	if current, ok := deprecated[name]; ok {
		return current
	}
	return name
}

// reserved are the properties that a job of gomr depends on, and why.
var reserved = map[string]string{
	"mapreduce.job.reduces":                              "the job says how many reduce tasks it has: use mr.Reducers",
	"mapreduce.job.partitioner.class":                    "keys are partitioned by the job: use mr.PartitionBy",
	"mapreduce.job.output.key.comparator.class":          "keys are sorted by the job: use mr.MapSortReduce",
	"mapreduce.job.output.group.comparator.class":        "keys are grouped by the job: use mr.MapSortReduce",
	"mapreduce.partition.binarypartitioner.left.offset":  "gomr sets it",
	"mapreduce.partition.binarypartitioner.right.offset": "gomr sets it",
	"mapreduce.input.fileinputformat.inputdir":           "the job says what it reads",
	"mapreduce.output.fileoutputformat.outputdir":        "the job says where it writes",
	"mapreduce.fileoutputcommitter.marksuccessfuljobs":   "a complete output is known by its _SUCCESS",
	"textinputformat.record.delimiter":                   "records are lines",
	"stream.map.input":                                   "gomr sets it",
	"stream.map.output":                                  "gomr sets it",
	"stream.map.input.ignoreKey":                         "gomr sets it",
	"stream.reduce.input":                                "gomr sets it",
	"stream.reduce.output":                               "gomr sets it",
	"stream.non.zero.exit.is.failure":                    "a task that fails must be seen to fail",
	"tmpfiles":                                           "use mr.Files",
}

// fault returns what is wrong with a property, or "".
func fault(name, value string) string {
	if why, ok := reserved[canonical(name)]; ok {
		return "it can't be set: " + why
	}
	switch {
	case name == "" || strings.ContainsAny(name, "= \t\r\n"):
		return "this is no name of a property"
	case value == "":
		return "Hadoop loses a property without a value on the way to the tasks: leave it out"
	case !utf8.ValidString(name) || !utf8.ValidString(value):
		return "it is not UTF-8"
	case strings.IndexFunc(name+value, isLostInXML) >= 0:
		return "it holds a control character, which Hadoop's job.xml can't hold"
	}
	return ""
}

// isLostInXML tells of characters that a file of XML can't hold, or would change.
func isLostInXML(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' || r == 0xfffe || r == 0xffff
}
