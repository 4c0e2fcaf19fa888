package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// fails submits a task of a family and lets it fail.
func (w *world) fails(family string, n int) {
	w.t.Helper()
	id := fmt.Sprintf("%s(n=%d)", family, n)
	w.submit("ann", job(id, family))
	w.fail(id, "no luck with "+strings.Repeat("x", n))
}

// TestWhoIsTold: channels get what they ask for, and recoveries unless they want quiet.
func TestWhoIsTold(t *testing.T) {
	config := Config{Channels: []Channel{
		{Name: "all"},
		{Name: "words", Families: []string{"Word*", "Top"}},
		{Name: "errors", Severity: Error, Quiet: true},
		{Name: "disabled", Kinds: []string{scheduler.TaskDisabled}},
	}}
	inWorld(t, config, func(t *testing.T, w *world) {
		w.fails("WordCount", 1)
		w.pass(time.Minute)
		require.NoError(t, w.scheduler.Record(t.Context(), "backfill ended", "", "ann", "june"))
		w.pass(time.Minute)
		w.forgive("WordCount(n=1)")
		w.succeed("WordCount(n=1)")
		w.pass(time.Minute)
		failed, ended, done := "WordCount(n=1) failed: no luck with x", "backfill ended: june", "WordCount(n=1) is done, after 2m"
		require.Equal(t, []string{failed, ended, done}, w.boxes["all"].take())
		require.Equal(t, []string{failed, done}, w.boxes["words"].take())
		require.Equal(t, []string{failed}, w.boxes["errors"].take())
		require.Empty(t, w.boxes["disabled"].take())
	})
}

// TestSlowChannelHoldsUpNoOther: nor the scheduler; and what it does not take in time comes again.
func TestSlowChannelHoldsUpNoOther(t *testing.T) {
	inWorld(t, Config{Channels: []Channel{{Name: "slow"}, {Name: "fast"}}}, func(t *testing.T, w *world) {
		var hangs atomic.Bool
		hangs.Store(true)
		w.boxes["slow"].hang = func(context.Context, *Message) bool { return hangs.Load() }
		w.fails("A", 1)
		w.pass(time.Minute)
		w.fails("B", 1)
		w.pass(time.Minute)
		require.Len(t, w.boxes["fast"].take(), 2)
		require.Empty(t, w.boxes["slow"].take())
		hangs.Store(false)
		w.pass(10 * time.Minute)
		require.Len(t, w.boxes["slow"].take(), 2)
	})
}

// TestBackOff: a message that is not taken is tried again, less and less often, and given up after the time for that.
func TestBackOff(t *testing.T) {
	inWorld(t, Config{Channels: []Channel{{Name: "ops", GiveUpAfter: 3 * time.Hour}}}, func(t *testing.T, w *world) {
		var tries atomic.Int64
		w.ops().set(func(m *Message) error {
			tries.Add(1)
			return errors.New("451 try again, password=hunter2")
		})
		w.fails("A", 1)
		w.pass(time.Hour)
		require.Greater(t, tries.Load(), int64(6))
		require.Less(t, tries.Load(), int64(25))
		w.pass(3 * time.Hour)
		n := tries.Load()
		require.Equal(t, []string{"ops: A(n=1) failed: no luck with x: 451 try again, password=[secret]"}, w.history(givenUpEvent))
		report, err := w.engine.Report(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, report.Channels[0].GivenUp)
		require.Equal(t, "451 try again, password=[secret]", report.Channels[0].LastError)

		w.ops().set(nil)
		w.forgive("A(n=1)")
		w.succeed("A(n=1)")
		w.pass(24 * time.Hour)
		require.Equal(t, n, tries.Load())
		require.Empty(t, w.ops().take(), "nobody was told, so nobody is told of the end")
	})
}

