package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

// A Verse is some lines in HDFS.
type Verse struct {
	Name string `param:"name"`
}

// Output is a file.
func (v Verse) Output() orchestrate.Target { return hdfs.File("/paged/text/%s.txt", v.Name) }

// Run writes them.
func (v Verse) Run(ctx context.Context) error {
	w, err := v.Output().(hdfs.Target).Create(ctx)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "the press\nthe ink\n"); err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Close()
}

// A WordCount counts the words of a verse, with MapReduce. Its mapper waits and fails as a sheet does that has
// its name, where a node sees the folder.
type WordCount struct {
	Dir  string `param:"dir"`
	Name string `param:"name"`
}

// Requires is the verse.
func (c WordCount) Requires() []orchestrate.Task { return []orchestrate.Task{Verse{Name: c.Name}} }

// Output is a folder of lines WORD TAB COUNT.
func (c WordCount) Output() orchestrate.Target { return hdfs.Dir("/paged/count/%s", c.Name) }

// Retry has it fail at once.
func (WordCount) Retry() orchestrate.Retry { return orchestrate.Retry{Attempts: 1} }

// Job adds up the counts of a word wherever they meet.
func (c WordCount) Job() mr.Job { return mr.MapMerge(c, mr.Sum, mr.Reducers(2)) }

// Map emits the words of a line, but for ink that is out.
func (c WordCount) Map(line string, emit mr.Emit[string, int]) error {
	sheet := Sheet(c)
	for sheet.is("wait") {
		time.Sleep(50 * time.Millisecond)
	}
	for word := range strings.FieldsSeq(line) {
		if word == "ink" && sheet.is("fail") {
			return fmt.Errorf("no <b>%s</b> for %s", word, c.Name)
		}
		emit(word, 1)
	}
	return nil
}
