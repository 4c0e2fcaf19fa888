package streamjob

import (
	"os"
	"slices"
	"strings"
	"unicode/utf16"
)

// environment returns the variables of the task's commands: those of this process, all
// properties with their names made fit, those of -cmdenv, and TMPDIR.
func (t *task) environment() []string {
	if t.env != nil {
		return t.env
	}
	variables := map[string]string{}
	for _, variable := range os.Environ() {
		if name, value, ok := strings.Cut(variable, "="); ok {
			variables[name] = value
		}
	}
	for _, name := range t.conf.names() {
		variables[variableName(name)] = t.variable(name)
	}
	for old, name := range taskAliases {
		if _, ok := t.conf.raw(name); ok {
			variables[variableName(old)] = t.variable(name)
		}
	}
	for variable := range strings.SplitSeq(t.conf.text("stream.addenvironment", ""), " ") {
		if name, value, ok := strings.Cut(variable, "="); ok {
			variables[name] = value
		}
	}
	variables["TMPDIR"] = javaTempDir
	for name, value := range variables {
		if strings.IndexByte(value, 0) < 0 && name != "" { // no process can have others
			t.env = append(t.env, name+"="+value)
		}
	}
	slices.Sort(t.env)
	return t.env
}

// variable returns the value of a property as a variable, cut where the job asks for it.
func (t *task) variable(name string) string {
	value, _ := t.conf.lookup(name)
	limit := t.job.envLimit
	if limit < 0 || len(value) <= limit {
		return value
	}
	units := utf16.Encode([]rune(value))
	if len(units) <= limit {
		return value
	}
	t.job.log.warnf("streaming.PipeMapRed", "Environment variable %s truncated to %d to  fit system limits.", variableName(name), limit)
	return string(utf16.Decode(units[:limit]))
}

// variableName makes a property's name one of the shell: all but letters and digits becomes "_".
func variableName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, name)
}

// taskAliases are the old names that commands see beside the new ones: those of
// properties that are set for each task.
var taskAliases = map[string]string{
	"map.input.file":         "mapreduce.map.input.file",
	"map.input.start":        "mapreduce.map.input.start",
	"map.input.length":       "mapreduce.map.input.length",
	"mapred.job.id":          "mapreduce.job.id",
	"mapred.job.tracker":     "mapreduce.jobtracker.address",
	"mapred.local.dir":       "mapreduce.cluster.local.dir",
	"mapred.skip.on":         "mapreduce.job.skiprecords",
	"mapred.task.id":         "mapreduce.task.attempt.id",
	"mapred.task.is.map":     "mapreduce.task.ismap",
	"mapred.task.partition":  "mapreduce.task.partition",
	"mapred.tip.id":          "mapreduce.task.id",
	"mapred.work.output.dir": "mapreduce.task.output.dir",
	"user.name":              "mapreduce.job.user.name",
}
