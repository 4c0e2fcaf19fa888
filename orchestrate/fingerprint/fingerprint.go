package fingerprint

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gomr/gomr/orchestrate"
)

const version = 1

// A Fingerprint is what an output is made of.
type Fingerprint struct {
	Version int       `json:"version"`
	Task    string    `json:"task"` // ID
	Family  string    `json:"family"`
	Args    []string  `json:"args"`
	Program Program   `json:"program"`
	Started time.Time `json:"started"` // when the task began
	Inputs  []State   `json:"inputs"`
	Output  *State    `json:"output,omitempty"` // of a record that stands beside a file
}

// A Program is the code that makes an output. What is not known is empty.
type Program struct {
	Path     string `json:"path"` // of its main package
	Version  string `json:"version,omitempty"`
	Revision string `json:"revision,omitempty"` // of its source
	Modified bool   `json:"modified,omitempty"` // the source was not quite that revision
	Build    string `json:"build,omitempty"`    // changes when the executable does
	Gomr     string `json:"gomr,omitempty"`     // version of gomr
	Go       string `json:"go,omitempty"`       // version of Go
}

// A State is what an input or an output is like.
type State struct {
	Path     string    `json:"path"`
	Kind     Kind      `json:"kind"`
	Files    int       `json:"files,omitempty"`
	Bytes    int64     `json:"bytes,omitempty"`
	Modified time.Time `json:"modified,omitzero"` // of the newest file
	Record   string    `json:"record,omitempty"`  // SHA-256 of its own record
}

// A Kind is a kind of inputs and outputs.
type Kind string

// The kinds.
const (
	File    Kind = "file"
	Folder  Kind = "folder"
	Missing Kind = "missing"
	Other   Kind = "other" // no file, so that nothing is known of it
)

// Take returns the fingerprint of what a task would make now. Inputs that can't be looked at
// are of the kind [Other].
func Take(ctx context.Context, task orchestrate.Task, program Program, now time.Time) *Fingerprint {
	family, args := orchestrate.Args(task)
	return &Fingerprint{
		Version: version, Task: orchestrate.ID(task), Family: family, Args: args,
		Program: program, Started: now.UTC().Truncate(time.Millisecond),
		Inputs: Look(ctx, orchestrate.Inputs(task)),
	}
}

// Encode returns the record.
func (f *Fingerprint) Encode() []byte {
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		panic("fingerprint: " + err.Error()) // there is nothing in it that JSON can't have
	}
	return append(text, '\n')
}

func decode(text []byte) *Fingerprint {
	f := &Fingerprint{}
	if json.Unmarshal(text, f) != nil || f.Version != version {
		return nil // of another version, or of somebody else: nothing is known then
	}
	return f
}

// String returns the program as people name it.
func (p Program) String() string {
	switch {
	case p.Revision != "" && p.Modified:
		return "revision " + short(p.Revision) + " with changes, build " + short(p.Build)
	case p.Revision != "":
		return "revision " + short(p.Revision)
	case p.Version != "" && p.Version != "(devel)":
		return p.Version + ", build " + short(p.Build)
	}
	return "build " + short(p.Build)
}

func short(hash string) string { return hash[:min(len(hash), 12)] }

// same tells whether two programs are the same code as far as that can be told.
func (p Program) same(other Program) bool {
	if p.Build == other.Build || p.Build == "" || other.Build == "" {
		return true
	}
	return p.Revision != "" && p.Revision == other.Revision && !p.Modified && !other.Modified
}
