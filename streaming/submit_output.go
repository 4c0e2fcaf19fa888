package streaming

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/gomr/gomr/mr"
)

const (
	keptLines     = 200     // lines of the client's output that are kept for an error
	longestLine   = 8 << 10 // bytes of a line that are kept
	countersStart = "Counters: "
)

// Lines of the client, without what log4j puts before the message.
var (
	splitsLine    = regexp.MustCompile(`number of splits:(\d+)`)
	submittedLine = regexp.MustCompile(`Submitted application (application_\d+_\d+)`)
	trackingLine  = regexp.MustCompile(`The url to track the job: (\S+)`)
	progressLine  = regexp.MustCompile(` map (\d+)% reduce (\d+)%`)
	failedLine    = regexp.MustCompile(`Task Id : (attempt_\w+), Status : FAILED`)
	outcomeLine   = regexp.MustCompile(`Job job_\w+ (?:completed successfully|failed with state \w+ due to: ?(.*))`)
)

// clientState is what the output of the client has told so far.
type clientState struct {
	Splits      int // map tasks of the job; zero until it is told
	Application string
	TrackingURL string
	Map, Reduce float64  // 0 to 1
	Failed      []string // attempts that failed, but for the one that ended the job
	Over        bool     // the client saw the end of the job
	Outcome     string   // what the job failed of, or "" where it was not told
	Counters    []mr.CounterValue
}

// A clientOutput reads the output of the client line by line.
type clientOutput struct {
	changed func(clientState) // called after each change, from one goroutine

	mu      sync.Mutex
	state   clientState
	partial []byte
	lines   []string // the last ones
	group   string   // of counters; empty outside of their block
	inBlock bool     // within the block of counters
}

// Write takes some of the output.
func (o *clientOutput) Write(p []byte) (int, error) {
	o.partial = append(o.partial, p...)
	for {
		i := bytes.IndexByte(o.partial, '\n')
		if i < 0 {
			return len(p), nil
		}
		o.line(strings.TrimRight(string(o.partial[:i]), "\r"))
		o.partial = append(o.partial[:0], o.partial[i+1:]...)
	}
}

// flush takes a last line without an end.
func (o *clientOutput) flush() {
	if len(o.partial) > 0 {
		o.line(string(o.partial))
		o.partial = nil
	}
}

func (o *clientOutput) line(line string) {
	o.mu.Lock()
	changed := o.parse(line)
	state := o.state
	o.lines = append(o.lines, line[:min(len(line), longestLine)])
	if len(o.lines) > keptLines {
		o.lines = append(o.lines[:0], o.lines[1:]...)
	}
	o.mu.Unlock()
	if changed && o.changed != nil {
		o.changed(state)
	}
}

// parse takes what a line tells and reports whether the state is another one.
func (o *clientOutput) parse(line string) bool {
	if o.inBlock && strings.HasPrefix(line, "\t") {
		o.parseCounter(line)
		return false
	}
	o.inBlock = strings.Contains(line, countersStart)
	var found []string
	says := func(pattern *regexp.Regexp) bool {
		found = pattern.FindStringSubmatch(line)
		return found != nil
	}
	s := &o.state
	switch {
	case says(progressLine):
		s.Map, s.Reduce = fraction(found[1]), fraction(found[2])
	case says(splitsLine):
		s.Splits, _ = strconv.Atoi(found[1]) // digits, by the expression
	case says(submittedLine):
		s.Application = found[1]
	case says(trackingLine):
		s.TrackingURL = found[1]
	case says(failedLine):
		s.Failed = append(s.Failed[:len(s.Failed):len(s.Failed)], found[1])
	case says(outcomeLine):
		s.Over, s.Outcome = true, strings.TrimSpace(found[1])
	default:
		return false
	}
	return true
}

// parseCounter takes a line of the block of counters: a tab and a group, or two
// tabs and name=value. Names may have equals signs; some end with a space.
func (o *clientOutput) parseCounter(line string) {
	counter, isCounter := strings.CutPrefix(line, "\t\t")
	if !isCounter {
		o.group = strings.TrimSpace(line)
		return
	}
	i := strings.LastIndexByte(counter, '=')
	if i < 0 {
		return
	}
	if value, err := strconv.ParseInt(counter[i+1:], 10, 64); err == nil {
		name := strings.TrimSpace(counter[:i])
		o.state.Counters = append(o.state.Counters, mr.CounterValue{Group: o.group, Name: name, Value: value})
	}
}

func fraction(percent string) float64 {
	n, _ := strconv.Atoi(percent) // digits, by the expression
	return float64(n) / 100
}

// snapshot returns the state and the last lines.
func (o *clientOutput) snapshot() (clientState, []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.state, append([]string(nil), o.lines...)
}
