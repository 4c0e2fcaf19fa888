package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDocsAreThoseOfTasks(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "tasks.go"), `package tasks

// Count counts, see [strings.Fields]:
//   - words
//   - lines
type Count struct{}

func (Count) Output() orchestrate.Target { return nil }

// Pointer has methods on a pointer.
type Pointer struct{}

type (
	// Group only groups.
	Group struct{ orchestrate.WrapperTask }
	Bare  struct{ orchestrate.WrapperTask }
)

// Helper is no task.
type Helper struct{}
`)
	write(t, filepath.Join(dir, "output.go"), "package tasks\n\nfunc (p *Pointer) Output() orchestrate.Target { return nil }\n")
	pkg := goPackage{Dir: dir, ImportPath: "example.com/tasks", Name: "tasks", GoFiles: []string{"tasks.go", "output.go"}}
	docs := make(map[string]string)
	require.NoError(t, pkg.addDocs(docs))
	require.Equal(t, map[string]string{
		"example.com/tasks.Count":   "Count counts, see strings.Fields:\n  - words\n  - lines",
		"example.com/tasks.Pointer": "Pointer has methods on a pointer.",
		"example.com/tasks.Group":   "Group only groups.",
	}, docs)
}
