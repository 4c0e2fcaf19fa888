package scheduler

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// TestModel does random requests to a core, with a clock that jumps, and checks after each that all
// it keeps up to date by small steps is what a look at all tasks says, and that a core made of what
// was written is the same.
func TestModel(t *testing.T) {
	largest := 0
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{store: storetest.NewMemory(), fences: map[int64]store.Outcome{}}
		m.core = newCore(Config{}.withDefaults(), time.Date(2014, 6, 1, 0, 0, 0, 0, time.UTC))
		t.Repeat(map[string]func(*rapid.T){
			"submit":  m.submit,
			"ask":     m.ask,
			"end":     m.end,
			"late":    m.late,
			"await":   m.await,
			"beat":    m.beat,
			"wait":    m.passTime,
			"limit":   m.limit,
			"control": m.control,
			"retry":   m.retry,
			"forget":  m.forget,
			"hold":    m.hold,
			"release": m.release,
			"restart": m.restart,
			"":        m.check,
		})
		largest = max(largest, m.largest)
	})
	t.Logf("the largest batch had %d tasks", largest)
	require.Greater(t, largest, 1)
}

// families is how many tasks there are at most. The first two are external, every fifth is a wrapper.
const families = 12

// A machine drives a core.
type machine struct {
	core   *core
	store  *storetest.Memory
	fences map[int64]store.Outcome // of all attempts that were given out; empty while under way
	last   int64

	largest int // batch
}

func id(i int) string { return fmt.Sprintf("T(n=%d)", i) }

// take returns what the core has changed.
func (m *machine) take() *store.Batch {
	batch, _ := m.core.take()
	return batch
}

// commit writes what the core has changed.
func (m *machine) commit(t *rapid.T) {
	m.core.resume()
	require.NoError(t, m.store.Write(t.Context(), m.take()))
}

func (m *machine) submit(t *rapid.T) {
	s := &Submission{By: "ann", Forgive: rapid.Bool().Draw(t, "forgive")}
	for i := range families {
		if !rapid.Bool().Draw(t, "submitted") {
			continue
		}
		n := Node{Complete: rapid.IntRange(0, 5).Draw(t, "complete") == 0}
		n.Spec = store.Spec{
			ID: id(i), Family: "T", Program: "p", Priority: rapid.IntRange(0, 3).Draw(t, "priority"),
			External: i < 2, Wrapper: i%5 == 4, Args: rapid.SampledFrom([][]string{nil, {"--date=2014-06-01"}, {"--date=2014-06"}}).Draw(t, "args"),
			Retry: store.Retry{Attempts: rapid.IntRange(0, 3).Draw(t, "attempts"), Failures: rapid.IntRange(0, 4).Draw(t, "failures")},
		}
		if !n.External && !n.Wrapper {
			n.Resources = rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.IntRange(1, 3), 0, 2).Draw(t, "resources")
			n.Batch = rapid.SampledFrom([]string{"", "x", "x", "x", "y"}).Draw(t, "batch")
			n.MaxBatch = 5
			if n.Batch != "" && rapid.IntRange(0, 3).Draw(t, "alike") > 0 { // else few could be made together
				n.Resources = map[string]int{"a": 1}
			}
		}
		if n.Wrapper {
			n.Complete = false
		}
		for j := range i {
			if (m.core.byID[id(j)] != nil || slices.ContainsFunc(s.Nodes, func(n Node) bool { return n.ID == id(j) })) && rapid.IntRange(0, 3).Draw(t, "requires") == 0 {
				n.Requires = append(n.Requires, id(j))
			}
		}
		s.Nodes = append(s.Nodes, n)
		if rapid.Bool().Draw(t, "root") {
			s.Roots = append(s.Roots, n.ID)
		}
	}
	if _, err := m.core.submit(s); err != nil { // an attempt may wait for what would require its task now
		requireCycle(t, err)
		require.True(t, m.take().Empty())
	}
	m.commit(t)
}

