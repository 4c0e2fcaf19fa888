package worker

import (
	"encoding/json"
	"path/filepath"
)

// A Result is what a task tells of its end beyond its exit status, in the file result.json of its
// attempt's folder:
//
//	{"error": "no input for 2014-06-01", "permanent": true, "details": {"records": "17"}}
//
// All fields can be missing. The exit status decides whether the task has succeeded.
type Result struct {
	Error     string            `json:"error,omitempty"`     // what went wrong, where something did
	Permanent bool              `json:"permanent,omitempty"` // trying again is of no use
	Details   map[string]string `json:"details,omitempty"`   // for people, such as counters
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
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	*r = Result{Error: raw.Error, Permanent: raw.Permanent}
	if len(raw.Details) == 0 {
		return nil
	}
	details, err := parseDetails(raw.Details)
	r.Details = details
	return err
}
