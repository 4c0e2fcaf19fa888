package worker

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// outcome returns the end of the attempt, whose keeper has ended.
func (a *attempt) outcome() *scheduler.End {
	end := &scheduler.End{Fence: a.fence, Details: allDetails(a.dir)}
	var found ending
	switch err := readJSON(filepath.Join(a.dir, endFile), &found); {
	case err != nil && a.stop != nil:
		end.Outcome, end.Error = a.stop.Outcome, a.stop.Error
	case err != nil:
		a.endUnknown(end, err)
	case found.Error != "":
		end.Outcome, end.Error = store.Errored, found.Error
	case found.Stopped:
		s := a.stop
		if s == nil {
			s = &stop{Outcome: store.Interrupted, Error: "somebody stopped its keeper"}
		}
		end.Outcome, end.Exit, end.Error = s.Outcome, found.Exit, s.Error
	default:
		end.Exit = found.Exit
		a.explain(end, found)
	}
	return end
}

// endUnknown is for an attempt whose end nobody has written.
func (a *attempt) endUnknown(end *scheduler.End, err error) {
	keeper := readSignature[signature](filepath.Join(a.dir, lockFile))
	words := lastLine(readEnd(filepath.Join(a.dir, keeperLogFile)))
	switch {
	case !errors.Is(err, fs.ErrNotExist):
		end.Outcome, end.Error = store.Errored, fmt.Sprintf("its end can't be read: %s", err)
	case a.damaged != nil:
		end.Outcome, end.Error = store.Errored, fmt.Sprintf("what was to do can't be read: %s", a.damaged)
	case words != "":
		end.Outcome, end.Error = store.Errored, "its keeper has failed: "+words
	case a.adopted != nil && keeper.Keeper == 0:
		end.Outcome, end.Error = store.Interrupted, "its worker was killed before it began"
	default:
		end.Outcome, end.Error = store.Errored, "its keeper was killed"
	}
}

// explain is for a task that ended by itself.
func (a *attempt) explain(end *scheduler.End, found ending) {
	var result Result
	err := readJSON(filepath.Join(a.dir, resultFile), &result)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.log.Warn("the result of the task can't be read", "error", err)
		result = Result{}
	}
	if len(result.Details) > 0 && end.Details == nil {
		end.Details = map[string]string{}
	}
	maps.Copy(end.Details, result.Details)
	end.Members = membersOf(result.Members)
	if found.Exit == 0 {
		end.Outcome = store.Succeeded
		return
	}
	end.Outcome, end.Permanent, end.Error = store.Errored, result.Permanent, result.Error
	if end.Error == "" {
		end.Error = describe(found, readEnd(filepath.Join(a.dir, logFile)))
	}
}

// membersOf returns the ends of several tasks, by fence.
func membersOf(results map[int64]MemberResult) (ends []scheduler.MemberEnd) {
	for _, fence := range slices.Sorted(maps.Keys(results)) {
		r := results[fence]
		end := scheduler.MemberEnd{Fence: fence, Outcome: store.Succeeded}
		if !r.Done {
			end.Outcome, end.Error, end.Permanent = store.Errored, r.Error, r.Permanent
		}
		ends = append(ends, end)
	}
	return ends
}

// describe says how a process ended, and what it said last.
func describe(found ending, log []byte) string {
	text := fmt.Sprintf("exit status %d", found.Exit)
	if found.Signal != 0 {
		text = signalText(found.Signal)
	}
	if words := lastWords(log); words != "" {
		text += ": " + words
	}
	return text
}

// lastWords returns the last line of a log, or that with which a program in Go has crashed: the trace
// below it says less.
func lastWords(log []byte) string {
	crash := ""
	for line := range bytes.Lines(log) {
		if bytes.HasPrefix(line, []byte("panic: ")) || bytes.HasPrefix(line, []byte("fatal error: ")) {
			crash = clean(line)
		}
	}
	if crash != "" && bytes.Contains(log, []byte("\ngoroutine ")) {
		return crash
	}
	return lastLine(log)
}

// lastLine returns the last line that is not empty.
func lastLine(text []byte) string {
	text = bytes.TrimSpace(text)
	return clean(text[bytes.LastIndexByte(text, '\n')+1:])
}

// clean returns a line for people, and not too much of it.
func clean(line []byte) string {
	const most = 500
	if len(line) > most {
		line = line[:most]
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(line), "\uFFFD"))
}

// readEnd returns the last 64 KiB of a file, or nothing.
func readEnd(path string) []byte {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(io.NewSectionReader(file, max(0, info.Size()-mostTail), mostTail))
	if err != nil {
		return nil
	}
	return text
}