// TestRefusedForGood: such a message is given up at once, and the next one has its chance.
func TestRefusedForGood(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.ops().set(func(m *Message) error {
			if strings.Contains(m.Subject, "A(") {
				return &DeliveryError{Permanent: true, Err: errors.New("552 too large")}
			}
			return nil
		})
		w.fails("A", 1)
		w.fails("B", 1)
		w.pass(time.Minute)
		require.Equal(t, []string{"B(n=1) failed: no luck with x"}, w.ops().take())
		require.Len(t, w.history(givenUpEvent), 1)
	})
}

// TestRetryAfter: who wants to be left alone is left alone for so long.
func TestRetryAfter(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.ops().set(func(m *Message) error {
			return &DeliveryError{RetryAfter: 40 * time.Minute, Err: errors.New("429 Too Many Requests")}
		})
		w.fails("A", 1)
		w.pass(time.Minute)
		w.ops().set(nil)
		w.fails("B", 1)
		w.pass(39 * time.Minute)
		require.Empty(t, w.ops().take())
		w.pass(2 * time.Minute)
		require.Len(t, w.ops().take(), 2)
	})
}

// TestBeginningComesBeforeTheEnd: a recovery waits for the message that it is about.
func TestBeginningComesBeforeTheEnd(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		refused := 0
		w.ops().set(func(m *Message) error {
			if m.Status == StatusOpen && refused < 4 {
				refused++
				return errors.New("451 try again")
			}
			return nil
		})
		w.fails("A", 1)
		w.pass(time.Minute)
		w.forgive("A(n=1)")
		w.succeed("A(n=1)")
		w.pass(time.Hour)
		require.Equal(t, []string{"A(n=1) failed: no luck with x", "A(n=1) is done, after 1m"}, w.ops().take())
	})
}

// TestStorm: a channel gets so many messages in an hour, and then one that has the others.
func TestStorm(t *testing.T) {
	inWorld(t, Config{Channels: []Channel{{Name: "ops", MostPerHour: 3}}}, func(t *testing.T, w *world) {
		for n := 1; n <= 9; n++ {
			w.fails(fmt.Sprintf("F%d", n), 1)
			w.pass(time.Second)
		}
		w.pass(30 * time.Minute)
		require.Len(t, w.ops().take(), 3)
		w.pass(31 * time.Minute)
		got := w.ops().messages()
		require.Len(t, got, 1)
		require.Equal(t, "6 more messages, which came too fast", got[0].Subject)
		require.Equal(t, []any{StatusDigest, Error, 6}, []any{got[0].Status, got[0].Severity, got[0].Count})
		require.Contains(t, got[0].Lines[0], "F4(n=1) failed: no luck with x")
		w.pass(24 * time.Hour)
		require.Empty(t, w.ops().take())
	})
}

// TestSilence: what is silenced is told when that ends, if it is still so.
func TestSilence(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		_, err := w.engine.Silence(t.Context(), "Word[", time.Hour, "ann", "")
		require.ErrorContains(t, err, "no pattern")
		_, err = w.engine.Silence(t.Context(), "Word*", 2*time.Hour, "ann", "the cluster moves")
		require.NoError(t, err)
		w.fails("WordCount", 1)
		w.fails("WordCount", 2)
		w.fails("Top", 1)
		w.pass(time.Hour)
		require.Equal(t, []string{"Top(n=1) failed: no luck with x"}, w.ops().take())
		w.engine.Close()
		w.open() // it outlives the engine
		w.forgive("WordCount(n=1)")
		w.succeed("WordCount(n=1)")
		w.pass(time.Hour)
		require.Equal(t, []string{"WordCount(n=2) failed: no luck with xx"}, w.ops().take())

		_, err = w.engine.Silence(t.Context(), "*", time.Hour, "ann", "")
		require.NoError(t, err)
		w.fails("Top", 2)
		w.pass(10 * time.Minute)
		report, err := w.engine.Report(t.Context())
		require.NoError(t, err)
		require.Equal(t, "*", report.Silences[0].Families)
		require.Empty(t, w.ops().take())
		require.ErrorContains(t, w.engine.Unsilence(t.Context(), "Top", "bob", ""), `there is no silence of "Top"`)
		require.NoError(t, w.engine.Unsilence(t.Context(), "*", "bob", "all is well"))
		w.pass(time.Second)
		require.Equal(t, []string{"Top(n=2) failed: no luck with xx"}, w.ops().take())
		require.Equal(t, []string{"*: all is well"}, w.history(UnsilenceEvent))
		require.Len(t, w.history(SilenceEvent), 2)
	})
}

