package main

import (
	"fmt"
	"strings"
)

// ownJobs hold gomr against itself, and what it needs to start.
func ownJobs() []job {
	return []job{startup(), memory(), linearity(), cores()}
}

func startup() job {
	return job{
		name:  "startup",
		title: "Start-up",
		about: "Word count of some lines: what a tool needs to start and to end.",
		rows: []row{
			gomr("gomr", "WordCount", tiny),
			shell("handwritten", tiny, "$HANDWRITTEN $OUT $IN/*.txt"),
			python("duckdb", "wordcount", tiny),
			python("polars", "wordcount", tiny),
			shell("mrjob inline", tiny, "$PYTHON $PEERS/mrjob_wordcount.py -q -r inline --output-dir $OUT $IN"),
			shell("mrjob local", tiny, "$PYTHON $PEERS/mrjob_wordcount.py -q -r local --output-dir $OUT $IN"),
			shell("luigi", tiny, "$PYTHON $PEERS/luigi_wordcount.py $IN/text-04.txt $OUT"),
			shell("spark rdd", tiny, "$PYTHON $PEERS/spark_wordcount.py rdd $IN $OUT"),
		},
		targets: []target{under("gomr", 0.050)},
	}
}

// memory runs every job in little memory.
func memory() job {
	j := job{
		name:  "memory",
		title: "Little memory",
		about: "Every job of gomr with the memory it takes by itself, with `--memory 256M` and with `--memory 64M`. The ratio is to the first.",
	}
	for _, task := range []struct {
		name   string
		inputs []string
		flags  string
	}{
		{"WordCount", all, ""},
		{"PlainCount", three, ""},
		{"Distinct", three, ""},
		{"InvertedIndex", documents, ""},
		{"Grep", all, "--text mutex_lock"},
		{"GroupBy", clicks, ""},
		{"Sessions", clicks, ""},
		{"Join", joined, ""},
		{"Sort", records, ""},
	} {
		little, less := task.name+" 256M", task.name+" 64M"
		j.rows = append(j.rows,
			gomr(task.name, task.name, task.inputs, task.flags).against(task.name).asks(task.name),
			gomr(little, task.name, task.inputs, task.flags, "--memory 256M").against(task.name).asks(task.name),
			gomr(less, task.name, task.inputs, task.flags, "--memory 64M").against(task.name).asks(task.name))
		j.targets = append(j.targets, memoryUnder(little, 320<<20), within(little, task.name, 1.6), finishes(less))
	}
	return j
}

func linearity() job {
	sixteenth, fourth := []string{"sixteenth"}, []string{"fourth"}
	return job{
		name:  "linearity",
		title: "Growth with the input",
		about: "Word count of a sixteenth and of a fourth of the corpus, in pieces of 1 MiB from all over its files, and of the whole. " +
			"A run of the smaller ones is the mean of 16 and of 4 in a row, so that each reads as much as one of the whole, " +
			"and what else the host does counts alike. " +
			"The handwritten program is the one that counts in two phases.",
		rows: []row{
			gomr("gomr 1/16", "WordCount", sixteenth).meanOf(16),
			shell("handwritten 1/16", sixteenth, "$HANDWRITTEN $OUT $IN/*.txt").meanOf(16),
			gomr("gomr 1/4", "WordCount", fourth).meanOf(4),
			shell("handwritten 1/4", fourth, "$HANDWRITTEN $OUT $IN/*.txt").meanOf(4),
			gomr("gomr 1/1", "WordCount", all),
			shell("handwritten 1/1", all, "$HANDWRITTEN $OUT $IN/*.txt"),
		},
		targets: []target{linear(0.15, "gomr 1/16", "gomr 1/4", "gomr 1/1")},
	}
}

func cores() job {
	j := job{
		name:  "cores",
		title: "One core and all cores",
		about: "`taskset -c 0` against all cores. Grep and GroupBy are map work alone, WordCount has a reduce too. " +
			"The handwritten program is the word count in two phases. " +
			"What has \"twice\" in its name is two processes at the same time, on a core each, which share nothing and do all of the work " +
			"each: what this machine's second core gives to work of that kind, whoever does it.",
	}
	for _, r := range []row{
		gomr("WordCount", "WordCount", all),
		shell("handwritten", all, "$HANDWRITTEN $OUT $IN/*.txt"),
		gomr("GroupBy", "GroupBy", clicks),
		gomr("Grep", "Grep", all, "--text mutex_lock"),
	} {
		question := r.name
		if r.name == "handwritten" {
			question = "WordCount"
		}
		both := r.against(r.name).asks(question)
		j.rows = append(j.rows, both, onOneCore(both), onEachCore(both))
		j.targets = append(j.targets, gainOfTwo(r.name+" 1", r.name+" twice"))
	}
	for _, name := range []string{"WordCount", "GroupBy", "Grep"} {
		j.targets = append(j.targets, faster(name, name+" 1", 1.8))
	}
	return j
}

func onOneCore(r row) row {
	r.name += " 1"
	r.command = "taskset -c 0 " + r.command
	return r
}

// onEachCore runs a row twice at the same time, on a core each.
func onEachCore(r row) row {
	r.name += " twice"
	second := strings.ReplaceAll(r.command, "$OUT", "$OUT.second")
	r.command = fmt.Sprintf("rm -rf $OUT.second; taskset -c 1 %s & taskset -c 0 %s && wait $!; code=$?; rm -rf $OUT.second; exit $code", second, r.command)
	return r
}
