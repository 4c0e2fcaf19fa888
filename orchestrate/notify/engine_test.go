package notify

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestOneCauseIsOneMessage: what waits for a task that has failed is counted, not told; and its end is told.
func TestOneCauseIsOneMessage(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		nodes := []scheduler.Node{job("WordCount(date=2014-06-01)", "WordCount")}
		for i := range 199 {
			nodes = append(nodes, job(fmt.Sprintf("Top(n=%d)", i), "Top", "WordCount(date=2014-06-01)"))
		}
		nodes = append(nodes, job("Report(month=2014-06)", "Report", "Top(n=7)"))
		w.submit("ann", nodes...)
		a := w.work("WordCount(date=2014-06-01)")
		require.NoError(t, w.store.AppendLog(t.Context(), a.Fence, 0, []byte("reading\ntoken=abc\nno room\n")))
		w.pass(4 * time.Minute) // it is lost, and tried again: that is not told
		w.pass(time.Hour)
		require.Empty(t, w.ops().take())

		a = w.work("WordCount(date=2014-06-01)")
		require.NoError(t, w.store.AppendLog(t.Context(), a.Fence, 0, []byte("reading\nAuthorization: Bearer abcdefgh\nno room\n")))
		require.NoError(t, w.scheduler.End(t.Context(), &scheduler.End{
			Fence: a.Fence, Outcome: store.Errored, Exit: 3, Error: "disk quota exceeded\n42 of 41 GB",
			Details: map[string]string{"tracking url": "http://rm:8088/proxy/application_1_2", "map: records": "7"},
		}))
		w.pass(50 * time.Second)
		require.Empty(t, w.ops().take(), "it may be mended, or get company")
		w.pass(10 * time.Second)
		got := w.ops().messages()
		require.Len(t, got, 1)
		m := got[0]
		require.Equal(t, "WordCount(date=2014-06-01) failed: disk quota exceeded (200 tasks wait)", m.Subject)
		require.Equal(t, StatusOpen, m.Status)
		require.Equal(t, m.ID, m.Incident)
		require.Equal(t, []Run{{Key: 1, By: "ann", Roots: []string{"Report(month=2014-06)"}}}, m.Runs)
		require.Equal(t, []string{"reading", "Authorization: Bearer [secret]", "no room"}, m.Log)
		require.Equal(t, []string{"gomr forgive 'WordCount(date=2014-06-01)' --server http://sched:8082"}, m.Commands)
		require.Equal(t, &Attempt{
			Fence: a.Fence, Number: 1, Outcome: store.Errored, Exit: 3, Worker: "etl1-3LELGMID", Host: "etl1", Took: "0s",
			Details: map[string]string{"tracking url": "http://rm:8088/proxy/application_1_2"},
		}, m.Attempt)

		w.pass(2 * time.Hour)
		w.forgive("WordCount(date=2014-06-01)")
		w.pass(time.Minute)
		require.Empty(t, w.ops().take())
		w.succeed("WordCount(date=2014-06-01)")
		w.pass(time.Second)
		recovered := w.ops().messages()
		require.Len(t, recovered, 1)
		require.Equal(t, "WordCount(date=2014-06-01) is done, after 2h2m", recovered[0].Subject)
		require.Equal(t, []any{StatusRecovered, m.Incident}, []any{recovered[0].Status, recovered[0].Incident})
		w.pass(24 * time.Hour)
		require.Empty(t, w.ops().take())
	})
}

// TestFailuresOfOneCauseAreOneMessage: numbers in an error make no other cause, another error and family do.
func TestFailuresOfOneCauseAreOneMessage(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.wordCounts(12, func(day int) string { return fmt.Sprintf("open /data/2014-06-%02d.txt: no such file", day) })
		w.submit("ann", job("Top(n=1)", "Top"))
		w.fail("Top(n=1)", "open /data/2014-06-01.txt: no such file")
		w.pass(time.Minute)
		require.ElementsMatch(t, []string{
			"12 of WordCount failed: open /data/2014-06-01.txt: no such file",
			"Top(n=1) failed: open /data/2014-06-01.txt: no such file",
		}, w.ops().take())

		for day := 13; day <= 15; day++ { // more of it: not each minute
			id := fmt.Sprintf("WordCount(date=2014-06-%02d)", day)
			w.submit("ann", job(id, "WordCount"))
			w.fail(id, "open /data/2015-01-01.txt: no such file")
			w.pass(time.Minute)
		}
		require.Empty(t, w.ops().take())
		w.pass(2 * time.Minute)
		require.Equal(t, []string{"3 of WordCount failed: open /data/2015-01-01.txt: no such file"}, w.ops().take())
	})
}

// TestMendedInTime: what is mended before it is told is not told, and neither is its end.
func TestMendedInTime(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.wordCounts(1, quota)
		w.pass(30 * time.Second)
		w.forgive("WordCount(date=2014-06-01)")
		w.pass(time.Hour)
		w.succeed("WordCount(date=2014-06-01)")
		w.pass(time.Hour)
		require.Empty(t, w.ops().take())
	})
}

