// Package streamjob runs Hadoop Streaming's own command line on this machine, without Java:
// what stands behind "hadoop jar hadoop-streaming.jar", with mappers, combiners and reducers
// in any language. Parts, their bytes, messages and exit codes are those of Hadoop 3.4 on one
// machine (LocalJobRunner).
//
//	code := streamjob.Run(ctx, streamjob.Options{
//		Args: []string{
//			"-D", "mapreduce.job.reduces=2",
//			"-input", "logs", "-output", "counts", "-mapper", "cut -f1", "-reducer", "uniq -c",
//		},
//		Stdout: os.Stdout,
//		Stderr: os.Stderr,
//	})
//
// # The way of a job
//
//	arguments ── generic options ── streaming options ── properties ── job
//	             generic.go         streamjob.go         config.go     fill*.go, stage.go
//
//	map task     split ─ records ─ pipe to the mapper ─ lines ─ mapOutput ─ spills ─ merge ─┐
//	                                                                                        │
//	reduce task  part ─ committer ─ lines ─ pipe to the reducer ─ merge by size of segment ─┘
//
// Listing, splits, lines and codecs are those of package input, spills on disk are runs of
// package shuffle, and the output is committed as package hdfs does it.
//
// # Exactly Hadoop's order
//
// Which of two equal keys comes first is no accident in Hadoop, and a reducer's output
// may show it. So everything that decides it is a port, and no sort or heap of Go:
//
//   - spillModel follows the positions in MapOutputBuffer's ring, and ends a spill where that does;
//   - a spill begins in reverse, for Hadoop writes descriptions of records downwards, and quickSort
//     is org.apache.hadoop.util.QuickSort, with its heapsort where it goes too deep;
//   - heapMerge is Hadoop's PriorityQueue; mergeSegments chooses how many to merge in each pass;
//   - a reduce task merges the outputs of map tasks from the smallest to the largest.
//
// A combiner's output is not sorted again. A key is compared as bytes, by its fields
// (KeyFieldBasedComparator), or as its class says.
//
// # Where Hadoop is not exact
//
// Outputs of map tasks that have the same size come in an order that changes from run to run;
// here in that of the tasks. With mapreduce.map.sort.spill.percent below about 0.6, spills
// depend on how fast a thread is; here it is always fast enough. Hadoop lists a local folder as the
// operating system does; here as HDFS does. --stress SEED shows what may come of such things:
// it cuts tiny splits and spills, shuffles equal keys, and runs the combiner zero to many times.
//
// # Processes
//
// A command is started without a shell, in a process group of its own, which is killed when
// the context ends. Its input goes through a buffer of Hadoop's size (pipeWriter), for that
// decides how much a command may leave unread before its task fails.
//
// # What is left
//
// A job writes into a hidden folder beside its output. Complete, that folder takes
// the output's name. Of a job that failed it has what Hadoop leaves: the parts of tasks that
// were done, and no _SUCCESS. After Ctrl-C nothing is left.
package streamjob
