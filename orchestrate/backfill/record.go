package backfill

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/launch"
)

// The letters of labels.
const (
	waiting    = 'w'
	running    = 'r'
	downstream = 'b' // behind the label
	done       = 'd'
	failed     = 'f'
	leftOut    = 'x'
)

var letters = map[byte]LabelState{
	waiting: LabelWaiting, running: LabelRunning, downstream: LabelDownstream,
	done: LabelDone, failed: LabelFailed, leftOut: LabelLeftOut,
}

// lastTook is of how many labels an engine remembers how long they took.
const lastTook = 50

// A record is a backfill as it is stored.
type record struct {
	id   int64
	plan *Definition // never changes
	progress
}

// A progress is what changes of a backfill.
type progress struct {
	State    State             `json:"state"`
	Labels   []byte            `json:"-"` // a letter for each
	Started  time.Time         `json:"started"`
	Ended    time.Time         `json:"ended,omitzero"`
	Launched map[int]time.Time `json:"launched,omitempty"` // when those under way were, by index
	Took     []time.Duration   `json:"took,omitempty"`     // of the last ones whose task is done
	Kill     string            `json:"kill,omitempty"`     // who wants what is under way to end
}

// A storedProgress is a progress with its letters as text.
type storedProgress struct {
	progress

	Letters string `json:"labels"`
}

func newRecord(id int64, plan *Definition, now time.Time) *record {
	return &record{id, plan, progress{State: Running, Labels: bytes.Repeat([]byte{waiting}, len(plan.Labels)), Started: now}}
}

// clone returns a record that can be changed without this one.
func (r *record) clone() *record {
	c := *r
	c.Labels, c.Launched, c.Took = bytes.Clone(r.Labels), maps.Clone(r.Launched), slices.Clone(r.Took)
	return &c
}

func (r *record) count(letter byte) int { return bytes.Count(r.Labels, []byte{letter}) }

// with returns the indices of the labels that have a letter.
func (r *record) with(letter byte) (indices []int) {
	for i := range r.Labels {
		if r.Labels[i] == letter {
			indices = append(indices, i)
		}
	}
	return indices
}

// clears reports whether launches move outputs to the trash.
func (r *record) clears() bool { return r.plan.All || r.plan.Downstream }

// clear returns what the launch of a label is to clear, and nil where that is nothing.
func (r *record) clear(i int) *launch.Clear {
	if !r.clears() {
		return nil
	}
	label := r.plan.Labels[i]
	return &launch.Clear{
		Entry: r.plan.Entry + "-" + fileName(label), Own: r.plan.All, Downstream: r.plan.Downstream,
		Since: r.Started.UTC(), Keep: r.plan.Keep, Note: fmt.Sprintf("backfill %d of %s, %s", r.id, r.plan.Family, label),
	}
}

// longestName bounds the names of files that are made of labels.
const longestName = 80

// fileName returns a label as a part of the name of a file: no two labels have the same.
func fileName(label string) string {
	var name strings.Builder
	for _, c := range []byte(label) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '.':
			name.WriteByte(c)
		default:
			fmt.Fprintf(&name, "_%02x", c)
		}
	}
	if name.Len() > longestName {
		return fmt.Sprintf("_%x", sha256.Sum256([]byte(label)))
	}
	return name.String()
}

// name is that of the launch of a label.
func (r *record) name(i int) string {
	return prefix + strconv.FormatInt(r.id, 10) + " " + r.plan.Labels[i]
}

// end notes that a label is under way no more.
func (r *record) end(i int, letter byte, now time.Time) {
	launched, known := r.Launched[i]
	delete(r.Launched, i)
	r.Labels[i] = letter
	if known && letter != failed {
		r.Took = append(r.Took, max(now.Sub(launched), 0))
		r.Took = r.Took[max(len(r.Took)-lastTook, 0):]
	}
}

// launch notes that a label is under way.
func (r *record) launch(i int, now time.Time) {
	if r.Launched == nil {
		r.Launched = map[int]time.Time{}
	}
	r.Labels[i], r.Launched[i] = running, now
}

// mean returns how long a label takes. False is not known.
func (r *record) mean() (time.Duration, bool) {
	if len(r.Took) == 0 {
		return 0, false
	}
	sum := 0.0
	for _, took := range r.Took {
		sum += float64(took) / float64(len(r.Took))
	}
	return max(time.Duration(sum), time.Millisecond), true
}

