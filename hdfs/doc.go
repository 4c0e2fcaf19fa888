// Package hdfs holds the files that jobs read and make: a file system that looks
// like os and io/fs, targets that tell whether an output is complete, and commits
// that show an output all at once.
//
// # File systems
//
// A [FileSystem] has two forms. [Connect] gives a [Client] of an HDFS cluster, and
// [Local] the same in a folder of this machine, where /data/x is the file data/x below
// that folder. Both pass the suite of package hdfstest, so what works in a folder
// works on the cluster, errors included:
//
//	client, err := hdfs.Connect(hdfs.Config{}) // as HADOOP_CONF_DIR says
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	_, err = client.Stat("/data/text/2014-06-01.txt")
//	if errors.Is(err, fs.ErrNotExist) {
//		…
//	}
//
// # Targets
//
// A [Target] is a path and how to tell that what is there is complete: a [File] by
// being there, a [Dir] by holding the file [Success]. It is a plain value that depends
// on a task's parameters alone; the file system comes with the context, so the
// same task runs on a cluster and in a folder:
//
//	func (t WordCount) Output() hdfs.Target { return hdfs.Dir("/data/text-count/%s", t.Month) }
//
//	ctx = hdfs.NewContext(ctx, client)
//	done, err := task.Output().Exists(ctx)
//
// [ExistsAll] asks for many targets with one listing for each folder they are in.
//
// # Nothing half-written is seen
//
// All of it rests on one call: [FileSystem.Rename] moves in one step and never
// overwrites. [Target.Create] writes a hidden file beside the target and
// renames it at Close. A job writes its parts into a [TempDir], a hidden folder
// beside its output, and [CommitDir] renames that. So a reader sees all of an output
// or nothing; of several writers of one output exactly one succeeds and the
// others get [fs.ErrExist]; and what a killed process leaves is a hidden name, which
// Hadoop does not take for input, and [CleanTemp] removes.
//
// # Limits of the client
//
// Below the client is github.com/colinmarc/hdfs/v2. What it can't do is an error that
// says so, never wrong bytes: erasure-coded files, encryption zones, and
// reading or writing file content where the cluster insists on data transfer
// protection integrity or privacy (metadata calls work there). A file being written
// fails if its datanode dies, and is to be written again. Delegation tokens are not
// supported: under Kerberos a ticket or a keytab is needed.
package hdfs
