// Package local runs jobs in this process, as Hadoop would run them.
//
// Input is cut into splits, and a split's records are read, as Hadoop's
// FileInputFormat and LineRecordReader do it; a job has the same map tasks in the
// same order. Each map task sorts its pairs in a [shuffle.Buffer]; each reduce
// task merges what the map tasks have for its partition, in their order, and
// writes one part. Where values are merged, map tasks put their pairs into ranges of keys instead
// ([shuffle.RangeBuffer]), and reduce tasks sort them.
// Either way the parts are those of the cluster, byte for byte.
//
//	result, err := local.Run(ctx, WordCount{}.Job(), local.Options{
//		Files:  hdfs.Local(".gomr/hdfs"),
//		Inputs: []string{"/data/text"},
//		Output: "/data/text-count",
//	})
//
// # Workers
//
// Workers share a large split where the mapper keeps nothing between records, which is
// known of functions and of types that are no pointers. A split's pairs, or its lines in a
// part, are those of its pieces, one behind the other. Small splits are mapped into one
// buffer, one behind the other, so that thousands of files are some outputs to merge.
//
// # Memory
//
// One budget, [Options.Memory], covers the job. Half of it is for the buffers of the
// map tasks that run at the same time. A quarter keeps what they have sorted; what does not fit is written to
// disk. Where nothing is merged or combined it is written as it is sorted, in as many runs as
// a reduce task merges at one time, and beyond that in fewer and larger ones.
// Where the maps' output is the job's, that quarter keeps the lines of pieces whose turn has not come.
// The rest is for reading, for merging (a quarter, where ranges of keys are sorted) and for the user's own code.
//
// # Output
//
// A part is written into a hidden folder beside the output. When all parts and
// _SUCCESS are there the folder is renamed, so an output is complete or not there.
// Spills have no name where the system allows that: a process that is killed
// leaves none of them.
package local
