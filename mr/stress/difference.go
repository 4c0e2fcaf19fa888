package stress

import (
	"fmt"
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
		fmt.Fprintf(&b, "  without stress:  %s\n", quoted(d.Want))
		fmt.Fprintf(&b, "  under stress:    %s\n", quoted(d.Got))
	}
	fmt.Fprintf(&b, "  cause:           %s\n", d.Cause)
	if d.Step > 0 {
		fmt.Fprintf(&b, "  step:            %d\n", d.Step)
	}
	b.WriteString(d.Cause.Explain())
	return b.String()
}

// Unwrap returns the error of the job.
func (d *Difference) Unwrap() error { return d.Err }

// shownLines is how many lines of a key are reported.
const shownLines = 5

func quoted(lines []string) string {
	if len(lines) == 0 {
		return "no such line"
	}
	shown := make([]string, len(lines))
	for i, line := range lines {
		shown[i] = fmt.Sprintf("%.200q", line)
	}
	return strings.Join(shown, ", ")
}
