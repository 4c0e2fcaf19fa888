package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

// A Text is a file of the folder, where jobs read.
type Text struct {
	Dir  string `param:"dir"`
	Name string `param:"name"`
}

// Output is the text.
func (t Text) Output() orchestrate.Target { return hdfs.File("/text/%s.txt", t.Name) }

// Run copies it.
func (t Text) Run(ctx context.Context) error {
	text, err := os.ReadFile(filepath.Join(t.Dir, t.Name+".txt"))
	if err != nil {
		return err
	}
	w, err := t.Output().(hdfs.Target).Create(ctx)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Close()
}

// Words counts the words of a text. A line that is a path waits for a file of that name, as long as there is the folder.
type Words struct { //nolint:recvcheck // a job keeps its counters, and tasks are values
	Dir  string `param:"dir"`
	Name string `param:"name"`

	env  *mr.Env
	long *mr.Counter
}

// Requires returns the text.
func (w Words) Requires() []orchestrate.Task {
	return []orchestrate.Task{Text{Dir: w.Dir, Name: w.Name}}
}

// Output is a folder of lines WORD TAB COUNT.
func (w Words) Output() orchestrate.Target { return hdfs.Dir("/words/%s", w.Name) }

// Retry has it fail at once.
func (Words) Retry() orchestrate.Retry { return orchestrate.Retry{Attempts: 1} }

// Job counts with two reducers.
func (w Words) Job() mr.Job { return mr.MapMerge(&w, mr.Sum, mr.Reducers(2)) }

// SetupMap finds the counter of long words.
func (w *Words) SetupMap(env *mr.Env) error { //nolint:unparam // as mr has it
	w.env, w.long = env, env.Counter("words", "long")
	return nil
}

// longWord is how many bytes a long word has.
const longWord = 6

// Map emits each word of a line.
func (w *Words) Map(line string, emit mr.Emit[string, int]) error {
	if filepath.IsAbs(line) {
		return w.wait(line)
	}
	for word := range strings.FieldsSeq(line) {
		if len(word) >= longWord {
			w.long.Add(1)
		}
		if word == "<ink>" {
			return io.ErrUnexpectedEOF
		}
		emit(word, 1)
	}
	return nil
}

// wait returns when there is the file, or the folder is gone.
func (w *Words) wait(file string) error {
	for {
		_, folderErr := os.Stat(w.Dir)
		if _, err := os.Stat(file); err == nil || folderErr != nil {
			return folderErr
		}
		select {
		case <-w.env.Context().Done():
			return w.env.Context().Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