// TestFailedAgain: a task that fails after somebody let it is news, with one recovery in the end.
func TestFailedAgain(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.wordCounts(2, quota)
		w.pass(time.Minute)
		require.Equal(t, []string{"2 of WordCount failed: disk quota exceeded"}, w.ops().take())
		w.forgive("WordCount(date=2014-06-01)")
		w.fail("WordCount(date=2014-06-01)", "no luck")
		w.pass(time.Minute)
		require.Equal(t, []string{"WordCount(date=2014-06-01) failed: no luck"}, w.ops().take())
		w.forgive("WordCount(date=2014-06-02)")
		w.succeed("WordCount(date=2014-06-02)")
		w.pass(time.Minute)
		require.Equal(t, []string{"WordCount(date=2014-06-02) is done, after 2m"}, w.ops().take())
		require.NoError(t, w.scheduler.Mark(t.Context(), "WordCount(date=2014-06-01)", store.Done, "ann", "by hand"))
		w.pass(time.Minute)
		require.Equal(t, []string{"WordCount(date=2014-06-01) is done, after 2m"}, w.ops().take())
	})
}

// TestDisabledIsToldOnce: a task that rests, and fails again by itself, is told again only when somebody had let it.
func TestDisabledIsToldOnce(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		n := job("Load()", "Load")
		n.Retry = store.Retry{Attempts: 9, Failures: 2, Rest: 10 * time.Minute}
		w.submit("ann", n)
		twice := func() {
			w.fail("Load()", "no luck")
			w.fail("Load()", "no luck")
			w.pass(time.Minute)
		}
		twice()
		require.Equal(t, []string{"Load() failed too often and rests: no luck"}, w.ops().take())
		for range 3 {
			twice()
			require.Empty(t, w.ops().take())
		}
		w.forgive("Load()")
		twice()
		require.Equal(t, []string{"Load() failed too often and rests: no luck"}, w.ops().take())
		w.succeed("Load()")
		w.pass(time.Minute)
		require.Len(t, w.ops().take(), 1)
	})
}

// TestMissingInput: what a run waits for, and others would make, is one message, and says how to look again.
func TestMissingInput(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		nodes := func(complete bool) (nodes []scheduler.Node) {
			for day := 1; day <= 3; day++ {
				n := job(fmt.Sprintf("InputText(date=2014-06-%02d)", day), "InputText")
				n.External, n.Complete = true, complete || day == 1
				nodes = append(nodes, n)
			}
			return append(nodes, job("WordCount(date-interval=2014-06)", "WordCount", "InputText(date=2014-06-01)", "InputText(date=2014-06-02)", "InputText(date=2014-06-03)"))
		}
		w.submit("ann", nodes(false)...)
		w.submit("bob", nodes(false)...)
		w.pass(time.Minute)
		got := w.ops().messages()
		require.Len(t, got, 1)
		require.Equal(t, "2 of InputText are missing (1 task waits)", got[0].Subject)
		require.Equal(t, []string{"gomr run 'WordCount(date-interval=2014-06)' --server http://sched:8082"}, got[0].Commands)
		require.Equal(t, []string{"bob", "ann"}, []string{got[0].Runs[0].By, got[0].Runs[1].By})

		w.pass(time.Hour)
		w.submit("ann", nodes(false)...)
		w.pass(time.Hour)
		require.Empty(t, w.ops().take(), "it is told already")
		w.submit("ann", nodes(true)...)
		w.pass(time.Minute)
		require.Equal(t, []string{"2 of InputText are done, after 2h1m"}, w.ops().take())
	})
}

// TestEventsOfOthers: each kind that is told, and none that isn't.
func TestEventsOfOthers(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.submit("ann", job("Report(month=2014-06)", "Report"))
		record := func(kind, task, message string) {
			require.NoError(t, w.scheduler.Record(t.Context(), kind, task, "ann", message))
		}
		for _, c := range []struct{ kind, task, message, want string }{
			{"deadline warned", "Report(month=2014-06)", "due 06:00, expected 06:40", "Report(month=2014-06) may miss its deadline: due 06:00, expected 06:40"},
			{"deadline missed", "Report(month=2014-06)", "due 06:00", "Report(month=2014-06) has missed its deadline: due 06:00"},
			{"data timed out", "", "/data/2014-06-01", "waited too long for data: /data/2014-06-01"},
			{"schedule skipped", "", "nightly", "schedule skipped: nightly"},
			{"backfill ended", "", "june: 30 done", "backfill ended: june: 30 done"},
			{"audit", "", "ann paused", ""},
			{"nobody knows this", "", "x", ""},
		} {
			record(c.kind, c.task, c.message)
			w.pass(time.Minute)
			var want []string
			if c.want != "" {
				want = []string{c.want}
			}
			assert.Equal(t, want, w.ops().take(), c.kind)
		}
		record("deadline missed", "Report(month=2014-06)", "due 06:00, again")
		for range 30 {
			record("schedule skipped", "", "hourly")
		}
		w.pass(time.Minute)
		got := w.ops().messages()
		require.Len(t, got, 1)
		require.Equal(t, "30 schedules were skipped: hourly", got[0].Subject)
		require.Len(t, got[0].Lines, 21)

		w.succeed("Report(month=2014-06)")
		w.pass(time.Minute)
		require.Len(t, w.ops().take(), 2, "neither the warning nor the deadline is one any more")
	})
}

