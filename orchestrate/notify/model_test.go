package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestModel fails, mends and forgives tasks at random, while the engine is killed at random points, its database fails and
// its channel does too, and its configuration is read again. In the end each failure that was not mended in time is told in one message, whichever way it took,
// and each end of what was told.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		defer m.scheduler.Close()
		t.Repeat(map[string]func(*rapid.T){
			"fail":    m.fail,
			"forgive": m.forgive,
			"mend":    m.mend,
			"pass":    m.pass,
			"step":    func(t *rapid.T) { m.step(t) },
			"kill":    m.kill,
			"reload":  m.reload,
			"answer":  func(*rapid.T) { m.answer() },
			"broken":  m.broken,
		})
		m.settle(t)
		m.check(t)
	})
}

// A machine drives an engine by hand: nothing is done between its steps.
type machine struct {
	clock     atomic.Int64 // the scheduler looks at it while others wait
	store     *fragileStore
	scheduler *scheduler.Scheduler
	engine    *Engine
	channel   string    // what it does with the next message: "take", "take late", "refuse", "die" after it took it, "die first"
	sending   []*result // that the engine does not know yet
	failures  map[failure]*fate
	last      map[string]failure // of a task
	told      []*Message         // as the channel has got them, in order
}

// A failure is a task that was failed from a time on.
type failure struct {
	task  string
	since time.Time
}

// A fate is what is known of a failure.
type fate struct{ mended, again bool }

func newMachine(t *rapid.T) *machine {
	m := &machine{
		store:    newStore(),
		failures: map[failure]*fate{}, last: map[string]failure{}, channel: "take",
	}
	m.advance(time.Duration(time.Date(2014, 6, 1, 0, 0, 0, 0, time.UTC).UnixNano()))
	var err error
	m.scheduler, err = scheduler.Open(t.Context(), m.store, scheduler.Config{Now: m.now})
	require.NoError(t, err)
	m.start(t)
	m.step(t)
	return m
}

// start makes an engine of what was written, as after a kill.
func (m *machine) start(t *rapid.T) {
	config := &Config{Channels: []Channel{{Name: "ops", MostPerHour: 1 << 20, GiveUpAfter: 1 << 60, Slack: &Slack{URL: NewSecret("https://chat.example.com/x")}}}}
	var err error
	m.engine, err = newEngine(t.Context(), Options{
		Scheduler: m.scheduler, Store: m.store, Config: config, Reread: func() (*Config, error) { return config, nil }, Now: m.now,
	})
	m.sending = nil
	require.NoError(t, err)
	m.engine.dispatch = func(_ *channel, key string, message *Message) { m.deliver(t, key, message) }
}

// deliver takes a message, or not, and may kill the engine before it hears of that.
func (m *machine) deliver(t *rapid.T, key string, message *Message) {
	how := m.channel
	m.channel = "take"
	for _, other := range m.sending {
		require.NotEqual(t, key, other.key, "it is sent already")
	}
	if how == "take" || how == "take late" || how == "die" {
		encoded, err := json.Marshal(message)
		require.NoError(t, err)
		copied := &Message{}
		require.NoError(t, json.Unmarshal(encoded, copied))
		m.told = append(m.told, copied)
	}
	switch how {
	case "take":
		m.engine.pending = append(m.engine.pending, &result{"ops", key, nil, m.now()})
	case "take late":
		m.sending = append(m.sending, &result{"ops", key, nil, m.now()})
	case "refuse":
		m.engine.pending = append(m.engine.pending, &result{"ops", key, errors.New("451 try again"), m.now()})
	default:
		m.start(t)
	}
}

// step does what the loop would.
func (m *machine) step(t *rapid.T) {
	m.channel = rapid.SampledFrom([]string{"take", "take", "take late", "refuse", "die", "die first"}).Draw(t, "channel")
	m.engine.seen = true
	_ = m.engine.step(t.Context(), nil) // the database may be broken
}

func anyTask(t *rapid.T) (id, family string) {
	family = rapid.SampledFrom([]string{"A", "B"}).Draw(t, "family")
	return fmt.Sprintf("%s(n=%d)", family, rapid.IntRange(1, 4).Draw(t, "n")), family
}

// state returns the state of a task, or nothing.
func (m *machine) state(id string) (store.State, time.Time) {
	for _, task := range m.store.Contents().Tasks {
		if task.ID == id {
			return task.State, task.Changed
		}
	}
	return "", time.Time{}
}

// fail lets a task fail that is not failed, as others or an earlier run had made it.
func (m *machine) fail(t *rapid.T) {
	if m.store.failing.Load() {
		return
	}
	id, family := anyTask(t)
	if state, _ := m.state(id); state == store.Failed {
		return
	}
	m.tick()
	_, err := m.scheduler.Submit(t.Context(), &scheduler.Submission{Nodes: []scheduler.Node{job(id, family)}, Roots: []string{id}})
	require.NoError(t, err)
	for { // others may come first
		a, err := m.scheduler.Work(t.Context(), &scheduler.Ask{Worker: me})
		require.NoError(t, err)
		text := rapid.SampledFrom([]string{"no luck", "no room"}).Draw(t, "error")
		require.NoError(t, m.scheduler.End(t.Context(), &scheduler.End{Fence: a.Fence, Outcome: store.Errored, Error: text}))
		_, since := m.state(a.Task.ID)
		f := failure{a.Task.ID, since}
		if before, ok := m.last[f.task]; ok && !m.failures[before].mended {
			m.failures[before].again = true
		}
		m.failures[f], m.last[f.task] = &fate{}, f
		if a.Task.ID == id {
			return
		}
	}
}

