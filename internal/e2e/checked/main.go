// Command checked has a task with checks and a due time.
package main

import (
	"strings"
	"time"

	"github.com/gomr/gomr"
	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

func main() { gomr.Main(Text{}, Words{}, Report{}) }

// Text is the text of a day.
type Text struct {
	orchestrate.ExternalTask
	Date orchestrate.Date `param:"date"`
}

// Output is a file.
func (t Text) Output() orchestrate.Target { return hdfs.File("/checked/text/%s.txt", t.Date) }

// Words counts the words of a day, of which there must be two, and about as many as on others.
type Words struct {
	Date orchestrate.Date `param:"date"`
}

// Requires is the text.
func (w Words) Requires() []orchestrate.Task { return []orchestrate.Task{Text{Date: w.Date}} }

// Output is a folder.
func (w Words) Output() orchestrate.Target { return hdfs.Dir("/checked/words/%s", w.Date) }

// Job has two steps, of which the second one's output is checked.
func (w Words) Job() mr.Job {
	count := mr.MapMerge(w, mr.Sum, mr.Reducers(2))
	return mr.Then(count, mr.MapMerge(mr.MapFunc(again), mr.Sum, mr.Reducers(1)))
}

// Map emits the words of a line.
func (Words) Map(line string, emit mr.Emit[string, int]) error {
	for word := range strings.FieldsSeq(line) {
		emit(word, 1)
	}
	return nil
}

// again emits what the first step has written.
func again(p mr.KV[string, int], emit mr.Emit[string, int]) error {
	emit(p.Key, p.Value)
	return nil
}

// Checks are of rows.
func (Words) Checks() []orchestrate.Check {
	return []orchestrate.Check{orchestrate.MinRows(2), orchestrate.RowsWithin(0.5, 2)}
}

// Report is due in the morning after its day.
type Report struct {
	orchestrate.WrapperTask
	Date orchestrate.Date `param:"date"`
}

// Requires are the words.
func (r Report) Requires() []orchestrate.Task { return []orchestrate.Task{Words{Date: r.Date}} }

// Due is six o'clock.
func (r Report) Due() time.Time { return r.Date.Next().In(time.UTC).Add(6 * time.Hour) }
