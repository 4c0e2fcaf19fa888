package orchestrate

import (
	"fmt"
	"strings"
)

// String returns the summary as text for people, with a newline at its end.
func (s *Summary) String() string {
	var text strings.Builder
	if s.Scheduling != nil {
		fmt.Fprintf(&text, "Nothing ran, for the tasks can't be planned:\n%s\n", indented(s.Scheduling.Error(), "    "))
	} else {
		fmt.Fprintf(&text, "%s in %s\n", countOf(len(s.Tasks), "task"), roundDuration(s.Duration))
		for _, section := range sections {
			s.writeSection(&text, section.status, section.title)
		}
		s.writeNotes(&text)
	}
	fmt.Fprintf(&text, "%s\n", s.verdict())
	return text.String()
}

// sections are the parts of the text, the good news first.
var sections = []struct {
	status Status
	title  string
}{
	{StatusComplete, "complete before"},
	{StatusDone, "done"},
	{StatusFailed, "failed"},
	{StatusMissingExternal, "missing external"},
	{StatusAlreadyRunning, "already running in another process"},
	{StatusInterrupted, "interrupted"},
	{StatusUpstreamFailed, "not run, for a task they require failed"},
	{StatusUpstreamMissing, "not run, for an external input they need is missing"},
	{StatusUpstreamRunning, "not run, for another process runs a task they require"},
	{StatusNotRun, "not run, for the run ended before"},
}

// maxLines bounds what one section lists.
const maxLines = 10

func (s *Summary) writeSection(text *strings.Builder, status Status, title string) {
	tasks := s.With(status)
	if len(tasks) == 0 {
		return
	}
	fmt.Fprintf(text, "%6d %s\n", len(tasks), title)
	if status == StatusFailed || status == StatusAlreadyRunning {
		for _, t := range tasks[:min(len(tasks), maxLines)] {
			t.writeFailure(text)
		}
		writeMore(text, len(tasks)-maxLines)
		return
	}
	lines := compress(tasks)
	for _, line := range lines[:min(len(lines), maxLines)] {
		fmt.Fprintf(text, "       %6d %s%s\n", line.count, line.text, line.missing())
	}
	rest := 0
	for _, line := range lines[min(len(lines), maxLines):] {
		rest += line.count
	}
	writeMore(text, rest)
}

// missing returns the end of a line of missing external inputs: what is not there.
func (s span) missing() string {
	switch {
	case s.first.Missing == nil:
		return ""
	case s.count == 1:
		return ": " + nameEach(s.first.Missing, marker)
	}
	return ": " + nameEach(s.first.Missing, marker) + " … " + nameEach(s.last.Missing, marker)
}

func writeMore(text *strings.Builder, n int) {
	if n > 0 {
		fmt.Fprintf(text, "              and %d more\n", n)
	}
}

func (t *TaskSummary) writeFailure(text *strings.Builder) {
	after := ""
	if t.Attempts > 0 && t.Status == StatusFailed {
		after = fmt.Sprintf(" after %s, %s", countOf(t.Attempts, "attempt"), roundDuration(t.Duration))
	}
	fmt.Fprintf(text, "              %s%s\n", t.ID, after)
	if t.Err != nil {
		fmt.Fprintf(text, "%s\n", indented(t.Err.Error(), "                  "))
	}
	if t.TrackingURL != "" {
		fmt.Fprintf(text, "                  job: %s\n", t.TrackingURL)
	}
	fmt.Fprintf(text, "                  run it again: %s\n", t.Rerun)
}

// verdict returns the last line: whether all is well, and else what is not.
func (s *Summary) verdict() string {
	counts := s.Counts()
	switch code := s.ExitCode(); code {
	case ExitComplete:
		if counts[StatusDone] == 0 {
			return "Complete: nothing was left to do."
		}
		return "Complete."
	case ExitInterrupted:
		return "Interrupted: run it again to go on where it stopped."
	case ExitScheduling:
		return "Not planned: nothing ran."
	case ExitFailed:
		return fmt.Sprintf("Failed: %s failed.", countOf(counts[StatusFailed], "task"))
	case ExitMissingExternal:
		return fmt.Sprintf("Incomplete: %s missing.",
			countOf(counts[StatusMissingExternal], "external input")+plural(counts[StatusMissingExternal], " is", " are"))
	case ExitAlreadyRunning:
		return "Incomplete: another process is at work on it."
	default:
		return fmt.Sprintf("Incomplete: exit code %d.", code)
	}
}

func indented(text, indent string) string {
	return indent + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+indent)
}