// TestFailedBecauseOfAnother: a task that had asked for another while it ran, and failed with it, is counted as one that
// waits. When the other is done, the way to try it again is told; and it is told by itself where the other is done in time.
func TestFailedBecauseOfAnother(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.submit("ann", job("Input(n=1)", "Input"))
		w.fail("Input(n=1)", "no room")
		w.submit("ann", job("Asks(n=1)", "Asks"), job("Top()", "Top", "Asks(n=1)"))
		w.fail("Asks(n=1)", "requires Input(n=1), which failed: no room")
		w.pass(time.Minute)
		require.Equal(t, []string{"Input(n=1) failed: no room (2 tasks wait)"}, w.ops().take())
		w.forgive("Input(n=1)")
		w.succeed("Input(n=1)")
		w.pass(time.Minute)
		got := w.ops().messages()
		require.Len(t, got, 1)
		require.Equal(t, "Input(n=1) is done, after 1m", got[0].Subject)
		require.Equal(t, []string{"gomr forgive 'Asks(n=1)' --server http://sched:8082"}, got[0].Commands)

		w.submit("ann", job("Input(n=2)", "Input"))
		w.fail("Input(n=2)", "no room")
		w.submit("ann", job("Asks(n=2)", "Asks"))
		w.fail("Asks(n=2)", "requires Input(n=2), which failed: no room")
		w.pass(time.Second)
		w.forgive("Input(n=2)")
		w.succeed("Input(n=2)")
		w.pass(time.Minute)
		require.Equal(t, []string{"Asks(n=2) failed: requires Input(n=2), which failed: no room"}, w.ops().take())
		w.forgive("Asks(n=2)")
		w.succeed("Asks(n=2)")
		w.pass(time.Minute)
		require.Len(t, w.ops().take(), 1)
	})
}

// TestOthersAreToldOfTheirs: who does not hear of a cause hears of what has failed because of it.
func TestOthersAreToldOfTheirs(t *testing.T) {
	config := Config{Channels: []Channel{{Name: "inputs", Families: []string{"Input"}}, {Name: "asks", Families: []string{"Asks"}}}}
	inWorld(t, config, func(t *testing.T, w *world) {
		w.submit("ann", job("Input(n=1)", "Input"))
		w.fail("Input(n=1)", "no room")
		w.submit("ann", job("Asks(n=1)", "Asks"))
		w.fail("Asks(n=1)", "requires Input(n=1), which failed: no room")
		w.pass(time.Minute)
		require.Equal(t, []string{"Input(n=1) failed: no room"}, w.boxes["inputs"].take())
		require.Equal(t, []string{"Asks(n=1) failed: requires Input(n=1), which failed: no room"}, w.boxes["asks"].take())
	})
}

// TestThePastIsNotTold: an engine that is new begins now, and one that comes again goes on where it was.
func TestThePastIsNotTold(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.engine.Close()
		for name := range w.store.Contents().Settings {
			require.NoError(t, w.scheduler.Set(t.Context(), name, ""))
		}
		w.wordCounts(1, quota)
		w.open()
		w.pass(time.Hour)
		require.Empty(t, w.ops().take())

		w.engine.Close()
		w.submit("ann", job("Top(n=1)", "Top"))
		w.fail("Top(n=1)", "no luck")
		require.NoError(t, w.scheduler.Record(t.Context(), "backfill ended", "", "ann", "june"))
		w.pass(48 * time.Hour)
		w.open()
		w.pass(time.Second)
		require.Equal(t, []string{"Top(n=1) failed: no luck"}, w.ops().take(), "it is still so; that a backfill has ended is old")
	})
}

// TestDatabaseFails: what can't be written is not sent, and comes when it can be.
func TestDatabaseFails(t *testing.T) {
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.wordCounts(1, quota)
		w.pass(30 * time.Second)
		w.store.fail(true)
		w.pass(10 * time.Minute)
		require.Empty(t, w.ops().take())
		w.store.fail(false)
		w.pass(5 * time.Second)
		require.Equal(t, []string{"WordCount(date=2014-06-01) failed: disk quota exceeded"}, w.ops().take())
		w.pass(time.Hour)
		require.Empty(t, w.ops().take())
	})
}
