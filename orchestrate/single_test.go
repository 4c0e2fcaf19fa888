package orchestrate_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

// A scribe writes a file, after it has asked for another one.
type scribe struct {
	File  string `param:"file"`
	After string `param:"after,optional"`
	Fail  string `param:"fail,optional"`
}

func (s scribe) Output() orchestrate.Target { return orchestrate.LocalFile("%s", s.File) }

func (s scribe) Run(ctx context.Context) error {
	switch s.Fail {
	case "once":
		return errors.New("no luck")
	case "for good":
		return orchestrate.Permanent(errors.New("no use"))
	case "slowly":
		<-ctx.Done()
		return ctx.Err()
	}
	if s.After != "" {
		if err := orchestrate.Require(ctx, scribe{File: s.After}); err != nil {
			return err
		}
	}
	orchestrate.Report(ctx, orchestrate.Progress{Message: "writing"})
	w, err := orchestrate.LocalFile("%s", s.File).Create(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.Abort() }() // after Close it does nothing
	return w.Close()
}

// A recordingHost is a host that notes what it is asked.
type recordingHost struct {
	asked   []string
	refused error // of Commit
}

func (h *recordingHost) Require(_ context.Context, plan *orchestrate.Plan) error {
	for _, root := range plan.Roots() {
		h.asked = append(h.asked, "require "+filepath.Base(root.Task.(scribe).File))
	}
	return nil
}

func (h *recordingHost) Commit(context.Context) error {
	h.asked = append(h.asked, "commit")
	return h.refused
}

func (h *recordingHost) Report(p orchestrate.Progress) { h.asked = append(h.asked, p.Message) }

func TestAttempt(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	host := &recordingHost{}
	attempt := func(task orchestrate.Task) error {
		host.asked = nil
		_, err := orchestrate.Attempt(t.Context(), orchestrate.Config{}, task, host)
		return err
	}

	require.NoError(t, attempt(scribe{File: file("a"), After: file("b")}))
	require.Equal(t, []string{"require b", "writing", "commit"}, host.asked)
	require.FileExists(t, file("a"))
	require.NoError(t, attempt(scribe{File: file("a")}))
	require.Empty(t, host.asked, "its output is there")

	host.refused = errors.New("the attempt was given up")
	require.ErrorIs(t, attempt(scribe{File: file("c")}), host.refused)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is committed, and nothing left")

	err = attempt(scribe{File: file("d"), Fail: "once"})
	require.EqualError(t, err, "no luck")
	require.False(t, orchestrate.IsPermanent(err))
	require.True(t, orchestrate.IsPermanent(attempt(scribe{File: file("d"), Fail: "for good"})))
	require.ErrorContains(t, attempt(bundle{}), "has no work of its own")

	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = orchestrate.Attempt(ctx, orchestrate.Config{}, scribe{File: file("e"), Fail: "slowly"}, host)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

type bundle struct{ orchestrate.WrapperTask }
