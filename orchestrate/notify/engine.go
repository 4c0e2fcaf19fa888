package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Scheduler is whose history is read. [scheduler.Scheduler] is one.
type Scheduler interface {
	Settings(ctx context.Context, prefix string) (map[string]string, error)
	SetAll(ctx context.Context, settings map[string]string, events ...store.Event) error
	LastEvent(ctx context.Context) (int64, error)
	Lookup(ctx context.Context, keys []int64) ([]store.Task, error)
	StuckBehind(ctx context.Context, keys []int64) ([]int64, error)
	Blame(ctx context.Context, roots []int64) ([]int64, error)
	Workers(ctx context.Context) ([]scheduler.WorkerStatus, error)
	OnWrite(told func(scheduler.Written)) (stop func())
}

// A Store has what the scheduler does not keep in memory. [store.Store] is one.
type Store interface {
	Events(ctx context.Context, q store.EventQuery) ([]store.Event, error)
	Attempts(ctx context.Context, q store.AttemptQuery) ([]store.Attempt, error)
	Runs(ctx context.Context, before int64, limit int) ([]store.Run, error)
	ReadLog(ctx context.Context, fence, offset int64, limit int) ([]byte, error)
}

// Options say what is told to whom. Scheduler, Store and Config are needed; the zero values of the others work.
type Options struct {
	Scheduler Scheduler
	Store     Store
	Config    *Config

	// Reread reads the configuration again, for [Engine.Reload]. Nil means that it stays as it is.
	Reread func() (*Config, error)

	// Program is the name of the command in messages. Empty means gomr.
	Program string

	// Server is the URL that commands in messages name. Empty is none.
	Server string

	// Link is a URL of the server that the readers of messages can reach. Empty is none.
	Link string

	// Logger gets what can't be delivered or read. Nil means none.
	Logger *slog.Logger

	// Now tells the time. Nil means [time.Now].
	Now func() time.Time
}

// An Engine tells what needs people. Its methods may be called from any goroutine.
type Engine struct {
	options Options
	log     *slog.Logger
	now     func() time.Time

	requests chan *request
	results  chan *result
	wake     chan struct{} // has room for one
	ctx      context.Context
	quit     context.CancelFunc
	done     chan struct{} // closed when the loop has ended
	sending  sync.WaitGroup

	reloading sync.Mutex

	newSender func(*Channel) (sender, error)
	dispatch  func(c *channel, key string, m *Message) // sends a letter, and does not wait for it
	unwatch   func()

	// Of the loop alone:

	config   Config
	channels map[string]*channel
	loaded   time.Time         // when the configuration was read
	rejected rejection         // of a later one
	busy     map[string]string // by channel, the key of the letter that is being sent
	book     *book             // nil while it can't be read
	pending  []*result
	seen     bool // tasks may have changed since they were looked at
}

// A channel is one with its sender.
type channel struct {
	Channel

	sender sender

	// Of the loop alone:

	pause time.Time // until then nothing is tried
}

// A request is something that the loop does for a caller.
type request struct {
	do    func(b *book) error
	undo  func() // where what do changed is not written; nil has nothing to undo
	err   error
	reply chan error // has room for the one reply
}

// ErrClosed says that the engine has been closed.
var ErrClosed = errors.New("the notifications are closed")

// Open starts an engine, which has to be closed before its scheduler and store are.
func Open(ctx context.Context, options Options) (*Engine, error) {
	e, err := newEngine(ctx, options)
	if err != nil {
		return nil, err
	}
	if err := e.start(ctx); err != nil {
		return nil, err
	}
	return e, nil
}

// start reads the book and starts the loop.
func (e *Engine) start(ctx context.Context) (err error) {
	if e.book, err = loadBook(ctx, e.options.Scheduler); err != nil {
		e.quit()
		return fmt.Errorf("read the notifications' state: %w", err)
	}
	e.unwatch = e.options.Scheduler.OnWrite(func(scheduler.Written) { e.ring() })
	go e.loop()
	return nil
}

