package notify

import (
	"context"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// ReloadEvent is the kind of the events that tell that a configuration was read again and is in force.
const ReloadEvent = "notifications reloaded"

// A rejection is a configuration that could not be used.
type rejection struct {
	reason string
	at     time.Time
}

// Reload reads the configuration again and puts it in force. Where it can't be used, what was before stays in force, which
// the log and [Engine.Report] tell, and the error is a [*scheduler.InvalidError].
//
// Messages on their way stay so, and are tried at once in the new way. One that is being sent is sent to its end in the
// old way, and never twice at a time. Those of a channel that is no more are given up.
func (e *Engine) Reload(ctx context.Context, by string) error {
	if e.options.Reread == nil {
		return &scheduler.InvalidError{Reason: "the notifications can't be read again: they have no file"}
	}
	e.reloading.Lock() // so that what is read last is in force last
	defer e.reloading.Unlock()
	config, channels, err := e.reread()
	if err != nil {
		e.log.ErrorContext(ctx, "the notifications can't be read again, so what was before stays in force", "error", err)
		rejected := rejection{err.Error(), e.now()}
		refused := &scheduler.InvalidError{Reason: rejected.reason + "; what was before stays in force"}
		return e.ask(ctx, func(*book) error {
			e.rejected = rejected
			return refused
		})
	}
	r := &request{}
	r.do = func(b *book) error {
		r.undo = e.install(b, config, channels, by)
		return nil
	}
	if err := e.askFor(ctx, r); err != nil {
		return err
	}
	e.log.InfoContext(ctx, "the notifications are read again", "channels", len(channels), "by", by)
	return nil
}

// reread returns what the configuration is now.
func (e *Engine) reread() (*Config, map[string]*channel, error) {
	read, err := e.options.Reread()
	if err != nil {
		return nil, nil, err
	}
	config := read.withDefaults()
	channels, err := newChannels(&config, e.newSender)
	return &config, channels, err
}

// install puts a configuration in force, and returns what brings the one before back.
func (e *Engine) install(b *book, config *Config, channels map[string]*channel, by string) (undo func()) {
	oldConfig, oldChannels, oldLoaded, oldRejected := e.config, e.channels, e.loaded, e.rejected
	undo = func() { e.config, e.channels, e.loaded, e.rejected = oldConfig, oldChannels, oldLoaded, oldRejected }
	e.config, e.channels, e.loaded, e.rejected = *config, channels, e.now(), rejection{}
	for _, l := range b.letters {
		if l.Next.After(e.loaded) && channels[l.Channel] != nil {
			l.Next = e.loaded
			b.touchLetter(l)
		}
	}
	b.events = append(b.events, store.Event{
		Kind: ReloadEvent, By: by, Message: "with the channels " + strings.Join(e.channelNames(), ", "),
	})
	return undo
}
