package streaming

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/mr/input"
)

const (
	diagnoseTime  = time.Minute // how long the cause of a failure is looked for
	askedAttempts = 5           // attempts whose stderr is read
	shownOutput   = 20          // lines of output in an error
)

// diagnose finds out why the client failed.
func (r *run) diagnose(ctx context.Context, step int, state clientState, lines []string, clientErr error) error {
	ctx, cancel := context.WithTimeout(ctx, diagnoseTime)
	defer cancel()
	e := &JobError{
		Step: step + 1, Steps: len(r.steps),
		Application: state.Application, TrackingURL: state.TrackingURL, Offset: -1,
	}
	switch {
	case state.Application != "" && state.Over:
		r.diagnoseApplication(ctx, e, state)
	case state.Application != "":
		// Nobody would commit its output.
		e.Reason = fmt.Sprintf("the hadoop command ended before the job did: %v", clientErr)
		e.Output = lastLines(withoutJavaFrames(lines), shownOutput)
		if err := r.cluster.kill(ctx, state.Application); err != nil {
			return errors.Join(e, fmt.Errorf("its application may still run: %w", err))
		}
	}
	if e.Cause == nil && e.Reason == "" {
		e.explain(clientFailures(), strings.Join(lines, "\n"))
	}
	if e.Cause == nil && e.Reason == "" {
		e.Reason = cmp.Or(state.Outcome, fmt.Sprintf("the hadoop command failed: %v", clientErr))
		if len(e.Output) == 0 {
			e.Output = lastLines(withoutJavaFrames(lines), shownOutput)
		}
	}
	return e
}

// diagnoseApplication finds out what an application failed of: what a task says
// first, then what Hadoop says of the task, then what it says of the application.
func (r *run) diagnoseApplication(ctx context.Context, e *JobError, state clientState) {
	app, err := r.cluster.yarn.application(ctx, e.Application)
	if err != nil {
		r.Log.Debug("the application is not known", "application", e.Application, "error", err)
		app = &application{Diagnostics: state.Outcome}
	}
	if app.State == stateKilled { // it has no history
		e.explainApplication(app, nil)
		return
	}
	failed, err := r.failedAttempts(ctx, app.Diagnostics, e.Application)
	if err != nil {
		r.Log.Debug("the attempts are not known", "application", e.Application, "error", err)
	}
	found, readable := r.findCause(ctx, e, failed)
	if !found && (err != nil || len(failed) > 0 && !readable) {
		found = r.findCauseByCommand(ctx, e)
	}
	if !found && e.Reason == "" {
		e.explainApplication(app, failed)
	}
}

const (
	askedTasks  = 20               // failed tasks whose attempts are asked for
	historyWait = 10 * time.Second // how long a job that has just ended may be known to nobody
	historyPoll = 500 * time.Millisecond
)

// namedTask finds the task that ended a job in its diagnostics.
var namedTask = regexp.MustCompile(`Task failed (task_\w+)`)

// failedAttempts returns the attempts that failed, the last one first. Hadoop calls
// all tasks of a failed job failed; attempts that were stopped with it are killed.
func (r *run) failedAttempts(ctx context.Context, diagnostics, application string) ([]taskAttempt, error) {
	tasks, err := r.failedTasks(ctx, diagnostics, application)
	if err != nil {
		return nil, err
	}
	var failed []taskAttempt
	for _, task := range tasks[:min(len(tasks), askedTasks)] {
		attempts, err := patiently(ctx, func() ([]taskAttempt, error) {
			return r.cluster.yarn.attempts(ctx, application, task)
		})
		if err != nil {
			return failed, err
		}
		for _, a := range attempts {
			if a.State == stateFailed {
				failed = append(failed, a)
			}
		}
	}
	slices.SortStableFunc(failed, func(a, b taskAttempt) int { return cmp.Compare(b.FinishTime, a.FinishTime) })
	return failed, nil
}

// failedTasks returns the tasks that failed: the one that the diagnostics name, or all.
func (r *run) failedTasks(ctx context.Context, diagnostics, application string) ([]string, error) {
	if m := namedTask.FindStringSubmatch(diagnostics); m != nil {
		return m[1:], nil
	}
	tasks, err := patiently(ctx, func() ([]jobTask, error) { return r.cluster.yarn.tasks(ctx, application) })
	var failed []string
	for _, task := range tasks {
		if task.State == stateFailed {
			failed = append(failed, task.ID)
		}
	}
	return failed, err
}

