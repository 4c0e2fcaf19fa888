package orchestrate

import (
	"fmt"
	"strings"
	"time"
)

// late returns by how much a task is, or was, behind its due time. One that was complete before the run is
// not: nobody knows since when.
func (t *TaskSummary) late(now time.Time) time.Duration {
	switch {
	case t.Due.IsZero(), t.Status == StatusComplete:
		return 0
	case t.Status == StatusDone && !t.Ended.IsZero():
		now = t.Ended
	}
	return max(0, now.Sub(t.Due))
}

// writeNotes writes what is to be known of tasks though they are done: outputs that were accepted against
// a check, and those that are late.
func (s *Summary) writeNotes(text *strings.Builder) {
	ended := s.Started.Add(s.Duration)
	var lines []string
	for i := range s.Tasks {
		t := &s.Tasks[i]
		if t.Accepted != "" {
			lines = append(lines, fmt.Sprintf("Accepted in spite of a check: %s has %s", t.ID, t.Accepted))
		}
		late := t.late(ended)
		switch {
		case late <= 0:
		case t.Status == StatusDone:
			lines = append(lines, fmt.Sprintf("Late: %s was due at %s, and was done %s later", t.ID, t.Due.Format(dueFormat), roundDuration(late)))
		default:
			lines = append(lines, fmt.Sprintf("Late: %s was due at %s, %s ago", t.ID, t.Due.Format(dueFormat), roundDuration(late)))
		}
	}
	for _, line := range lines[:min(len(lines), maxLines)] {
		fmt.Fprintln(text, line)
	}
	if more := len(lines) - maxLines; more > 0 {
		fmt.Fprintf(text, "and %d more that are late or accepted\n", more)
	}
}

// dueFormat is how due times are shown: in the zone that the task's method has chosen.
const dueFormat = "2006-01-02 15:04 MST"
