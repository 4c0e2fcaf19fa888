// Wordcount counts the words in the text files of some days.
//
// It is the example of the README: see there how to run it.
package main

import (
	"github.com/gomr/gomr"
	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

// InputText is the text of one day. Others put it there.
type InputText struct {
	orchestrate.ExternalTask
	Date orchestrate.Date `param:"date" help:"day of the text"`
}

// Output is the file of the day.
func (t InputText) Output() orchestrate.Target { return hdfs.File("/data/text/%s.txt", t.Date) }

// WordCount counts how often each word occurs in the texts of some days.
type WordCount struct {
	DateInterval orchestrate.DateInterval `param:"date-interval" help:"days to count, such as 2014-06"`
}

// Requires returns the text of each day.
func (w WordCount) Requires() []orchestrate.Task {
	return orchestrate.ForEach(w.DateInterval.Dates(), func(d orchestrate.Date) InputText { return InputText{Date: d} })
}

// Output is a folder of lines WORD TAB COUNT.
func (w WordCount) Output() orchestrate.Target {
	return hdfs.Dir("/data/text-count/%s", w.DateInterval)
}

// Job counts with four reducers, and adds up the counts of a word wherever they meet.
func (w WordCount) Job() mr.Job { return mr.MapMerge(w, mr.Sum, mr.Reducers(4)) }

// Map emits every word of a line.
func (WordCount) Map(line string, emit mr.Emit[string, int]) error {
	for word := range mr.Fields(line) {
		emit(word, 1)
	}
	return nil
}

func main() { gomr.Main(InputText{}, WordCount{}) }
