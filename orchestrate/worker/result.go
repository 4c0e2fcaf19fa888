package worker

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// A Result is what a task tells of its end beyond its exit status, in the file result.json of its
// attempt's folder:
//
//	{"error": "no input for 2014-06-01", "permanent": true, "details": {"records": "17"}}
//
// All fields can be missing. The exit status decides whether the task has succeeded. The process of several
// tasks tells of each, by the fence of its attempt, that is done or has failed by its own fault:
//
//	{"error": "…", "members": {"18": {"done": true}, "19": {"error": "no input for 2014-06-02"}}}
//
// Those that it leaves out ended as the process did.
type Result struct {
	Error     string            `json:"error,omitempty"`     // what went wrong, where something did
	Permanent bool              `json:"permanent,omitempty"` // trying again is of no use
	Details   map[string]string `json:"details,omitempty"`   // for people, such as counters

	Members map[int64]MemberResult `json:"members,omitempty"` // by fence
}

// A MemberResult is what became of one of several tasks.
type MemberResult struct {
	Done      bool   `json:"done,omitempty"`
	Error     string `json:"error,omitempty"`     // where it is not done
	Permanent bool   `json:"permanent,omitempty"` // trying again is of no use
}

// ReadAssignment returns what a process is to do, in whose attempt's folder it runs, see [DirVariable].
func ReadAssignment(dir string) (*scheduler.Assignment, error) {
	var r record
	if err := readJSON(filepath.Join(dir, assignmentFile), &r); err != nil {
		return nil, err
	}
	if r.Assignment == nil {
		return nil, fmt.Errorf("%s says nothing of what to do", filepath.Join(dir, assignmentFile))
	}
	return r.Assignment, nil
}

// WriteResult writes the result of a task into the folder of its attempt, which [DirVariable] names. A
// later result replaces it. It is for one goroutine at a time.
func WriteResult(dir string, r Result) error {
	return writeJSON(filepath.Join(dir, resultFile), r)
}

// parseDetails reads an object whose values are texts, or other JSON that is taken as it stands.
func parseDetails(line []byte) (map[string]string, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(line, &object); err != nil {
		return nil, err
	}
	details := make(map[string]string, len(object))
	for name, value := range object {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		details[name] = text
	}
	return details, nil
}

// UnmarshalJSON takes details that are no texts as they stand.
func (r *Result) UnmarshalJSON(text []byte) error {
	var raw struct {
		Error     string          `json:"error"`
		Permanent bool            `json:"permanent"`
		Details   json.RawMessage `json:"details"`

		Members map[int64]MemberResult `json:"members"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	*r = Result{Error: raw.Error, Permanent: raw.Permanent, Members: raw.Members}
	if len(raw.Details) == 0 {
		return nil
	}
	details, err := parseDetails(raw.Details)
	r.Details = details
	return err
}
