package cli

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/lmittmann/tint"
	"golang.org/x/term"

	"github.com/gomr/gomr/orchestrate"
)

// progressEvery is how often at most a line tells of the progress of a task.
const progressEvery = 10 * time.Second

// A ui shows a run while it goes on, on standard error: bars on a terminal,
// and lines that stay. Its methods but close are for one goroutine at a time; the log for any.
type ui struct {
	lines io.Writer // above the bars where there are some
	bars  *bars     // nil where there are none
	paint painter
	quiet bool
	log   *slog.Logger

	tasks map[string]*shownTask
}

// A shownTask is what was shown of a task that runs.
type shownTask struct {
	started  time.Time
	lastLine time.Time
	message  string
	tracking string
}

// newUI returns a ui; a quiet one shows failures only.
func (a *app) newUI(quiet bool) *ui {
	u := &ui{
		lines: a.stderr,
		paint: a.painterFor(a.stderr),
		quiet: quiet,
		tasks: make(map[string]*shownTask),
	}
	if !quiet && isTerminal(a.stderr) {
		u.bars = newBars(a.stderr)
		u.lines = u.bars
	}
	level := slog.LevelInfo
	if quiet {
		level = slog.LevelWarn
	}
	u.log = a.newLog(u.lines, level)
	return u
}

// newLog returns a log on standard error, or on what stands for it.
func (a *app) newLog(lines io.Writer, level slog.Level) *slog.Logger {
	return slog.New(tint.NewTextHandler(lines, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: !bool(a.painterFor(a.stderr))}))
}

// close takes the bars away. It may be called again.
func (u *ui) close() {
	if u.bars != nil {
		u.bars.close()
	}
}

// observe shows an event of a run.
func (u *ui) observe(e orchestrate.Event) {
	task := u.tasks[e.ID]
	if task == nil {
		task = &shownTask{started: e.Time, lastLine: e.Time}
		u.tasks[e.ID] = task
	}
	switch e.Kind {
	case orchestrate.EventStarted:
		*task = shownTask{started: e.Time, lastLine: e.Time}
		u.started(e)
	case orchestrate.EventProgress:
		u.progress(e, task)
	case orchestrate.EventSuspended:
		u.line(e, "waits for tasks that it requires while it runs")
	case orchestrate.EventResumed:
		u.line(e, "goes on")
	case orchestrate.EventRetrying:
		u.endBar(e)
		u.failure(e, fmt.Sprintf("failed, attempt %d; the next one comes in %s", e.Attempt, e.Delay.Round(time.Second)))
	case orchestrate.EventEnded:
		u.endBar(e)
		u.ended(e, task)
	}
}

func (u *ui) started(e orchestrate.Event) {
	if u.bars != nil {
		u.bars.start(e.ID)
		return
	}
	text := "started"
	if e.Attempt > 1 {
		text = fmt.Sprintf("started, attempt %d", e.Attempt)
	}
	u.line(e, text)
}

func (u *ui) progress(e orchestrate.Event, task *shownTask) {
	if url := e.Progress.TrackingURL; url != "" && url != task.tracking {
		task.tracking = url
		u.line(e, "runs at "+url)
	}
	if u.bars != nil {
		u.bars.update(e.ID, e.Progress)
		return
	}
	message := e.Progress.Message
	if message == "" && e.Progress.Fraction >= 0 {
		message = fmt.Sprintf("%.0f%%", 100*e.Progress.Fraction)
	}
	if message != task.message && e.Time.Sub(task.lastLine) >= progressEvery {
		task.message, task.lastLine = message, e.Time
		u.line(e, message)
	}
}

func (u *ui) endBar(e orchestrate.Event) {
	if u.bars != nil {
		u.bars.end(e.ID)
	}
}

// ended tells of the end of a task that ran. Of the others the summary tells.
func (u *ui) ended(e orchestrate.Event, task *shownTask) {
	duration := shortDuration(e.Time.Sub(task.started))
	switch {
	case e.Status == orchestrate.StatusDone:
		u.line(e, u.paint.green("done")+" in "+duration)
	case e.Attempt == 0:
	case e.Status == orchestrate.StatusFailed:
		u.failure(e, "failed after "+duration)
	default:
		u.line(e, string(e.Status)+" after "+duration)
	}
}

func (u *ui) failure(e orchestrate.Event, text string) {
	text = u.paint.red(text)
	if e.Err != nil {
		text += ": " + strings.TrimRight(e.Err.Error(), "\n")
	}
	fmt.Fprintf(u.lines, "%s %s %s\n", u.paint.dim(e.Time.Format(time.TimeOnly)), e.ID, text)
}

func (u *ui) line(e orchestrate.Event, text string) {
	if !u.quiet {
		fmt.Fprintf(u.lines, "%s %s %s\n", u.paint.dim(e.Time.Format(time.TimeOnly)), e.ID, text)
	}
}

// shortDuration rounds a duration to what a person wants to know.
func shortDuration(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// A painter colours text, or leaves it as it is.
type painter bool

// painterFor returns the painter for a stream: see https://no-color.org.
func (a *app) painterFor(stream io.Writer) painter {
	return painter(isTerminal(stream) && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb")
}

func (p painter) red(text string) string   { return p.with("31", text) }
func (p painter) green(text string) string { return p.with("32", text) }
func (p painter) dim(text string) string   { return p.with("2", text) }

func (p painter) with(code, text string) string {
	if !p {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