// status describes the record.
func (r *record) status(now time.Time) Status {
	s := Status{
		ID: r.id, State: r.State, Family: r.plan.Family, Flags: r.plan.Flags, Param: r.plan.Param,
		First: r.plan.Labels[0], Last: r.plan.Labels[len(r.plan.Labels)-1],
		Cap: r.plan.Cap, Priority: r.plan.Priority, By: r.plan.By, All: r.plan.All, Downstream: r.plan.Downstream,
		Started: r.Started, Ended: r.Ended,
		Labels: len(r.Labels), Waiting: r.count(waiting), Running: r.count(running),
		Done: r.count(done), Failed: r.count(failed), LeftOut: r.count(leftOut), InDownstream: r.count(downstream),
	}
	if mean, known := r.mean(); known && r.State == Running {
		s.PerHour = float64(r.plan.Cap) * float64(time.Hour) / float64(mean)
		left := mean * time.Duration(s.Waiting)
		for _, launched := range r.Launched {
			left += max(mean-now.Sub(launched), 0)
		}
		s.Left = left / time.Duration(max(min(r.plan.Cap, s.Waiting+s.Running), 1))
	}
	return s
}

const (
	prefix     = "backfill "
	planSuffix = " plan"
	lastName   = prefix + "last"
)

func (r *record) settingName() string { return prefix + strconv.FormatInt(r.id, 10) }

// settings returns what is written when the record has changed; new ones have a plan too.
func (r *record) settings(isNew bool) (map[string]string, error) {
	text, err := json.Marshal(storedProgress{r.progress, encodeLetters(r.Labels)})
	if err != nil {
		return nil, err
	}
	settings := map[string]string{r.settingName(): string(text)}
	if isNew {
		if text, err = json.Marshal(r.plan); err != nil {
			return nil, err
		}
		settings[r.settingName()+planSuffix] = string(text)
		settings[lastName] = strconv.FormatInt(r.id, 10)
	}
	return settings, nil
}

// load returns the records of settings, and the number of the last one. What can't be read is left out, and told by
// an error for each.
func load(settings map[string]string) (records map[int64]*record, last int64, unread []error) {
	records = map[int64]*record{}
	for name, text := range settings {
		id, err := strconv.ParseInt(strings.TrimPrefix(name, prefix), 10, 64)
		if err != nil {
			continue // a plan, which is read with its progress, or the number of the last one
		}
		last = max(last, id)
		r, err := loadRecord(id, text, settings[name+planSuffix])
		if err != nil {
			unread = append(unread, fmt.Errorf("the setting %q: %w", name, err))
			continue
		}
		records[id] = r
	}
	if number, err := strconv.ParseInt(settings[lastName], 10, 64); err == nil {
		last = max(last, number)
	}
	return records, last, unread
}

func loadRecord(id int64, text, plan string) (*record, error) {
	var stored storedProgress
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, err
	}
	r := &record{id, &Definition{}, stored.progress}
	if err := json.Unmarshal([]byte(plan), r.plan); err != nil {
		return nil, fmt.Errorf("its plan: %w", err)
	}
	var err error
	if r.Labels, err = decodeLetters(stored.Letters); err != nil {
		return nil, err
	}
	if err := r.plan.check(); err != nil {
		return nil, err
	}
	if len(r.Labels) != len(r.plan.Labels) {
		return nil, fmt.Errorf("it has %d letters for %d labels", len(r.Labels), len(r.plan.Labels))
	}
	return r, nil
}

// encodeLetters writes how often each letter comes before the next: 12d3r80w.
func encodeLetters(labels []byte) string {
	var text []byte
	for i := 0; i < len(labels); {
		n := 1
		for i+n < len(labels) && labels[i+n] == labels[i] {
			n++
		}
		text = append(strconv.AppendInt(text, int64(n), 10), labels[i])
		i += n
	}
	return string(text)
}

func decodeLetters(text string) (labels []byte, err error) {
	for text != "" {
		end := strings.IndexFunc(text, func(c rune) bool { return c < '0' || c > '9' })
		if end < 1 || letters[text[end]] == "" {
			return nil, fmt.Errorf("bad labels at %q", text)
		}
		n, err := strconv.Atoi(text[:end])
		if err != nil || n < 1 || len(labels)+n > MostLabels {
			return nil, fmt.Errorf("bad labels at %q", text)
		}
		labels = append(labels, bytes.Repeat([]byte{text[end]}, n)...)
		text = text[end+1:]
	}
	return labels, nil
}
