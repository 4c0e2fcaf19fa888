package streaming

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
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
		e.explain(clientFailures, strings.Join(lines, "\n"))
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
	failed, err := r.failedAttempts(ctx, e.Application)
	if err != nil {
		r.Log.Debug("the attempts are not known", "application", e.Application, "error", err)
	}
	found, readable := r.findCause(ctx, e, failed)
	if !found && (err != nil || len(failed) > 0 && !readable) {
		found = r.findCauseByCommand(ctx, e)
	}
	if !found && e.Reason == "" {
		r.explainApplication(ctx, e, state, failed)
	}
}

// explainApplication finds out what Hadoop says that an application failed of.
func (r *run) explainApplication(ctx context.Context, e *JobError, state clientState, failed []taskAttempt) {
	app, err := r.cluster.yarn.application(ctx, e.Application)
	if err != nil {
		app = &application{Diagnostics: state.Outcome}
	}
	if app.State == stateKilled || app.FinalStatus == stateKilled {
		e.Reason = "the application was killed: " + topLine(cmp.Or(app.Diagnostics, state.Outcome))
		return
	}
	for _, a := range failed {
		if e.explain(attemptFailures, a.Diagnostics) {
			e.Attempt, e.Node = a.ID, a.Node
			return
		}
	}
	if len(failed) > 0 {
		e.Attempt, e.Node = failed[0].ID, failed[0].Node
		e.Reason = rootException(failed[0].Diagnostics)
		return
	}
	for _, failures := range [][]failure{attemptFailures, clientFailures} {
		if e.explain(failures, app.Diagnostics) {
			return
		}
	}
	if diagnostics := strings.TrimSpace(app.Diagnostics); diagnostics != "" {
		e.Reason = "the application failed: " + topLine(diagnostics)
		e.Output = firstLines(strings.Join(withoutJavaFrames(strings.Split(diagnostics, "\n")[1:]), "\n"), shownOutput)
	}
}

// failedAttempts returns the attempts that failed, the last one first. Hadoop calls
// all tasks of a failed job failed; attempts that were stopped with it are killed.
func (r *run) failedAttempts(ctx context.Context, application string) ([]taskAttempt, error) {
	tasks, err := r.tasks(ctx, application)
	if err != nil {
		return nil, err
	}
	var failed []taskAttempt
	for _, task := range tasks {
		if task.State != stateFailed {
			continue
		}
		attempts, err := r.cluster.yarn.attempts(ctx, application, task.ID)
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

const (
	historyWait = 10 * time.Second // how long a job that has just ended may be known to nobody
	historyPoll = 500 * time.Millisecond
)

// tasks returns the tasks of a job. Between the end of its application master and
// the first look of the history server, nobody knows them.
func (r *run) tasks(ctx context.Context, application string) ([]jobTask, error) {
	deadline := time.Now().Add(historyWait)
	for {
		tasks, err := r.cluster.yarn.tasks(ctx, application)
		if err == nil || !hasStatus(err, http.StatusNotFound) || time.Now().After(deadline) {
			return tasks, err
		}
		select {
		case <-time.After(historyPoll):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
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
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !(r == '_' || r >= '-' && r <= ':' || r == '=' || r == ',' || r >= 'a' && r <= 'z' || r >= '@' && r <= 'Z')
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
