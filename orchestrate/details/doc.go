// Package details has the names of what an attempt tells of itself, and the texts that stand under them.
//
// The details of an attempt are texts by name: for people to read, and kept with the attempt for as long as it is. What
// they say is written here and nowhere else, so that the pages of a server, checks of sizes and whoever asks the API
// find the same under the same name. All are left out where they are not known.
//
//	d := details.OfProgress(p)        // while a task runs
//	d := details.OfResult(result)     // when it has ended
//	size, ok := details.Made(attempt.Details)
//
// # Names
//
// How far the attempt is, or was when it ended:
//
//	progress          67% map 100% reduce 33%
//	step              1 of 2            of a job
//	map, reduce       45%               of the step
//	application       application_1401_0007, that of the newest step
//	tracking url      the page that shows it
//
// What a job that has ended tells:
//
//	GROUP: NAME           a whole number: a counter
//	applications          application_1401_0007, application_1401_0008: of all steps that ran
//	skew                  2.4 times the median: reduce task 3 of 4 read 1200 records, the median 500 records
//	failed task           the id of the attempt at a task of the job that it failed of
//	failed task node      where that ran
//	failed task stderr    the end of what it wrote, several lines
//
// A skew is of the step in which it is largest. It is of records where the engine counts them for each reduce task,
// and of time else.
//
// What was read and made, and by what code:
//
//	inputs                     how many there are
//	input bytes                of all together
//	input bytes: PATH          of one, or why that is not known: "missing", "not known"
//	input modified: PATH       2014-06-02T00:10:00Z, of its newest file
//	outputs, output bytes: PATH
//	output bytes, output rows  of all together
//	program version, program build
//	program revision           of its source, and " with changes" where it was not quite that
//
// Of inputs and of outputs, the first [MostPaths] are named. Sizes are in bytes, as whole numbers. Hidden files and
// those that begin with _ do not count.
//
// What a check had to say against an output that was accepted all the same is under "accepted in spite of a check".
// A program of any kind may add names of its own.
package details