func (m *machine) ask(t *rapid.T) {
	worker := rapid.SampledFrom([]string{"w1", "w2"}).Draw(t, "worker")
	var holds []int64
	for fence, a := range m.core.attempts {
		if a.Worker == worker {
			holds = append(holds, fence)
		}
	}
	order := m.startable()
	mates := map[string]int{}
	for _, one := range order {
		mates[one.mateKey()]++
	}
	got, err := m.core.ask(&Ask{Worker: WorkerInfo{ID: worker, Programs: []string{"p"}}, Holds: holds}, "")
	require.NoError(t, err)
	if got == nil {
		m.checkPassed(t, order, nil)
		return
	}
	require.Greater(t, got.Fence, m.last)
	m.last = got.Fence
	m.fences[got.Fence] = ""
	m.checkPassed(t, order, m.core.byID[got.Task.ID])
	m.checkBatch(t, got, mates)
	again, err := m.core.ask(&Ask{Worker: WorkerInfo{ID: worker, Programs: []string{"p"}}, Holds: holds}, "")
	require.NoError(t, err)
	require.Equal(t, got.Fence, again.Fence, "an answer that got lost is given again")
	m.commit(t)
}

// pick returns one of the attempts under way that lead, or skips.
func (m *machine) pick(t *rapid.T) *attempt {
	if len(m.core.attempts) == 0 {
		t.Skip("nothing runs")
	}
	return m.core.attempts[rapid.SampledFrom(slices.Sorted(maps.Keys(m.core.attempts))).Draw(t, "fence")].leader()
}

func (m *machine) end(t *rapid.T) {
	a := m.pick(t)
	outcome := rapid.SampledFrom([]store.Outcome{store.Succeeded, store.Succeeded, store.Errored, store.TimedOut, store.Interrupted, store.Killed}).Draw(t, "outcome")
	end := &End{Fence: a.Fence, Outcome: outcome, Error: "it broke", Permanent: rapid.IntRange(0, 9).Draw(t, "permanent") == 0}
	all := a.all()
	killed := a.killed() != ""
	for _, one := range all {
		if len(all) > 1 && rapid.IntRange(0, 2).Draw(t, "by itself") == 0 {
			end.Members = append(end.Members, MemberEnd{Fence: one.Fence, Outcome: rapid.SampledFrom([]store.Outcome{store.Succeeded, store.Errored}).Draw(t, "its outcome"), Error: "it broke"})
		}
		if one != a {
			var bad *InvalidError
			require.ErrorAs(t, m.core.end(&End{Fence: one.Fence, Outcome: outcome}, ""), &bad)
		}
	}
	attempts := map[int64]int{}
	for _, one := range all {
		attempts[one.Fence] = one.task.Attempts
	}
	require.NoError(t, m.core.end(end, ""))
	require.NoError(t, m.core.end(end, ""), "told twice")
	m.commit(t)
	for _, one := range all {
		told := m.store.Contents().Attempts[one.Fence].Outcome
		m.fences[one.Fence] = told
		verdict := slices.IndexFunc(end.Members, func(m MemberEnd) bool { return m.Fence == one.Fence })
		switch {
		case verdict >= 0 && (outcome == store.Succeeded || outcome == store.Errored):
			require.Equal(t, end.Members[verdict].Outcome, told)
		case outcome == store.Succeeded && one != a:
			require.Equal(t, store.Errored, told, "nobody has said that it is done")
			require.Equal(t, len(all)/2, one.task.BatchLimit)
		case outcome == store.Killed && killed && one.kill == "":
			require.Equal(t, store.Interrupted, told)
		default:
			require.Equal(t, outcome, told)
			if len(all) > 1 && (outcome == store.Errored || outcome == store.TimedOut) {
				require.Equal(t, attempts[one.Fence], one.task.Attempts, "it may not be its fault")
				require.Equal(t, len(all)/2, one.task.BatchLimit)
			}
		}
	}
}

