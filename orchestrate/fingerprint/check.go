package fingerprint

import (
	"context"
	"fmt"
	"time"

	"github.com/gomr/gomr/orchestrate"
)

// A Reason is one thing that has changed since an output was made.
type Reason struct {
	Kind ReasonKind `json:"kind"`
	Text string     `json:"text"`
	Path string     `json:"path,omitempty"` // of the input
}

// A ReasonKind is a kind of reasons.
type ReasonKind string

// The kinds of reasons.
const (
	NewerInput  ReasonKind = "input"
	OtherCode   ReasonKind = "code"
	OtherParams ReasonKind = "parameters"
)

// An Age is what is known of how up to date an output is.
type Age struct {
	Made    time.Time `json:"made,omitzero"`     // when the output was made
	Known   bool      `json:"known"`             // there is a record of what it was made of
	Reasons []Reason  `json:"reasons,omitempty"` // why it may be out of date; none is none that is known
}

// Has tells whether there is a reason of a kind.
func (a *Age) Has(kind ReasonKind) bool {
	for _, r := range a.Reasons {
		if r.Kind == kind {
			return true
		}
	}
	return false
}

// Check compares the output of a task with what the task would make now. Where there is no record, or not
// of all its inputs, the times of files decide, as for make.
func Check(ctx context.Context, task orchestrate.Task, outputs []orchestrate.Target, program Program) Age {
	var age Age
	now := Take(ctx, task, program, time.Time{})
	said := map[Reason]bool{}
	for _, target := range outputs {
		state, then := look(ctx, target)
		if state.Kind != File && state.Kind != Folder {
			continue
		}
		if age.Made.IsZero() || state.Modified.Before(age.Made) {
			age.Made = state.Modified
		}
		age.Known = age.Known || then != nil
		for _, reason := range compare(then, now, state.Modified) {
			if !said[reason] {
				said[reason] = true
				age.Reasons = append(age.Reasons, reason)
			}
		}
	}
	return age
}

// compare tells what has changed since then, which may be nil.
func compare(then, now *Fingerprint, made time.Time) (reasons []Reason) {
	before := map[string]*State{}
	if then != nil {
		if then.Task != now.Task {
			reasons = append(reasons, Reason{OtherParams, fmt.Sprintf("other parameters: it was made by %s, and this is %s", then.Task, now.Task), ""})
		}
		for i := range then.Inputs {
			before[then.Inputs[i].Path] = &then.Inputs[i]
		}
	}
	seen := map[string]bool{}
	for i := range now.Inputs {
		input := &now.Inputs[i]
		if seen[input.Path] {
			continue
		}
		seen[input.Path] = true
		if text := input.changed(before[input.Path], then != nil, made); text != "" {
			reasons = append(reasons, Reason{NewerInput, text, input.Path})
		}
	}
	if then != nil {
		for i := range then.Inputs {
			if path := then.Inputs[i].Path; !seen[path] {
				seen[path] = true
				reasons = append(reasons, Reason{NewerInput, path + " was an input when the output was made, and is none now", path})
			}
		}
		if !then.Program.same(now.Program) {
			reasons = append(reasons, Reason{OtherCode, fmt.Sprintf("code changed: it was made by %s, and this is %s", then.Program, now.Program), ""})
		}
	}
	return reasons
}

// changed tells in what an input differs from what it was, or is newer than the output.
func (s *State) changed(then *State, recorded bool, made time.Time) string {
	switch {
	case s.Kind == Other:
		return ""
	case s.Kind == Missing && then != nil && then.Kind != Missing:
		return fmt.Sprintf("input gone: %s is missing now", s.Path)
	case s.Kind == Missing:
		return ""
	case recorded && then == nil:
		return fmt.Sprintf("new input: %s was none when the output was made at %s", s.Path, stamp(made))
	case then == nil && s.Modified.After(made), then != nil && then.Kind == Other && s.Modified.After(made):
		return fmt.Sprintf("newer input: %s changed at %s, output made at %s", s.Path, stamp(s.Modified), stamp(made))
	case then == nil, then.Kind == Other, s.sameFiles(then):
		return ""
	case s.Record != "" && s.Record == then.Record && s.Bytes == then.Bytes && s.Files == then.Files:
		return "" // it was copied or moved, and is the same
	}
	sizes := ""
	if s.Bytes != then.Bytes || s.Files != then.Files {
		sizes = fmt.Sprintf(" from %s to %s", then.size(), s.size())
	}
	return fmt.Sprintf("newer input: %s changed at %s%s, output made at %s", s.Path, stamp(s.Modified), sizes, stamp(made))
}

func (s *State) size() string {
	switch s.Kind {
	case Missing:
		return "nothing"
	case File:
		return count(s.Bytes, "byte")
	}
	return count(s.Bytes, "byte") + " in " + count(int64(s.Files), "file")
}

func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }
