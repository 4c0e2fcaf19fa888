// Package fingerprint tells whether an output is what its task would make today.
//
// An output exists or not: that alone tells whether its task is complete. That its input, its code or its
// parameters have changed since is advice, for people to act on or not.
//
//	f := fingerprint.Take(ctx, task, program)     // before the task begins
//	… the engine writes f.Encode() into the output's folder before it appears
//	age, err := fingerprint.Check(ctx, task, program)
//	for _, reason := range age.Reasons { fmt.Println(reason) }
//
// # The record
//
// A record is JSON, in the file _gomr.json of an output that is a folder, and in .NAME.gomr.json beside one that is
// the file NAME. Hadoop leaves both out of a job's input.
//
//	{
//	  "version": 1,
//	  "task": "WordCount(date-interval=2014-06)",
//	  "family": "WordCount", "args": ["--date-interval", "2014-06"],
//	  "program": {"path": "…/wordcount", "version": "v1.4.0", "revision": "4c9d9b8…", "build": "…", "gomr": "v0.3.0", "go": "go1.26"},
//	  "started": "2014-07-01T02:00:00Z",
//	  "inputs": [{"path": "/data/text/2014-06-01.txt", "kind": "file", "files": 1, "bytes": 5120, "modified": "2014-06-02T00:10:00Z"}]
//	}
//
// The folder of a job has its record from the start. A file gets its record when it is there; it says
// how large and how old that is, so that one of an earlier file of that name counts for nothing.
// An input is described as it was before the task began: what changes while it is read has changed since.
package fingerprint
