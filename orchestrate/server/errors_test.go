package server_test

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// as returns the error of a type within another one.
func as[E error](t *testing.T, err error) E {
	t.Helper()
	var found E
	require.ErrorAs(t, err, &found)
	return found
}

// isA wants an error of a type within another one.
func isA[E error](t *testing.T, err error) {
	t.Helper()
	require.ErrorAs(t, err, new(E))
}

// TestErrorsCrossTheWire: a client returns the errors that the scheduler does.
func TestErrorsCrossTheWire(t *testing.T) {
	w := start(t, server.Options{})
	ctx := t.Context()
	w.submit(job("a"), job("b", "a"))
	ended := w.work().Fence
	w.end(ended, store.Succeeded)
	running := w.work()
	require.Equal(t, "b", running.Task.ID)
	require.NoError(t, w.client.Mark(ctx, "a", store.Failed, "", ""))

	for name, do := range map[string]func(remote) error{
		"invalid": func(r remote) error {
			_, err := r.Submit(ctx, &scheduler.Submission{Nodes: []scheduler.Node{job("x", "y")}})
			isA[*scheduler.InvalidError](t, err)
			return err
		},
		"cycle": func(r remote) error {
			_, err := r.Submit(ctx, &scheduler.Submission{Nodes: []scheduler.Node{job("a", "b")}})
			require.Equal(t, []string{"a", "b", "a"}, as[*scheduler.CycleError](t, err).IDs)
			return err
		},
		"cycle of a wait": func(r remote) error {
			_, err := r.Await(ctx, running.Fence, []string{"b"})
			isA[*scheduler.CycleError](t, err)
			return err
		},
		"fenced": func(r remote) error {
			_, err := r.Commit(ctx, 99)
			require.Equal(t, scheduler.FencedError{Fence: 99}, *as[*scheduler.FencedError](t, err))
			return err
		},
		"fenced with an outcome": func(r remote) error {
			err := r.End(ctx, &scheduler.End{Fence: ended, Outcome: store.Errored})
			require.Equal(t, scheduler.FencedError{Fence: ended, Outcome: store.Succeeded}, *as[*scheduler.FencedError](t, err))
			return err
		},
		"state": func(r remote) error {
			err := r.Mark(ctx, "b", store.Done, "", "")
			require.Equal(t, store.Running, as[*scheduler.StateError](t, err).State)
			return err
		},
		"unknown task": func(r remote) error {
			err := r.Kill(ctx, "none: such", "")
			require.ErrorIs(t, err, scheduler.ErrUnknownTask)
			return err
		},
		"unknown task of a look": func(r remote) error {
			_, err := r.Explain(ctx, "none")
			require.ErrorIs(t, err, scheduler.ErrUnknownTask)
			return err
		},
		"unknown run": func(r remote) error {
			_, err := r.RunStatus(ctx, 99)
			require.ErrorIs(t, err, scheduler.ErrUnknownRun)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			here, there := do(w.scheduler), do(w.client)
			require.Equal(t, here.Error(), there.Error())
		})
	}

	err := w.client.AppendLog(ctx, running.Fence, 5, []byte("x"))
	require.Equal(t, store.GapError{Fence: running.Fence, Offset: 5}, *as[*store.GapError](t, err))
	isA[*scheduler.FencedError](t, w.client.AppendLog(ctx, 99, 0, []byte("x")))
	_, err = w.client.Submit(ctx, &scheduler.Submission{Nodes: []scheduler.Node{job("\xff")}})
	isA[*scheduler.InvalidError](t, err)
}

// TestServerErrors: what is wrong in the server is told without its inside.
func TestServerErrors(t *testing.T) {
	var log bytes.Buffer
	w := start(t, server.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for _, test := range []struct {
		name string
		err  error
		code api.Code
		says string
	}{
		{"database", &store.DatabaseError{Database: "secret.db", Op: "write", Kind: store.ErrFull, Err: assert.AnError}, api.Unavailable, store.ErrFull.Error()},
		{"database, for an unknown reason", &store.DatabaseError{Database: "secret.db", Op: "write", Err: assert.AnError}, api.Unavailable, "the database failed"},
		{"something else", errors.New("secret.db"), api.Internal, "its log says what"},
	} {
		t.Run(test.name, func(t *testing.T) {
			log.Reset()
			w.store.Fail(storetest.Always(test.err))
			defer w.store.Fail(nil)
			err := w.client.SetLimit(t.Context(), "r", 5, "")
			p := as[*api.Problem](t, err)
			require.Equal(t, test.code, p.Code)
			require.Contains(t, p.Detail, test.says)
			require.NotContains(t, err.Error(), "secret")
			require.Contains(t, log.String(), "secret.db")
		})
	}
	w.scheduler.Close()
	p := as[*api.Problem](t, w.client.SetLimit(t.Context(), "r", 5, ""))
	require.Equal(t, api.Unavailable, p.Code)
}

func TestUnreachable(t *testing.T) {
	w := start(t, server.Options{})
	c, err := client.New(w.http.URL, client.Options{Patience: -1})
	require.NoError(t, err)
	defer c.Close()
	w.http.Close()
	_, err = c.Counts(t.Context())
	require.Equal(t, w.http.URL, as[*client.UnreachableError](t, err).Address)
	require.ErrorContains(t, err, "see that it runs")
	_, err = c.Work(t.Context(), &scheduler.Ask{Worker: me})
	isA[*client.UnreachableError](t, err)
}
