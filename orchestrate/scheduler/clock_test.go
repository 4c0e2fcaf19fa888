package scheduler

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// A wall is a clock that can be set, as an administrator or a time server sets that of a machine. It has no
// monotonic reading.
type wall struct {
	shift atomic.Int64 // in nanoseconds
	zone  *time.Location
}

func (w *wall) now() time.Time {
	return time.Now().Round(0).Add(time.Duration(w.shift.Load())).In(w.zone)
}

func (w *wall) set(by time.Duration) { w.shift.Add(int64(by)) }

// failing is a job that is tried again a second after it failed.
func failing(id string) Node {
	n := job(id)
	n.Retry = store.Retry{Attempts: 100, Delay: time.Second, MaxDelay: time.Minute, Failures: 100}
	return n
}

// TestClockSetBackWhileTasksWait: a wait goes on as if nothing had happened, and nobody loses an attempt.
func TestClockSetBackWhileTasksWait(t *testing.T) {
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("far east", 14*3600), time.FixedZone("far west", -12*3600)} {
		t.Run(zone.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &wall{zone: zone}
				s := open(t, storetest.NewMemory(), Config{Now: w.now})
				submit(t, s, failing("fails"), job("runs"))
				first := work(t, s)
				second := work(t, s, first.Fence)
				require.NoError(t, s.End(t.Context(), &End{Fence: first.Fence, Outcome: store.Errored, Error: "no luck"}))
				w.set(-time.Hour)
				start := time.Now()
				again := work(t, s, second.Fence)
				require.Equal(t, "fails", again.Task.ID)
				require.Less(t, time.Since(start), 3*time.Second, "it didn't wait for an hour")
				time.Sleep(50 * time.Second) // less than a lease
				_, err := s.Beat(t.Context(), me, []Beat{{Fence: second.Fence}, {Fence: again.Fence}})
				require.NoError(t, err)
				succeed(t, s, again)
				s.Close()
			})
		})
	}
}

// TestClockSetBackWhileDown: a scheduler that finds its clock an hour before what it wrote goes on.
func TestClockSetBackWhileDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{zone: time.UTC}
		st := storetest.NewMemory()
		s := open(t, st, Config{Now: w.now})
		n := failing("rests")
		n.Retry.Failures = 1
		n.Retry.Rest = 10 * time.Minute
		submit(t, s, failing("fails"), n)
		one, other := work(t, s), work(t, s, 1)
		for _, a := range []*Assignment{one, other} {
			require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Errored}))
		}
		s.Close()
		w.set(-time.Hour)
		s = open(t, st, Config{Now: w.now})
		start := time.Now()
		first := work(t, s)
		require.Equal(t, "fails", first.Task.ID)
		succeed(t, s, first)
		require.LessOrEqual(t, time.Since(start), time.Minute, "the longest wait that there is")
		require.Equal(t, "rests", work(t, s).Task.ID)
		require.LessOrEqual(t, time.Since(start), 10*time.Minute)
		s.Close()
	})
}

// TestClockJumps: with a clock that is set back and forth while attempts run and waits last, each task is
// done once, by an attempt that was not given up.
func TestClockJumps(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(seed, 0))
		w := &wall{zone: time.FixedZone("odd", 5*3600+1800)}
		s := open(t, storetest.NewMemory(), Config{Now: w.now})
		const tasks = 50
		var nodes []Node
		for i := range tasks {
			nodes = append(nodes, failing(fmt.Sprint("task ", i)))
		}
		submit(t, s, nodes...)
		done := map[string]int{}
		for len(done) < tasks {
			a := work(t, s)
			w.set(time.Duration(random.IntN(7)-3) * time.Hour)
			time.Sleep(time.Duration(random.IntN(30)) * time.Second)
			end := &End{Fence: a.Fence, Outcome: store.Succeeded}
			if random.IntN(3) == 0 {
				end = &End{Fence: a.Fence, Outcome: store.Errored}
			}
			err := s.End(t.Context(), end)
			var fenced *FencedError
			switch {
			case err == nil && end.Outcome == store.Succeeded:
				done[a.Task.ID]++
			case err != nil: // the clock was set forth, which is like a worker that is silent
				require.ErrorAs(t, err, &fenced)
				require.Equal(t, store.Lost, fenced.Outcome)
			}
		}
		for id, times := range done {
			require.Equal(t, 1, times, id)
		}
		s.Close()
	})
}