// patiently asks for something of a job again while nobody knows the job: between
// the end of its application master and the first look of the history server.
func patiently[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	deadline := time.Now().Add(historyWait)
	for {
		answer, err := ask()
		if err == nil || !hasStatus(err, http.StatusNotFound) || time.Now().After(deadline) {
			return answer, err
		}
		select {
		case <-time.After(historyPoll):
		case <-ctx.Done():
			return answer, context.Cause(ctx)
		}
	}
}

// findCause looks for what a task itself says that it failed of, and reports
// whether one does, and whether what tasks say could be read at all.
func (r *run) findCause(ctx context.Context, e *JobError, failed []taskAttempt) (found, readable bool) {
	for _, a := range failed[:min(len(failed), askedAttempts)] {
		stderr, err := r.cluster.yarn.stderrOf(ctx, e.Application, a)
		if err != nil {
			r.Log.Debug("no stderr", "attempt", a.ID, "error", err)
			continue
		}
		if cause := lastTaskFailure(stderr); cause != nil {
			r.setCause(e, cause, a.ID, a.Node)
			return true, true
		}
		if !readable {
			e.Attempt, e.Node = a.ID, a.Node
			e.Reason, e.Output = crash(stderr), programOutput(stderr)
		}
		readable = true
	}
	return false, readable
}

// findCauseByCommand is findCause for clusters whose web services can't be asked.
func (r *run) findCauseByCommand(ctx context.Context, e *JobError) bool {
	logs, err := r.cluster.runYARN(ctx, "logs", "-applicationId", e.Application, "-log_files", "stderr")
	if err != nil {
		r.Log.Debug("no logs", "application", e.Application, "error", err)
		return false
	}
	cause := lastTaskFailure(logs)
	if cause == nil {
		return false
	}
	r.setCause(e, cause, cause.Attempt, "")
	return true
}

func (r *run) setCause(e *JobError, cause *TaskFailure, attempt, node string) {
	e.Cause, e.Attempt, e.Node, e.Reason, e.Output = cause, attempt, node, "", nil
	if cause.File == "" {
		return
	}
	offset, err := r.recordOffset(e.Step-1, cause)
	if err != nil {
		r.Log.Debug("the offset of the record is not known", "file", cause.File, "error", err)
	} else {
		e.Offset = offset
	}
	e.Reproduce = r.reproduce(cause.File)
}

// lastTaskFailure returns the last failure that a log holds, or nil.
func lastTaskFailure(log string) *TaskFailure {
	var last *TaskFailure
	for line := range strings.Lines(log) {
		if failure, ok := ParseTaskFailure(line); ok {
			last = failure
		}
	}
	return last
}

// recordOffset returns where the record begins on which a map task failed. The task
// sees only lines, so it has counted them; here they are read again.
func (r *run) recordOffset(step int, cause *TaskFailure) (offset int64, err error) {
	if cause.RecordNumber < 1 {
		return -1, nil
	}
	split := input.Split{File: cause.File, Start: cause.SplitStart, Length: cause.SplitLength}
	records, err := input.OpenSplit(storage{r.fsys}, split, r.properties[step].lineOptions())
	if err != nil {
		return -1, err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	for range cause.RecordNumber {
		if !records.Next() {
			return -1, errors.Join(records.Err(), fmt.Errorf("%s has no record %d", split, cause.RecordNumber))
		}
	}
	return records.Offset(), nil
}

// reproduce returns a command that runs the job here over one file of its input.
func (r *run) reproduce(file string) string {
	if !slices.ContainsFunc(r.inputs, func(f input.FileStatus) bool { return f.Name == file }) {
		return "" // the output of an earlier step
	}
	const root = ".gomr/hdfs" // of gomr local
	words := []string{"mkdir -p", shellQuote(root + path.Dir(file)),
		"&& hadoop fs -get", shellQuote(file), shellQuote(root + file), "&& gomr local", shellQuote(r.Family)}
	for _, flag := range r.Flags {
		words = append(words, shellQuote(flag))
	}
	return strings.Join(words, " ")
}

// shellQuote returns a word as a shell reads it.
func shellQuote(word string) string {
	if word != "" && strings.IndexFunc(word, isShellSpecial) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func isShellSpecial(r rune) bool {
	isLetter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	return !isLetter && !isDigit(r) && !strings.ContainsRune("-_./:=@+,", r)
}
