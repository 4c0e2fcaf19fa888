package stress

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// A Difference is a job whose output depends on what a cluster may do otherwise.
type Difference struct {
	Seed uint64 `json:"seed"`

	// Key is the first key whose lines differ, in the order of bytes: what stands in
	// a line before its first tab, or the line.
	Key string `json:"key"`

	// Want and Got are the lines of the key that only the baseline has, and those that
	// only the job under stress has, without the key and its tab. Long lists are cut.
	Want []string `json:"want"`
	Got  []string `json:"got"`

	// Cause is what changed the output, and Step the step in which it did so, from 1.
	// Zero is not known, or that there is but one step.
	Cause Cause `json:"cause"`
	Step  int   `json:"step,omitempty"`

	// Err is set, and the fields above for lines are not, where the job failed under stress.
	Err error `json:"-"`
}

func (d *Difference) Error() string {
	var b strings.Builder
	if d.Err != nil {
		fmt.Fprintf(&b, "the job fails under stress, seed %d: %v\n", d.Seed, d.Err)
	} else {
		fmt.Fprintf(&b, "the output changes under stress, seed %d; the first key is %.200q\n", d.Seed, d.Key)
		want, got := excerpts(d.Want, d.Got)
		fmt.Fprintf(&b, "  without stress:  %s\n", want)
		fmt.Fprintf(&b, "  under stress:    %s\n", got)
	}
	fmt.Fprintf(&b, "  cause:           %s\n", d.Cause)
	if d.Step > 0 {
		fmt.Fprintf(&b, "  step:            %d\n", d.Step)
	}
	b.WriteString(d.Cause.Explain())
	return b.String()
}

// MarshalJSON writes the fields, and Err as a text.
func (d *Difference) MarshalJSON() ([]byte, error) {
	type fields Difference
	text := ""
	if d.Err != nil {
		text = d.Err.Error()
	}
	return json.Marshal(struct {
		*fields
		Error string `json:"error,omitempty"`
	}{(*fields)(d), text})
}

// Unwrap returns the error of the job.
func (d *Difference) Unwrap() error { return d.Err }

// shownLines is how many lines of a key are reported.
const shownLines = 5

// Of a line, these many bytes are shown, and these many of them in front of the place
// where it begins to differ.
const (
	shownBytes  = 200
	shownBefore = 40
)

// excerpts returns the lines as they are shown: long ones around their first difference.
func excerpts(want, got []string) (string, string) {
	start := 0
	if len(want) == 1 && len(got) == 1 {
		start = commonPrefix(want[0], got[0])
	}
	return excerpt(want, start), excerpt(got, start)
}

func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// excerpt returns what is shown of the lines, which begin to differ at start.
func excerpt(lines []string, start int) string {
	if len(lines) == 0 {
		return "no such line"
	}
	shown := make([]string, len(lines))
	for i, line := range lines {
		if len(line) > shownBytes && start > shownBefore {
			shown[i] = "…"
			line = line[min(start, len(line))-shownBefore:]
		}
		shown[i] += strconv.Quote(line[:min(len(line), shownBytes)])
		if len(line) > shownBytes {
			shown[i] += "…"
		}
	}
	return strings.Join(shown, ", ")
}