// late is an attempt that has ended and doesn't know it.
func (m *machine) late(t *rapid.T) {
	for fence, outcome := range m.fences {
		if outcome == "" {
			continue
		}
		var fenced *FencedError
		_, err := m.core.commit(fence, "")
		require.ErrorAs(t, err, &fenced)
		require.ErrorAs(t, m.core.suspend(fence, nil, ""), &fenced)
		if outcome != store.Succeeded {
			require.ErrorAs(t, m.core.end(&End{Fence: fence, Outcome: store.Succeeded}, ""), &fenced)
		}
		pulse, err := m.core.beat(WorkerInfo{ID: "w1", Programs: []string{"p"}}, []Beat{{Fence: fence}}, "")
		require.NoError(t, err)
		require.Equal(t, []int64{fence}, pulse.Gone)
	}
}

func (m *machine) await(t *rapid.T) {
	a := m.pick(t)
	var ids []string
	for i := range families {
		if m.core.byID[id(i)] != nil && rapid.IntRange(0, 5).Draw(t, "awaited") == 0 {
			ids = append(ids, id(i))
		}
	}
	err := m.core.suspend(a.Fence, ids, "")
	if err != nil {
		requireCycle(t, err)
	}
	m.commit(t)
	_, _, err = m.core.answer(a.Fence)
	require.NoError(t, err)
}

func requireCycle(t *rapid.T, err error) {
	var cycle *CycleError
	require.ErrorAs(t, err, &cycle)
	require.Greater(t, len(cycle.IDs), 1)
	require.Equal(t, cycle.IDs[0], cycle.IDs[len(cycle.IDs)-1])
}

func (m *machine) beat(t *rapid.T) {
	var beats []Beat
	for _, fence := range slices.Sorted(maps.Keys(m.core.attempts)) {
		if rapid.Bool().Draw(t, "alive") {
			beats = append(beats, Beat{Fence: fence, Details: map[string]string{"progress": rapid.SampledFrom([]string{"1", "2"}).Draw(t, "progress")}})
		}
	}
	draining := rapid.IntRange(0, 3).Draw(t, "draining") == 0
	for _, worker := range []string{"w1", "w2"} {
		lost := m.lost(worker, beats)
		pulse, err := m.core.beat(WorkerInfo{ID: worker, Programs: []string{"p"}, Draining: draining}, beats, "")
		require.NoError(t, err)
		for _, fence := range lost {
			require.Equal(t, draining, m.core.attempts[fence] == nil, "it got lost on the way to a worker that takes no more")
			if draining {
				m.fences[fence] = store.Interrupted
			}
		}
		beats = slices.DeleteFunc(beats, func(b Beat) bool { return m.core.attempts[b.Fence] == nil })
		for _, b := range beats {
			require.Equal(t, m.core.attempts[b.Fence].Worker != worker, slices.Contains(pulse.Gone, b.Fence), "others' attempts are not its own")
		}
	}
	m.commit(t)
}

// lost returns the attempts of a worker for whose processes there is no beat.
func (m *machine) lost(worker string, beats []Beat) (fences []int64) {
	for fence, a := range m.core.attempts {
		if a.Worker == worker && !slices.ContainsFunc(beats, func(b Beat) bool { return b.Fence == a.leader().Fence }) {
			fences = append(fences, fence)
		}
	}
	return fences
}

func (m *machine) passTime(t *rapid.T) {
	seconds := rapid.SampledFrom([]int{1, 20, 61, 3700}).Draw(t, "seconds")
	m.core.advance(m.core.now.Add(time.Duration(seconds) * time.Second))
	for fence, outcome := range m.fences {
		if outcome == "" && m.core.attempts[fence] == nil {
			m.fences[fence] = store.Lost
		}
	}
	m.commit(t)
}
