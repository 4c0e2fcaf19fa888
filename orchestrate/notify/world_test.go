package notify

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// An inbox is a sender that keeps what it gets.
type inbox struct {
	mu     sync.Mutex
	got    []*Message
	refuse func(m *Message) error                     // nil takes all
	hang   func(ctx context.Context, m *Message) bool // nil hangs never
}

func (i *inbox) send(ctx context.Context, m *Message) ([]string, error) {
	i.mu.Lock()
	refuse, hang := i.refuse, i.hang
	i.mu.Unlock()
	if hang != nil && hang(ctx, m) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if refuse != nil {
		if err := refuse(m); err != nil {
			return []string{"< " + err.Error()}, err
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got = append(i.got, m)
	return []string{"< taken"}, nil
}

func (i *inbox) set(refuse func(*Message) error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.refuse = refuse
}

// take returns the subjects of what has come, and empties the box.
func (i *inbox) take() (subjects []string) {
	for _, m := range i.messages() {
		subjects = append(subjects, m.Subject)
	}
	return subjects
}

func (i *inbox) messages() []*Message {
	i.mu.Lock()
	defer i.mu.Unlock()
	got := i.got
	i.got = nil
	return got
}

// A world is a scheduler whose history an engine reads. Its time is that of the bubble.
type world struct {
	t         *testing.T
	store     *fragileStore
	scheduler *scheduler.Scheduler
	config    Config
	engine    *Engine
	reread    func() (*Config, error)
	boxes     map[string]*inbox
	holds     []int64
}

var me = scheduler.WorkerInfo{ID: "etl1-3LELGMID", Host: "etl1", Programs: []string{"p"}, Slots: 9}

// inWorld runs a test with a world of its own, in a bubble. The channel of the boxes are named as the configuration does;
// where it has none, there is one box, "ops".
func inWorld(t *testing.T, config Config, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if config.Channels == nil {
			config.Channels = []Channel{{Name: "ops"}}
		}
		config.Channels = slices.Clone(config.Channels)
		w := &world{t: t, store: newStore(), config: config, boxes: map[string]*inbox{}}
		for i := range w.config.Channels {
			w.config.Channels[i].Slack = &Slack{URL: NewSecret("https://chat.example.com/hooks/x")}
			w.boxes[w.config.Channels[i].Name] = &inbox{}
		}
		w.openScheduler()
		defer func() { w.scheduler.Close() }()
		w.open()
		defer func() { w.engine.Close() }()
		test(t, w)
	})
}

func (w *world) openScheduler() {
	w.t.Helper()
	var err error
	w.scheduler, err = scheduler.Open(w.t.Context(), w.store, scheduler.Config{})
	require.NoError(w.t, err)
}

// open starts the engine.
func (w *world) open() {
	w.t.Helper()
	var err error
	w.engine, err = newEngine(w.t.Context(), Options{
		Scheduler: w.scheduler, Store: w.store, Config: &w.config, Server: "http://sched:8082", Link: "https://gomr.example.com/",
		Reread: func() (*Config, error) { return w.reread() },
	})
	require.NoError(w.t, err)
	w.engine.newSender = func(c *Channel) (sender, error) { return w.boxes[c.Name], nil }
	for name, box := range w.boxes {
		w.engine.channels[name].sender = box
	}
	require.NoError(w.t, w.engine.start(w.t.Context()))
	synctest.Wait()
}

// ops is the box of the one channel.
func (w *world) ops() *inbox { return w.boxes["ops"] }

// pass lets time pass, and all be done that is due by then.
func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func job(id, family string, requires ...string) scheduler.Node {
	return scheduler.Node{Spec: store.Spec{ID: id, Family: family, Program: "p"}, Requires: requires}
}

func (w *world) submit(by string, nodes ...scheduler.Node) {
	w.t.Helper()
	_, err := w.scheduler.Submit(w.t.Context(), &scheduler.Submission{Nodes: nodes, By: by, Roots: []string{nodes[len(nodes)-1].ID}})
	require.NoError(w.t, err)
}

// work is given the next attempt, which has to be at a task.
func (w *world) work(id string) *scheduler.Assignment {
	w.t.Helper()
	a, err := w.scheduler.Work(w.t.Context(), &scheduler.Ask{Worker: me, Holds: w.holds})
	require.NoError(w.t, err)
	require.Equal(w.t, id, a.Task.ID)
	w.holds = append(w.holds, a.Fence)
	return a
}

// fail lets the next attempt fail, which has to be at a task.
func (w *world) fail(id, text string) {
	w.t.Helper()
	a := w.work(id)
	require.NoError(w.t, w.scheduler.End(w.t.Context(), &scheduler.End{Fence: a.Fence, Outcome: store.Errored, Exit: 1, Error: text}))
}

func (w *world) succeed(id string) {
	w.t.Helper()
	a := w.work(id)
	require.NoError(w.t, w.scheduler.End(w.t.Context(), &scheduler.End{Fence: a.Fence, Outcome: store.Succeeded}))
}

func (w *world) forgive(id string) {
	w.t.Helper()
	require.NoError(w.t, w.scheduler.Forgive(w.t.Context(), id, "ann"))
}

func (w *world) history(kind string) (messages []string) {
	w.t.Helper()
	events, err := w.store.Events(w.t.Context(), store.EventQuery{Kind: kind, Limit: 1 << 20})
	require.NoError(w.t, err)
	for _, e := range events {
		messages = append(messages, e.Message)
	}
	return messages
}

// wordCounts submits so many of a family, which fail with an error each.
func (w *world) wordCounts(n int, text func(day int) string) {
	w.t.Helper()
	for day := 1; day <= n; day++ {
		id := fmt.Sprintf("WordCount(date=2014-06-%02d)", day)
		w.submit("ann", job(id, "WordCount"))
		w.fail(id, text(day))
	}
}

func quota(int) string { return "disk quota exceeded" }
