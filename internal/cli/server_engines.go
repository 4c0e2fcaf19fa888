package cli

import (
	"context"
	"log/slog"
	"net"
	"slices"

	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/notify"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/trigger"
)

// engines are what asks and tells by itself beside a scheduler.
type engines struct {
	notify    *notify.Engine // nil where nobody is to be told
	schedules *trigger.Engine
	backfills *backfill.Engine
	probes    []server.Probe

	closing []func() // in the order of starting
}

// openEngines starts the engines of a server. The caller closes them after the server.
func (a *app) openEngines(ctx context.Context, o *serverOptions, notified *notify.Config, s *scheduler.Scheduler, st *store.Store, address net.Addr, log *slog.Logger) (*engines, error) {
	e := &engines{}
	if err := e.open(ctx, a, o, notified, s, st, address, log); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

func (e *engines) open(ctx context.Context, a *app, o *serverOptions, notified *notify.Config, s *scheduler.Scheduler, st *store.Store, address net.Addr, log *slog.Logger) (err error) {
	if e.notify, err = a.openNotify(ctx, o, notified, s, st, address, log); err != nil {
		return err
	}
	if e.notify != nil {
		e.closing = append(e.closing, e.notify.Close)
	}
	e.probes = o.place.probes()
	files := newServerFiles(&o.place)
	e.closing = append(e.closing, files.close)
	if e.schedules, err = trigger.Open(ctx, trigger.Options{Scheduler: s, Files: files, Log: log}); err != nil {
		return err
	}
	e.closing = append(e.closing, e.schedules.Close)
	if e.backfills, err = backfill.Open(ctx, backfill.Options{Scheduler: s, Logger: log}); err != nil {
		return err
	}
	e.closing = append(e.closing, e.backfills.Close)
	return nil
}

// serve has a server answer for the engines.
func (e *engines) serve(options server.Options) server.Options {
	options.Notify, options.Schedules, options.Backfills, options.Probes = e.notify, e.schedules, e.backfills, e.probes
	return options
}

func (e *engines) close() {
	for _, end := range slices.Backward(e.closing) {
		end()
	}
}
