// Package streaming runs jobs on a cluster by Hadoop Streaming, and is what runs on the
// nodes of the cluster.
//
// One executable has both halves. On the user's machine the launcher ships it, starts
// one application of Hadoop Streaming for each step of a job, and watches it:
//
//	cluster, err := streaming.Find(streaming.FindConfig{})
//	if err != nil {
//		return err
//	}
//	result, err := cluster.Run(ctx, streaming.Submission{
//		ID: "WordCount", Family: "WordCount", Flags: []string{"--date-interval=2014-06"},
//		Job: job, Binary: "./wc", Inputs: inputs, Output: "/data/text-count/2014-06",
//	})
//
// On a node Hadoop starts it with [TaskVerb] as its first argument, and the worker
// makes the same job again from the last words of its command and runs one task of it:
//
//	cmd, err := streaming.ParseTask(os.Args[2:])
//	…
//	err = streaming.RunTask(ctx, job, cmd, streaming.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.Getenv)
//
// # The way of the data
//
//	file ─lines→ JVM ─lines→ map task ─frames→ JVM: shuffle and sort ─frames→ reduce task ─lines→ JVM ─lines→ part
//
// A map task partitions, merges, sorts and spills its pairs itself, and hands sorted
// blocks of them to the JVM, which moves and orders them without knowing what is in
// them: some hundred records of Hadoop in the place of millions. The reduce task
// merges the blocks as they come. So what Hadoop counts as map output records are
// blocks; the records of the job are counted by gomr.
//
// # The wire: text
//
// The input of a map task is lines, as TextInputFormat finds them and
// stream.map.input=text sends them, without their offsets. Each ends with LF and may
// hold any other byte.
//
// The output of a reduce task, and of a map task of a step without reduce tasks, is
// lines for stream.reduce.output or stream.map.output = keyonlytext. With the default,
// text, Hadoop would put a tab behind every line that has none.
//
// # The wire: frames
//
// Between map and reduce tasks there are frames, in the form that Hadoop calls rawbytes
// (stream.map.output and stream.reduce.input). Lengths are big-endian:
//
//	+--------+- - - - -+--------+- - - - -+
//	| length |   key   | length |  value  |
//	| int32  |         | int32  |         |
//	+--------+- - - - -+--------+- - - - -+
//
// A frame carries a block or a manifest. The key of a block is that of
// [shuffle.AppendFrameKey], and its value a block of package shuffle:
//
//	+--------+- - - - - - - - - - - - +--------+--------+
//	| prefix | first key, escaped     | run    | block  |
//	| 2      | ends with 00 00        | uint32 | uint32 |
//	+--------+- - - - - - - - - - - - +--------+--------+
//
//	prefix     chosen so that BinaryPartitioner, with the offsets 0 and 1, finds the partition
//	first key  of the block; a zero byte in it is 00 ff
//	run        index of the map task
//	block      number of the block among those of the map task for the partition
//
// All frames of a reduce task have the same prefix, and BytesWritable compares as bytes,
// so Hadoop's own sort puts them in the order of (first key, run, block), in which
// [shuffle.NewFrameMerger] needs them. The values of a key come in the order of the map
// tasks, and for each of these in the order of emission: as in the local engine.
//
// The largest block of a pair alone is bounded by what Hadoop takes: a record with more
// bytes than mapreduce.task.io.sort.mb is spilled alone, and the JVM holds it in its heap
// more than once.
//
// # Manifests
//
// Each map task sends each reduce task one manifest, whose key is the prefix alone, so
// that it comes in front of all blocks:
//
//	+---------+--------+---------+--------+----------+
//	| version | run    | attempt | blocks | checksum |
//	| 1       | uint32 | uint32  | uint32 | uint32   |
//	+---------+--------+---------+--------+----------+
//
//	version   1
//	run       index of the map task
//	attempt   number of the attempt that wrote it
//	blocks    how many blocks the map task sent to this partition
//	checksum  CRC-32C of the bytes before it
//
// A pipe that breaks between two frames looks like the end of the stream. The reduce
// task therefore fails unless there is a manifest of each of mapreduce.job.maps map
// tasks, and unless all blocks of each come, in their order. An error of a block names
// the attempt that wrote it. And no partition is ever empty: Hadoop throws away the output
// of a reduce task whose partition is, and a job may put out something for no input.
//
// # The task command
//
// The words behind the executable in -mapper and -reducer are those of
// [TaskCommand.String]:
//
//	hadoop-task map|reduce --step N [--cuts FILE] [--memory BYTES] [--reduce-memory BYTES] FAMILY [FLAG…]
//
// Hadoop Streaming cuts them apart at spaces and quotes, drops empty ones, and knows no
// escapes. So each word is written with a percent sign and two hexadecimal digits for
// every byte that is not a letter, a digit or one of - _ . / : = @ + and comma, and a
// percent sign alone stands for an empty word.
//
// # No combiner
//
// The option -combiner is not used. Values are combined in the map task, at its spills
// and merges, and those of a merge once more in the reduce task. Hadoop would start a
// process for each spill and partition to combine blocks, and the order of values would
// be lost.
//
// # Memory
//
// The worker keeps to --memory: the buffer of a map task has half of it, and the
// Go runtime has it as its limit. A reduce task has about one block of each map task open;
// the map tasks know their number and the memory of a reduce task, and make blocks so
// small that these fill half of it, within 4 KiB and 128 KiB. A record or pair that is
// larger than the memory is held in a few copies. Spills go to the attempt's folder for
// temporary files (TMPDIR), which the NodeManager removes.
//
// # What a task says
//
// The stderr of a task goes to the log of its attempt, but for these lines:
//
//	reporter:counter:GROUP,NAME,DELTA   every ten seconds, for counters that have changed
//	reporter:status:TEXT                when the status has changed, and once a minute from a silent task that computes
//
// A task that uses no processor is waiting for something. It does not say that it is
// alive, so that mapreduce.task.timeout ends it.
//
// The counters of [mr.FrameworkGroup] go to the group "gomr", since Hadoop counts blocks
// under the same names. In names a comma becomes a semicolon; those that Hadoop would cut
// end in a hash, and counters beyond Hadoop's limit, whose excess ends a task, are left
// out with a warning.
//
// A task that fails writes this line, a [TaskFailure], and ends with code 1:
//
//	gomr-error: {"attempt":"attempt_…","kind":"map","message":"…","file":"/data/x","record_number":7,"record":"\"a line\"",…}
//
// # What the launcher leaves behind
//
// The executable goes to .gomr/bin/<SHA-256>/gomr in the user's home folder in HDFS, once
// for each build, and stays there: it appears by a rename, so it is never half there.
//
// A step writes into the hidden folder of [hdfs.TempDir] beside the output, which is
// renamed when the step is complete. The outputs of the steps before the last are in
// .<base>.gomr-steps-<key> beside it until the job is complete; the key is a hash of
// the executable, the job's flags and properties and the input's names and sizes, so that a
// job that failed goes on behind its last complete step, and another job does not.
//
// Each application has a tag (mapreduce.job.tags) that is a hash of the output's path. By
// it the next run for that output finds an application that a killed driver has left, and
// kills it before it begins. It also removes the hidden folders.
package streaming
