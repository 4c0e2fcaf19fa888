package main

import "fmt"

// Jobs of both sides have the same containers. Java's get a buffer that holds what a map task
// sorts, and a JVM without the flags by which the test cluster starts faster and runs slower.
const (
	containers = "-D mapreduce.map.memory.mb=1024 -D mapreduce.reduce.memory.mb=1024"
	javaJob    = "hadoop jar $HADOOP_HOME/share/hadoop/mapreduce/hadoop-mapreduce-examples-*.jar"
	javaFlags  = containers + " -D mapreduce.job.reduces=4 -D mapreduce.task.io.sort.mb=256" +
		" -D mapreduce.map.java.opts=-Xmx768m -D mapreduce.reduce.java.opts=-Xmx768m"
	streamingJob = "hadoop jar $HADOOP_HOME/share/hadoop/tools/lib/hadoop-streaming-*.jar"

	// Hadoop Streaming writes a tab behind a line that has none.
	catOutput = `hadoop fs -cat "$OUT/part-*" | awk '{ if (index($0, "\t") == length($0)) sub(/\t$/, ""); print }'`
)

// clusterJobs run under YARN, on the cluster that scripts/hadoop starts.
func clusterJobs() []job {
	return []job{
		clusterWordcount("three", "340 MB", 1.7, 6),
		clusterWordcount("all", "1.2 GB", 2.2, 6.5),
		{
			name:    "cluster-sort",
			title:   "Under YARN: sort, 1 GB of 100-byte records",
			about:   "Hadoop's own TeraSort of the same records, four reduce tasks each. TeraSort looks at the first ten bytes, gomr at the line.",
			cluster: true,
			rows: []row{
				onCluster("Sort", "records").inOrder(),
				java("terasort", "terasort", "records").inOrder(),
			},
			targets: []target{faster("gomr", "terasort", 1), lessCPU("gomr", "terasort", 1)},
		},
		{
			name:    "cluster-identity",
			title:   "Under YARN: a mapper that does nothing, 340 MB",
			about:   "Map-only: the mapper `cat` is the floor of reading and writing.",
			cluster: true,
			rows: []row{
				onCluster("Identity", "three").printedBy(catOutput), // lines that end with a tab by themselves, too
				shell("cat", three, streamingJob+" "+containers+" -D mapreduce.job.reduces=0 -input $IN -output $OUT -mapper cat").printedBy(catOutput),
			},
			targets: []target{perRecord("gomr", "cat", "three")},
		},
	}
}

func clusterWordcount(input, size string, wall, cpu float64) job {
	return job{
		name:    "cluster-wordcount-" + input,
		title:   "Under YARN: word count, " + size,
		about:   "The Java WordCount that comes with Hadoop, with its combiner, four reduce tasks each.",
		cluster: true,
		rows:    []row{onCluster("WordCount", input), java("java", "wordcount", input)},
		targets: []target{faster("gomr", "java", wall), lessCPU("gomr", "java", cpu)},
	}
}

// onCluster returns the row of a task of internal/bench/jobs under YARN.
func onCluster(task, input string) row {
	return shell("gomr", []string{input}, fmt.Sprintf("$GOMR run %s --in $IN --out $OUT --quiet %s", task, containers))
}

// java returns the row of a program of hadoop-mapreduce-examples.
func java(name, program, input string) row {
	return shell(name, []string{input}, fmt.Sprintf("%s %s %s $IN $OUT", javaJob, program, javaFlags))
}