// TestRemind: what is still open is told again.
func TestRemind(t *testing.T) {
	inWorld(t, Config{Remind: 4 * time.Hour}, func(t *testing.T, w *world) {
		w.fails("A", 1)
		w.pass(9 * time.Hour)
		first := w.ops().messages()
		require.Len(t, first, 3)
		require.Equal(t, "still: A(n=1) failed: no luck with x", first[2].Subject)
		require.Equal(t, first[0].ID, first[2].Incident)
		require.NotEqual(t, first[1].ID, first[2].ID)
		w.forgive("A(n=1)")
		w.pass(5 * time.Hour)
		require.Empty(t, w.ops().take(), "somebody is at it")
		w.succeed("A(n=1)")
		w.pass(time.Minute)
		require.Len(t, w.ops().take(), 1)
	})
}

// TestKilledWhileSending: a message that was on its way comes again, under the same ID.
func TestKilledWhileSending(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		var hangs atomic.Bool
		hangs.Store(true)
		ids := make(chan string, 9)
		w.ops().hang = func(_ context.Context, m *Message) bool {
			ids <- m.ID
			return hangs.Load()
		}
		w.fails("A", 1)
		w.pass(time.Minute)
		w.engine.Close()
		hangs.Store(false)
		w.open()
		w.pass(time.Second)
		require.Len(t, w.ops().take(), 1)
		first := <-ids
		require.Equal(t, first, <-ids)
		require.Empty(t, ids)
		w.engine.Close()
		w.open()
		w.pass(24 * time.Hour)
		require.Empty(t, w.ops().take())
	})
}

// TestLongLog: of a log only the end is read, wherever that is.
func TestLongLog(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		for n, size := range []int{0, 1, logTail - 1, logTail, logTail + 1, 3*logTail + 5, 4 * logTail, 17*logTail + 9} {
			w.submit("ann", job(fmt.Sprintf("A(n=%d)", n), "A"))
			a := w.work(fmt.Sprintf("A(n=%d)", n))
			text := strings.Repeat("0123456789abcde\n", size/16)
			text += strings.Repeat("x", size-len(text))
			require.NoError(t, w.store.AppendLog(t.Context(), a.Fence, 0, []byte(text)))
			lines, err := w.engine.lastLines(t.Context(), a.Fence)
			require.NoError(t, err)
			want := strings.Split(strings.TrimRight(text, "\n"), "\n")
			want = want[max(0, len(want)-mostLogLines):]
			if size == 0 {
				want = nil
			}
			require.Equal(t, want, lines, size)
			require.NoError(t, w.scheduler.End(t.Context(), &scheduler.End{Fence: a.Fence, Outcome: store.Succeeded}))
		}
	})
}

// TestTestMessage: a test goes out whatever waits, and tells what was said.
func TestTestMessage(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		result, err := w.engine.Test(t.Context(), "ops", "", "ann")
		require.NoError(t, err)
		require.Equal(t, TestResult{Said: []string{"< taken"}}, result)
		require.Equal(t, []string{"a test of the channel ops, asked for by ann"}, w.ops().take())
		_, err = w.engine.Test(t.Context(), "opps", "", "ann")
		require.ErrorContains(t, err, `there is no channel "opps"; there are ["ops"]`)
		w.ops().set(func(*Message) error { return errors.New("no luck") })
		result, err = w.engine.Test(t.Context(), "ops", "", "ann")
		require.NoError(t, err)
		require.ErrorContains(t, result.Err, "no luck")
		require.Equal(t, []string{"< no luck"}, result.Said)
	})
}
