// Command paged has tasks that do as files say, for those who look at the pages of a server.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomr/gomr"
	"github.com/gomr/gomr/orchestrate"
)

func main() { gomr.Main(Sheet{}, Book{}, Edition{}, Text{}, Words{}, Verse{}, WordCount{}) }

// A Sheet waits as long as there is a file wait-NAME, and fails while there is a file fail-NAME, where
// NAME has _ for each slash of the name.
type Sheet struct {
	Dir  string `param:"dir"`
	Name string `param:"name"`
}

// Output is a file that has the name.
func (s Sheet) Output() orchestrate.Target { return orchestrate.LocalFile("%s/made/%x", s.Dir, s.Name) }

// Resources is what sheets share.
func (Sheet) Resources() map[string]int { return map[string]int{"press": 1} }

// Retry has it fail at once.
func (Sheet) Retry() orchestrate.Retry { return orchestrate.Retry{Attempts: 1} }

// Run prints it.
func (s Sheet) Run(ctx context.Context) error {
	return s.press(ctx, s.Output().(orchestrate.LocalTarget))
}

// press writes the output, and to the log what a page must not take for its own.
func (s Sheet) press(ctx context.Context, output orchestrate.LocalTarget) error {
	fmt.Println("\x1b[32mgreen\x1b[0m and <img src=x onerror=\"document.title='taken'\"> of", s.Name)
	fmt.Println("\x1b]8;;javascript:document.title='taken'\aa link\x1b]8;;\a, \x1b[2Jnothing wiped\r\x1b]0;taken\a and \x00 no end")
	for n := 0; s.is("wait"); n++ {
		if n%20 == 0 {
			fmt.Println("still waiting", n/20)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	if s.is("fail") {
		fmt.Println("the ink is out")
		return fmt.Errorf("no ink <b>at all</b> for %s", s.Name)
	}
	w, err := output.Create(ctx)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, s.Name); err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Close()
}

// is tells whether there is a file that has the sheet do something.
func (s Sheet) is(what string) bool {
	_, err := os.Stat(filepath.Join(s.Dir, what+"-"+strings.ReplaceAll(s.Name, "/", "_")))
	return err == nil
}

// Book requires some sheets.
type Book struct {
	orchestrate.WrapperTask

	Dir    string   `param:"dir"`
	Sheets []string `param:"sheets"`
}

// Requires returns the sheets.
func (b Book) Requires() []orchestrate.Task {
	var tasks []orchestrate.Task
	for _, name := range b.Sheets {
		tasks = append(tasks, Sheet{Dir: b.Dir, Name: name})
	}
	return tasks
}
