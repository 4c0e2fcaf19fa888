package streaming

import (
	"fmt"
	"hash/fnv"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gomr/gomr/mr"
)

const (
	// reportEvery is how often counters go to Hadoop, which looks at them every few seconds.
	reportEvery = 10 * time.Second

	// aliveEvery is how long the task may say nothing while it computes.
	// Hadoop kills a silent task after mapreduce.task.timeout, ten minutes.
	aliveEvery = time.Minute

	// aliveShare is the part of a processor that a task that computes uses at least.
	// A task below it waits for something, and Hadoop's timeout is there to end that.
	aliveShare = 0.01
)

// A lineWriter is a task's stderr. Each call of Write writes whole lines.
type lineWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lineWriter) Write(lines []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(lines)
}

// A reporter tells Hadoop the counters and the status of a task, by lines on its
// stderr. Errors of writing them are passed over: there is no other place to tell them.
type reporter struct {
	out      io.Writer
	counters *mr.Counters
	names    *counterNames
	cpuTime  func() time.Duration // that the process has used

	status   atomic.Pointer[string]
	reported *string // the status that was reported last

	spoke    time.Time     // when a line was written last
	spokeCPU time.Duration // cpuTime at that time
}

// setStatus shows text as the state of the task. It may be called from any goroutine and as often as one likes.
func (r *reporter) setStatus(text string) { r.status.Store(&text) }

// start begins to report. The function that it returns reports for the last time and waits until that is done.
func (r *reporter) start() (stop func()) {
	r.spoke, r.spokeCPU = time.Now(), r.cpuTime()
	done := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		ticker := time.NewTicker(reportEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				r.report()
			case <-done:
				r.report()
				return
			}
		}
	})
	return func() {
		close(done)
		running.Wait()
	}
}

// report writes what has changed since the last time, or that the task is alive.
func (r *reporter) report() {
	var lines strings.Builder
	r.names.appendDeltas(&lines, r.counters.Values())
	if status := r.status.Load(); status != r.reported {
		r.reported = status
		appendStatus(&lines, *status)
	}
	if lines.Len() == 0 && r.isSilentAtWork() {
		status := "working"
		if r.reported != nil {
			status = *r.reported
		}
		appendStatus(&lines, status)
	}
	if lines.Len() > 0 {
		_, _ = io.WriteString(r.out, lines.String())
		r.spoke, r.spokeCPU = time.Now(), r.cpuTime()
	}
}

// isSilentAtWork reports whether the task has computed for a while and said nothing.
func (r *reporter) isSilentAtWork() bool {
	silent := time.Since(r.spoke)
	used := r.cpuTime() - r.spokeCPU
	return silent >= aliveEvery && used.Seconds() >= aliveShare*silent.Seconds()
}

func appendStatus(lines *strings.Builder, text string) {
	fmt.Fprintf(lines, "reporter:status:%s\n", oneLine(text))
}

// oneLine returns text as Hadoop can read it from a line: without control characters, of valid UTF-8.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, text))
}

// gomrGroup is the group on the cluster of [mr.FrameworkGroup], in which Hadoop itself counts frames.
const gomrGroup = "gomr"

// Limits of Hadoop on the counters of a task (org.apache.hadoop.mapreduce.counters.Limits).
const (
	maxGroupName   = 128
	maxCounterName = 64
	maxGroups      = 50
	// Of these, so many are left to Hadoop's own groups that are not free of the limits, and to gomr's.
	keptCounters = 20
	keptGroups   = 5
)

// counterNames gives counters names that Hadoop takes, and remembers what it was told of each.
type counterNames struct {
	limit int // of counters

	sent   map[[2]string]*sentCounter // by group and name as the task has them
	groups map[string]bool            // of the user
	users  int                        // counters of the user
	warned bool
}

// A sentCounter is a counter that Hadoop knows.
type sentCounter struct {
	line  string // what its lines begin with
	value int64
}

// appendDeltas appends a line for each counter that has changed.
func (n *counterNames) appendDeltas(lines *strings.Builder, values []mr.CounterValue) {
	for _, v := range values {
		key := [2]string{v.Group, v.Name}
		sent := n.sent[key]
		if sent == nil {
			if v.Value == 0 {
				continue
			}
			if !n.admit(v.Group) {
				n.warn(lines, v)
				continue
			}
			sent = &sentCounter{line: counterLine(v)}
			n.sent[key] = sent
		}
		if delta := v.Value - sent.value; delta != 0 {
			fmt.Fprintf(lines, "%s%d\n", sent.line, delta)
			sent.value = v.Value
		}
	}
}

// admit reports whether there is room for one more counter in group: one too many ends the task.
func (n *counterNames) admit(group string) bool {
	if n.sent == nil {
		n.sent, n.groups = make(map[[2]string]*sentCounter), make(map[string]bool)
	}
	if group == mr.FrameworkGroup {
		return true
	}
	if n.users >= n.limit-keptCounters || !n.groups[group] && len(n.groups) >= maxGroups-keptGroups {
		return false
	}
	n.groups[group] = true
	n.users++
	return true
}

// warn tells of the first counter that there is no room for.
func (n *counterNames) warn(lines *strings.Builder, v mr.CounterValue) {
	if n.warned {
		return
	}
	n.warned = true
	fmt.Fprintf(lines, "gomr: the counter %q of group %q, and others, are not reported: Hadoop allows a task %d counters in %d groups (mapreduce.job.counters.max)\n",
		v.Name, v.Group, n.limit, maxGroups)
}

// counterLine returns what the lines of a counter begin with.
func counterLine(v mr.CounterValue) string {
	group := v.Group
	if group == mr.FrameworkGroup {
		group = gomrGroup
	}
	return "reporter:counter:" + hadoopName(group, maxGroupName) + "," + hadoopName(v.Name, maxCounterName) + ","
}

// hadoopName returns a name without commas, which end it, and of at most limit bytes.
// Hadoop itself cuts longer ones; here the cut one gets a hash of the whole, to be told from others like it.
func hadoopName(name string, limit int) string {
	name = strings.ReplaceAll(oneLine(name), ",", ";")
	if len(name) <= limit {
		return name
	}
	hash := fnv.New32a()
	_, _ = io.WriteString(hash, name)
	end := limit - len("~01234567")
	for !utf8.RuneStart(name[end]) {
		end--
	}
	return fmt.Sprintf("%s~%08x", name[:end], hash.Sum32())
}
