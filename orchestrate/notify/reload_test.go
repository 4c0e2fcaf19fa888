package notify

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// reload has the engine read a configuration, in which the channels of these names have boxes.
func (w *world) reload(config Config, names ...string) error {
	w.t.Helper()
	for _, name := range names {
		if w.boxes[name] == nil {
			w.boxes[name] = &inbox{}
		}
		config.Channels = append(config.Channels, Channel{Name: name, Slack: &Slack{URL: NewSecret("https://chat.example.com/hooks/x")}})
	}
	w.reread = func() (*Config, error) { return &config, nil }
	return w.engine.Reload(w.t.Context(), "ann")
}

// TestReload: what is collected is told to the channels of now, and what was told stays so.
func TestReload(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.fails("A", 1)
		w.pass(time.Minute)
		require.Len(t, w.ops().take(), 1)
		w.fails("B", 1)
		require.NoError(t, w.reload(Config{Remind: 4 * time.Hour}, "chat", "ops"))
		w.pass(time.Minute)
		for _, name := range []string{"chat", "ops"} {
			require.Equal(t, []string{"B(n=1) failed: no luck with x"}, w.boxes[name].take())
		}
		w.forgive("A(n=1)")
		w.succeed("A(n=1)")
		w.pass(time.Minute)
		require.Equal(t, []string{"A(n=1) is done, after 2m"}, w.ops().take())
		require.Empty(t, w.boxes["chat"].take(), "it has not heard of the beginning")
		w.pass(4 * time.Hour)
		require.Equal(t, []string{"still: B(n=1) failed: no luck with x"}, w.ops().take())
		require.Equal(t, []string{"with the channels chat, ops"}, w.history(ReloadEvent))
	})
}

// TestReload_Mistake: what was before stays in force, and who looks sees why.
func TestReload_Mistake(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		before, err := w.engine.Report(t.Context())
		require.NoError(t, err)
		w.pass(time.Minute)
		wrong := &ConfigError{File: "notify.toml", Line: 3, Reason: "there is no key sever in a [[channel]]"}
		w.reread = func() (*Config, error) { return nil, wrong }
		err = w.engine.Reload(t.Context(), "ann")
		require.ErrorAs(t, err, new(*scheduler.InvalidError))
		require.EqualError(t, err, "notify.toml:3: there is no key sever in a [[channel]]; what was before stays in force")
		report, err := w.engine.Report(t.Context())
		require.NoError(t, err)
		require.Equal(t, wrong.Error(), report.Rejected)
		require.Equal(t, time.Minute, report.RejectedAt.Sub(before.Loaded))
		require.Equal(t, before.Loaded, report.Loaded)
		w.fails("A", 1)
		w.pass(time.Minute)
		require.Len(t, w.ops().take(), 1)

		require.NoError(t, w.reload(Config{}, "ops"))
		report, err = w.engine.Report(t.Context())
		require.NoError(t, err)
		require.Empty(t, report.Rejected)
		require.Zero(t, report.RejectedAt)
		require.Equal(t, 2*time.Minute, report.Loaded.Sub(before.Loaded))
	})
}

// TestReload_Mends: what a channel did not take is tried at once, since somebody may have mended just that.
func TestReload_Mends(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.ops().set(func(*Message) error { return errors.New("535 wrong password") })
		w.fails("A", 1)
		w.pass(time.Hour)
		w.ops().set(nil)
		require.NoError(t, w.reload(Config{}, "ops"))
		w.pass(0)
		require.Equal(t, []string{"A(n=1) failed: no luck with x"}, w.ops().take())
	})
}

// TestReload_WhileSending: what is being sent is not sent by the new channel too, and its end counts.
func TestReload_WhileSending(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		answer := make(chan struct{}, 9)
		w.ops().hang = func(ctx context.Context, _ *Message) bool {
			select {
			case <-answer:
			case <-ctx.Done():
			}
			return false
		}
		w.fails("A", 1)
		w.pass(time.Minute)
		for range 2 {
			require.NoError(t, w.reload(Config{}, "ops"))
			w.pass(10 * time.Second)
		}
		answer <- struct{}{}
		answer <- struct{}{} // there is no second one
		w.pass(time.Hour)
		require.Equal(t, []string{"A(n=1) failed: no luck with x"}, w.ops().take())
		report, err := w.engine.Report(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, report.Channels[0].Delivered)
	})
}

// TestReload_ChannelIsNoMore: what it is being sent it may take, and what else waits for it is given up, as the history tells.
func TestReload_ChannelIsNoMore(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		answer := make(chan error, 1)
		defer close(answer)
		w.ops().set(func(*Message) error { return <-answer })
		w.fails("A", 1)
		w.fails("B", 1)
		w.pass(time.Minute) // A's is being sent
		require.NoError(t, w.reload(Config{}, "chat"))
		w.pass(time.Second)
		require.Equal(t, []string{"ops: B(n=1) failed: no luck with x: there is no such channel any more"}, w.history(givenUpEvent))
		answer <- nil
		w.pass(time.Hour)
		require.Equal(t, []string{"A(n=1) failed: no luck with x"}, w.ops().take())
		require.Len(t, w.history(givenUpEvent), 1)

		require.NoError(t, w.reload(Config{}, "ops"))
		w.fails("C", 1)
		w.pass(time.Minute)
		require.NoError(t, w.reload(Config{}, "chat"))
		answer <- errors.New("451 try again")
		w.pass(time.Hour)
		require.Len(t, w.history(givenUpEvent), 2)
		require.Empty(t, w.ops().take())
	})
}

// TestReload_DatabaseFails: what could not be written is not in force either.
func TestReload_DatabaseFails(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.store.fail(true)
		require.Error(t, w.reload(Config{}, "chat"))
		w.store.fail(false)
		w.pass(time.Minute)
		report, err := w.engine.Report(t.Context())
		require.NoError(t, err)
		require.Equal(t, "ops", report.Channels[0].Name)
		require.Empty(t, w.history(ReloadEvent))
		require.NoError(t, w.reload(Config{}, "chat"))
		require.Len(t, w.history(ReloadEvent), 1)
	})
}
