// Package gomr runs MapReduce jobs that are written as Go types, on Hadoop or
// without any cluster, and the tasks around them.
//
// A program of tasks is one static executable: the command line, the scheduler, and
// what Hadoop Streaming runs on every node. [Main] is all of its main function:
//
//	// WordCount counts how often each word occurs in the texts of some days.
//	type WordCount struct {
//		DateInterval orchestrate.DateInterval `param:"date-interval" help:"days to count, such as 2014-06"`
//	}
//
//	func (w WordCount) Requires() []orchestrate.Task {
//		return orchestrate.ForEach(w.DateInterval.Dates(), func(d orchestrate.Date) InputText { return InputText{Date: d} })
//	}
//
//	func (w WordCount) Output() orchestrate.Target { return hdfs.Dir("/data/text-count/%s", w.DateInterval) }
//
//	func (w WordCount) Job() mr.Job { return mr.MapMerge(w, mr.Sum, mr.Reducers(4)) }
//
//	func (WordCount) Map(line string, emit mr.Emit[string, int]) error {
//		for word := range mr.Fields(line) {
//			emit(word, 1)
//		}
//		return nil
//	}
//
//	func main() { gomr.Main(InputText{}, WordCount{}) }
//
// In the folder of its source the command gomr compiles and runs it; the built
// executable takes the same arguments:
//
//	gomr run WordCount --date-interval 2014-06      # on Hadoop
//	gomr local WordCount --date-interval 2014-06    # in this process, paths of HDFS below .gomr/hdfs
//	gomr build -o wc && ./wc run WordCount --date-interval 2014-06
//
// # The packages
//
//   - [github.com/gomr/gomr/mr] is for jobs: mappers, reducers, merges, secondary sort, joins.
//   - [github.com/gomr/gomr/mr/mrtest] tests them.
//   - [github.com/gomr/gomr/orchestrate] is for tasks: parameters, targets, requirements.
//   - [github.com/gomr/gomr/hdfs] is for files, in HDFS or in a local folder that stands for it.
//   - [github.com/gomr/gomr/mr/local] and [github.com/gomr/gomr/streaming] run jobs.
package gomr
