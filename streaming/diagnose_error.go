package streaming

import (
	"fmt"
	"strings"
)

// A JobError tells why a job failed on the cluster: first of all the root cause.
type JobError struct {
	Step, Steps int // the step that failed, from 1, and how many there are

	Application string // id of the step's application; empty where none was submitted
	TrackingURL string // where YARN shows it

	// Cause is the error of the task that failed, as that task told it.
	// Nil where none did.
	Cause *TaskFailure
	// Offset is the byte offset in Cause.File of the record on which the task
	// failed, in a compressed file that in its text. It is -1 where it is not known.
	Offset int64

	// Attempt is the attempt of a task that failed, and Node where it ran.
	// Both are empty where the job failed of something else.
	Attempt string
	Node    string

	// Reason says in a few words why the job failed, where Cause is nil.
	Reason string
	// Mend says what to do about Reason. It may be empty.
	Mend string

	// Output is the end of what the program of the attempt wrote to its stderr or,
	// where no task is to blame, of what the hadoop command printed.
	// It is empty where Cause or Reason says more.
	Output []string

	// Reproduce is a command that runs the job on this machine over the input on
	// which it failed. It is empty where Cause does not tell the input.
	Reproduce string
}

const shownStack = 12 // lines of a stack that Error shows

// Error returns the root cause, and below it where it happened and how to run it
// again, on several lines.
func (e *JobError) Error() string {
	var b strings.Builder
	b.WriteString(e.rootCause())
	if e.Mend != "" {
		b.WriteString(": " + e.Mend)
	}
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "\n  %-11s  %s", name, value)
		}
	}
	if e.Cause != nil {
		line("input", e.position())
		line("record", e.Cause.Record)
		line("key", e.Cause.Key)
	}
	if e.Steps > 1 {
		line("step", fmt.Sprintf("%d of %d", e.Step, e.Steps))
	}
	line("attempt", e.Attempt)
	line("node", e.Node)
	line("application", e.Application)
	line("tracking", e.TrackingURL)
	line("reproduce", e.Reproduce)
	if e.Cause != nil {
		indent(&b, "stack", userFrames(e.Cause.Stack))
	}
	indent(&b, "output", e.Output)
	return b.String()
}

// Unwrap returns Cause.
func (e *JobError) Unwrap() error {
	if e.Cause == nil {
		return nil
	}
	return e.Cause
}

// rootCause returns what happened, without where: that stands below.
func (e *JobError) rootCause() string {
	c := e.Cause
	if c == nil {
		return e.Reason
	}
	for _, where := range []string{"record " + c.Record + ": ", "key " + c.Key + ": "} {
		if _, what, found := strings.Cut(c.Message, where); found && what != "" {
			return what
		}
	}
	return c.Message
}

// position returns the place in the input at which the task failed.
func (e *JobError) position() string {
	c := e.Cause
	switch {
	case c.File == "":
		return ""
	case c.RecordNumber == 0:
		return fmt.Sprintf("%s, in the split %d+%d", c.File, c.SplitStart, c.SplitLength)
	case e.Offset < 0:
		return fmt.Sprintf("%s, record %d of the split %d+%d", c.File, c.RecordNumber, c.SplitStart, c.SplitLength)
	}
	return fmt.Sprintf("%s, offset %d (record %d of the split %d+%d)", c.File, e.Offset, c.RecordNumber, c.SplitStart, c.SplitLength)
}

func indent(b *strings.Builder, name string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n  %s:", name)
	for _, line := range lines {
		b.WriteString("\n    " + line)
	}
}

// engineFrames begins the frames of a stack that are gomr's own.
const engineFrames = "\ngithub.com/gomr/gomr/mr."

// userFrames returns the top of a stack down to where gomr called the user's code.
func userFrames(stack string) []string {
	user, _, _ := strings.Cut(stack, engineFrames)
	return firstLines(user, shownStack)
}

// firstLines returns the first n lines of a text, and how many more there are.
func firstLines(text string, n int) []string {
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	if len(lines) > n {
		return append(lines[:n:n], fmt.Sprintf("… %d more lines", len(lines)-n))
	}
	return lines
}
