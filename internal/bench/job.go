package main

import (
	"slices"
	"strings"
)

// A job is a question that several tools answer.
type job struct {
	name    string
	title   string
	about   string // Markdown below the title
	rows    []row
	targets []target
	cluster bool // it runs under YARN
}

// A row is a tool, or a way to run it, and how it answers a job's question.
type row struct {
	name    string   // unique in its job; the first word is the name of the tool
	inputs  []string // names of data sets
	command string   // what bash runs, with the variables of place.environment
	output  string   // what prints the output as lines that compare; empty means the files of $OUT as they are
	ordered bool     // the order of the output's lines counts
	ask     string   // what is asked, where rows of a job differ in it: their outputs do too
	base    string   // the row that ratios are told against; empty means the first
	runs    int      // at most so many runs, since it is slow; zero means no limit
	times   int      // how often the command is run for one figure, the mean; zero means once
}

func (r row) tool() string {
	tool, _, _ := strings.Cut(r.name, " ")
	return tool
}

// allJobs returns all jobs in the order of the report.
func allJobs() []job { return slices.Concat(wordJobs(), tableJobs(), ownJobs(), clusterJobs()) }

// choose returns the jobs that run on a cluster, or those that don't, with one of the names, or whose
// name goes on behind one and a dash, and of them the rows of the tools. No names mean all.
func choose(jobs []job, cluster bool, names, tools []string) (chosen []job) {
	for _, j := range jobs {
		if j.cluster != cluster {
			continue
		}
		if len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return j.name == n || strings.HasPrefix(j.name, n+"-") }) {
			continue
		}
		if len(tools) > 0 {
			j.rows = slices.Clone(j.rows)
			j.rows = slices.DeleteFunc(j.rows, func(r row) bool { return !slices.Contains(tools, r.tool()) && !slices.Contains(tools, r.name) })
		}
		if len(j.rows) > 0 {
			chosen = append(chosen, j)
		}
	}
	return chosen
}

// Names of data sets, as inputs of rows.
var (
	all       = []string{"all"}
	three     = []string{"three"}
	tiny      = []string{"tiny"}
	slice     = []string{"slice"}
	clicks    = []string{"clicks"}
	records   = []string{"records"}
	documents = []string{"documents"}
	joined    = []string{"clicks", "users"}
)

// gomr returns the row of a task of internal/bench/jobs.
func gomr(name, task string, inputs []string, flags ...string) row {
	command := []string{"$GOMR local", task, "--in", strings.Join(places(inputs), " --in "), "--root / --out $OUT --quiet"}
	return row{name: name, inputs: inputs, command: strings.Join(append(command, flags...), " ")}
}

// places returns the variables that hold the folders of inputs.
func places(inputs []string) []string { return []string{"$IN", "$IN2"}[:len(inputs)] }

// python returns the row of a job of peers/duckdb_jobs.py or peers/polars_jobs.py.
func python(tool, job string, inputs []string) row {
	command := []string{"$PYTHON $PEERS/" + tool + "_jobs.py", job, strings.Join(places(inputs), " "), "$OUT"}
	return row{name: tool, inputs: inputs, command: strings.Join(command, " ")}
}

// shell returns the row of any other command.
func shell(name string, inputs []string, command string) row {
	return row{name: name, inputs: inputs, command: command}
}

func (r row) printedBy(output string) row {
	r.output = output
	return r
}

func (r row) atMost(runs int) row {
	r.runs = runs
	return r
}

// meanOf has each figure of a short command be the mean of so many, as that of a long one is of all it did meanwhile.
func (r row) meanOf(times int) row {
	r.times = times
	return r
}

func (r row) against(base string) row {
	r.base = base
	return r
}

func (r row) inOrder() row {
	r.ordered = true
	return r
}

func (r row) asks(question string) row {
	r.ask = question
	return r
}