// tick makes each failure one of its own time.
func (m *machine) tick() { m.advance(time.Second) }

func (m *machine) advance(d time.Duration) { m.clock.Add(int64(d)) }

func (m *machine) now() time.Time { return time.Unix(0, m.clock.Load()).UTC() }

func (m *machine) forgive(t *rapid.T) {
	id, _ := anyTask(t)
	if state, _ := m.state(id); state != store.Failed || m.store.failing.Load() {
		return
	}
	m.tick()
	require.NoError(t, m.scheduler.Forgive(t.Context(), id, "ann"))
}

func (m *machine) mend(t *rapid.T) {
	id, _ := anyTask(t)
	if state, _ := m.state(id); state == "" || state == store.Done || m.store.failing.Load() {
		return
	}
	m.tick()
	require.NoError(t, m.scheduler.Mark(t.Context(), id, store.Done, "ann", ""))
	if f, ok := m.last[id]; ok {
		m.failures[f].mended = true
	}
}

func (m *machine) pass(t *rapid.T) {
	m.advance(time.Duration(rapid.IntRange(1, 600).Draw(t, "seconds")) * time.Second)
}

// kill ends the engine, between two of its steps.
func (m *machine) kill(t *rapid.T) { m.start(t) }

// answer has the engine hear of what was taken late.
func (m *machine) answer() {
	m.engine.pending, m.sending = append(m.engine.pending, m.sending...), nil
}

// reload puts the configuration in force again.
func (m *machine) reload(t *rapid.T) {
	config, channels, err := m.engine.reread()
	require.NoError(t, err)
	r := &request{}
	r.do = func(b *book) error {
		r.undo = m.engine.install(b, config, channels, "ann")
		return nil
	}
	m.channel = "take"
	_ = m.engine.step(t.Context(), []*request{r})
}

// broken lets the database fail, or work again.
func (m *machine) broken(t *rapid.T) {
	m.store.fail(rapid.Bool().Draw(t, "broken"))
}

// settle lets all come to rest.
func (m *machine) settle(t *rapid.T) {
	m.store.fail(false)
	for range 100 {
		m.advance(10 * time.Minute)
		m.answer()
		m.channel, m.engine.seen = "take", true
		require.NoError(t, m.engine.step(t.Context(), nil))
	}
	require.Empty(t, m.engine.book.letters)
}

func (m *machine) check(t *rapid.T) {
	subjects := map[string]string{}        // by ID
	opened := map[failure]map[string]int{} // IDs that told a failure, with the place of the message
	closed := map[string]map[string]int{}  // IDs that told that a task is done
	first := map[string]int{}
	for at, message := range m.told {
		if before, ok := subjects[message.ID]; ok {
			require.Equal(t, before, message.Subject, "what comes again is the same")
			continue
		}
		subjects[message.ID], first[message.ID] = message.Subject, at
		for _, task := range message.Tasks {
			switch message.Status {
			case StatusOpen:
				f := failure{task.ID, task.Since}
				require.Contains(t, m.failures, f)
				opened[f] = with(opened[f], message.ID, at)
			case StatusRecovered:
				require.Contains(t, first, message.Incident, "only what was told is told to have ended")
				closed[task.ID] = with(closed[task.ID], message.ID, at)
			}
		}
	}
	for f, fate := range m.failures {
		require.LessOrEqual(t, len(opened[f]), 1, "%v is told once", f)
		if state, since := m.state(f.task); state == store.Failed && since.Equal(f.since) {
			require.Len(t, opened[f], 1, "%v is still so", f)
		}
		if fate.mended && m.last[f.task] == f && m.closed(f.task) {
			after := 0
			for _, at := range opened[f] {
				for _, end := range closed[f.task] {
					after += boolToInt(end > at)
				}
				require.Equal(t, 1, after, "the end of %v is told once", f)
			}
		}
	}
	for _, i := range m.engine.book.incidents {
		done := 0
		for _, task := range i.Tasks {
			done += boolToInt(m.store.Contents().Tasks[task.Key].State == store.Done)
		}
		require.Less(t, done, len(i.Tasks), "an incident whose tasks are all done is closed: %v", i)
	}
}

// closed reports whether a task is done, and all that were told with it.
func (m *machine) closed(id string) bool {
	for _, i := range m.engine.book.incidents {
		for _, task := range i.Tasks {
			if m.store.Contents().Tasks[task.Key].ID == id {
				return false
			}
		}
	}
	state, _ := m.state(id)
	return state == store.Done
}

func with(places map[string]int, id string, at int) map[string]int {
	if places == nil {
		places = map[string]int{}
	}
	places[id] = at
	return places
}
