package details

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gomr/gomr/orchestrate"
)

// The names of details, see the package's comment.
const (
	Progress     = "progress"
	Step         = "step"
	Map          = "map"
	Reduce       = "reduce"
	Application  = "application"
	TrackingURL  = "tracking url"
	Applications = "applications"
	Skew         = "skew"

	FailedTask       = "failed task"
	FailedTaskNode   = "failed task node"
	FailedTaskStderr = "failed task stderr"

	Inputs        = "inputs"
	InputBytes    = "input bytes"
	InputModified = "input modified"
	Outputs       = "outputs"
	OutputBytes   = "output bytes"
	OutputRows    = "output rows"
	Accepted      = "accepted in spite of a check"

	ProgramVersion  = "program version"
	ProgramRevision = "program revision"
	ProgramBuild    = "program build"
)

// of returns the name of what is told of one thing among several.
func of(name, one string) string { return name + ": " + one }

// Details are those of one attempt while they are gathered.
type Details map[string]string

// add adds a detail, unless its text is empty.
func (d Details) add(name, text string) {
	if text != "" {
		d[name] = text
	}
}

// OfProgress returns how far an attempt is.
func OfProgress(p orchestrate.Progress) Details {
	d := Details{Progress: p.Message}
	if p.Fraction >= 0 {
		d[Progress] = strings.TrimSpace(percent(p.Fraction) + " " + p.Message)
	}
	d.add(TrackingURL, p.TrackingURL)
	if job := p.Job; job != nil {
		d[Step] = fmt.Sprintf("%d of %d", job.Step, job.Steps)
		d[Map], d[Reduce] = percent(job.Map), percent(job.Reduce)
		d.add(Application, job.Application)
	}
	return d
}

// percent never says that all is done while it is not.
func percent(share float64) string {
	n := min(max(int(100*share+0.5), 0), 100)
	if n == 100 && share < 1 {
		n = 99
	}
	return strconv.Itoa(n) + "%"
}

// OfResult returns what is known of an attempt that has ended, also of one that has failed.
func OfResult(r *orchestrate.JobResult) Details {
	d := Details{}
	for _, counter := range r.Counters {
		d[of(counter.Group, counter.Name)] = strconv.FormatInt(counter.Value, 10)
	}
	d.add(TrackingURL, r.TrackingURL)
	d.add(Applications, strings.Join(r.Applications, ", "))
	busiest := skewOf(r)
	d.add(Skew, busiest.String())
	if f := r.Failure; f != nil {
		d.add(FailedTask, f.Attempt)
		d.add(FailedTaskNode, f.Node)
		d.add(FailedTaskStderr, strings.Join(f.Output, "\n"))
	}
	if r.Made != (orchestrate.Size{}) {
		d[OutputRows] = strconv.FormatInt(r.Made.Rows, 10)
		d[OutputBytes] = strconv.FormatInt(r.Made.Bytes, 10)
	}
	d.add(Accepted, r.Accepted)
	return d
}

// Made returns how much an attempt has made, where that is told.
func Made(d map[string]string) (size orchestrate.Size, ok bool) {
	rows, rowsErr := strconv.ParseInt(d[OutputRows], 10, 64)
	bytes, bytesErr := strconv.ParseInt(d[OutputBytes], 10, 64)
	if rowsErr != nil || bytesErr != nil {
		return orchestrate.Size{}, false
	}
	return orchestrate.Size{Rows: rows, Bytes: bytes}, true
}