func newEngine(ctx context.Context, options Options) (*Engine, error) {
	e := &Engine{
		options: options, log: options.Logger, now: options.Now, busy: map[string]string{}, newSender: newSender,
		requests: make(chan *request), results: make(chan *result), wake: make(chan struct{}, 1),
		done: make(chan struct{}), unwatch: func() {}, seen: true,
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.now == nil {
		e.now = time.Now
	}
	config := options.Config.withDefaults()
	channels, err := newChannels(&config, e.newSender)
	if err != nil {
		return nil, err
	}
	e.config, e.channels, e.loaded = config, channels, e.now()
	e.dispatch = func(c *channel, key string, m *Message) { //nolint:contextcheck // a delivery ends with the engine
		e.sending.Go(func() { e.deliver(c, key, m) })
	}
	e.ctx, e.quit = context.WithCancel(context.WithoutCancel(ctx))
	return e, nil
}

// newChannels returns channels of a configuration, by name.
func newChannels(config *Config, newSender func(*Channel) (sender, error)) (map[string]*channel, error) {
	channels := make(map[string]*channel, len(config.Channels))
	for i := range config.Channels {
		c := &config.Channels[i]
		s, err := newSender(c)
		if err != nil {
			return nil, fmt.Errorf("the channel %s: %w", c.Name, err)
		}
		channels[c.Name] = &channel{Channel: *c, sender: s}
	}
	return channels, nil
}

// Close ends the engine. Messages on their way come again when there is another one.
func (e *Engine) Close() {
	e.unwatch()
	e.quit()
	<-e.done
	e.sending.Wait()
}

// ring wakes the loop. It never waits.
func (e *Engine) ring() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

const (
	// pace is how long the loop leaves the database alone after each look at it.
	pace = 250 * time.Millisecond

	// retryRead is how long the loop waits after an error of the database.
	retryRead = 2 * time.Second
)

// loop looks at the history whenever something is written, and does what is due.
func (e *Engine) loop() {
	defer close(e.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	var looked time.Time
	for {
		var asked []*request
		select {
		case <-e.wake:
			e.seen = true
			if wait := pace - time.Since(looked); wait > 0 { // more may come, and is looked at with it
				timer.Reset(wait)
				continue
			}
		case <-timer.C:
		case r := <-e.results:
			e.pending = append(e.pending, r)
		case r := <-e.requests:
			asked = append(asked, r)
		case <-e.ctx.Done():
			return
		}
		looked = time.Now()
		err := e.step(e.ctx, asked)
		for _, r := range asked {
			r.reply <- errors.Join(err, r.err)
		}
		timer.Reset(e.untilNext(err))
	}
}

// step brings everything up to date: reads what is new, decides, writes, and only then sends. Where that
// fails, what is in memory is forgotten, and read again next time.
func (e *Engine) step(ctx context.Context, asked []*request) error {
	if err := e.advance(ctx, asked); err != nil {
		e.book = nil
		for _, r := range asked {
			if r.undo != nil {
				r.undo()
			}
		}
		if ctx.Err() == nil {
			e.log.ErrorContext(ctx, "notifications wait for the database", "error", err)
		}
		return err
	}
	e.send()
	return nil
}

func (e *Engine) advance(ctx context.Context, asked []*request) (err error) {
	if e.book == nil {
		if e.book, err = loadBook(ctx, e.options.Scheduler); err != nil {
			return err
		}
		e.seen = true
	}
	b, now := e.book, e.now()
	for _, r := range e.pending {
		e.settle(b, r)
	}
	for _, r := range asked {
		r.err = r.do(b)
	}
	for _, do := range []func(context.Context, *book, time.Time) error{e.read, e.tellMended, e.tellDue, e.remind} {
		if err := do(ctx, b, now); err != nil {
			return err
		}
	}
	e.expire(b, now)
	e.holdBack(b, now)
	if err := b.save(ctx, e.options.Scheduler); err != nil {
		return err
	}
	e.pending = nil
	return nil
}

// expire forgets silences that are over, and what is kept for channels that are no more.
func (e *Engine) expire(b *book, now time.Time) {
	for families, s := range b.silences {
		if !s.Until.After(now) {
			delete(b.silences, families)
			b.changed[silenceSetting+families] = nil
		}
	}
	for _, l := range b.letters {
		if e.channels[l.Channel] == nil && l.key() != e.busy[l.Channel] { // which may be taken yet
			e.giveUp(b, l, "there is no such channel any more")
		}
	}
}

// untilNext returns how long the loop has nothing to do.
func (e *Engine) untilNext(err error) time.Duration {
	if err != nil || e.book == nil {
		return retryRead
	}
	next := e.now().Add(time.Hour)
	sooner := func(at time.Time) {
		if at.Before(next) {
			next = at
		}
	}
	for _, i := range e.book.incidents {
		if i.Told.IsZero() {
			sooner(i.Due)
		} else if e.config.Remind > 0 {
			sooner(e.nextReminder(i))
		}
	}
	for _, c := range e.channels {
		if e.busy[c.Name] == "" {
			if at, ok := e.nextDelivery(c); ok {
				sooner(at)
			}
		}
	}
	return max(0, next.Sub(e.now()))
}

// channelNames returns the names of the channels, in their order in the file.
func (e *Engine) channelNames() []string {
	names := make([]string, len(e.config.Channels))
	for i := range e.config.Channels {
		names[i] = e.config.Channels[i].Name
	}
	return names
}

// keysOf returns the keys of the tasks of incidents.
func keysOf(incidents []*incident) []int64 {
	keys := map[int64]bool{}
	for _, i := range incidents {
		for _, t := range i.Tasks {
			keys[t.Key] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}
