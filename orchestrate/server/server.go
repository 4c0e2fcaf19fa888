package server

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/deadline"
	"github.com/gomr/gomr/orchestrate/notify"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Store has what the scheduler doesn't keep in memory. [store.Store] is one.
type Store interface {
	History

	LastAttempts(ctx context.Context, tasks []int64, by time.Time) ([]store.Attempt, error)
}

// A History is what of a [Store] a client has as well.
type History interface {
	AppendLog(ctx context.Context, fence, offset int64, chunk []byte) error
	ReadLog(ctx context.Context, fence, offset int64, limit int) ([]byte, error)
	Attempts(ctx context.Context, q store.AttemptQuery) ([]store.Attempt, error)
	Events(ctx context.Context, q store.EventQuery) ([]store.Event, error)
	Runs(ctx context.Context, before int64, limit int) ([]store.Run, error)
}

// Options say how to serve. Scheduler and Store are needed; the zero values of the others work.
type Options struct {
	Scheduler *scheduler.Scheduler
	Store     Store

	// Notify tells people what needs them, and is the caller's to close after the server. Nil is nobody.
	Notify *notify.Engine
	// Schedules are asked for by time and by data. Nil is none.
	Schedules Schedules
	// Backfills runs the backfills. It is the caller's to close. Nil is a server without them.
	Backfills *backfill.Engine

	// Probes look at what the server needs beside its own parts, for those who ask how all that does.
	Probes []Probe

	// Insecure lets [Server.Serve] take a listener that other machines reach though there is no
	// token, so that all of them may do everything.
	Insecure bool

	// Hosts are the names, without ports, under which a listener of the machine itself may be
	// asked too, such as that of a proxy in front of it.
	Hosts []string

	// Pages makes the handler of what is not of the API, such as what a browser shows, for this server.
	// Whoever reaches the server gets them; what they show, they ask the API for. Nil is a server without pages.
	Pages func(server http.Handler) http.Handler

	// LongPolls bounds how many requests wait at a time. Zero means 4096.
	LongPolls int

	// MaxSubmission bounds the body of a submission, in bytes. Zero means 64 MiB. Other bodies
	// are at most 1 MiB.
	MaxSubmission int64

	// Keep is how long tasks, attempts, logs, runs and events are kept that have ended, see
	// [Server.Tidy]. Zero means for ever.
	Keep time.Duration

	// Grace is how long requests may go on when the server ends. Zero means ten seconds.
	Grace time.Duration

	// Logger gets what goes wrong in the server. Nil means none.
	Logger *slog.Logger

	// Now tells the time, for tokens that expire. Nil means [time.Now].
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.LongPolls == 0 {
		o.LongPolls = 4096
	}
	if o.MaxSubmission == 0 {
		o.MaxSubmission = 64 << 20
	}
	if o.Grace == 0 {
		o.Grace = 10 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// A Server is a scheduler's handler of requests.
type Server struct {
	options   Options
	scheduler *scheduler.Scheduler
	store     Store
	tokens    *tokens
	deadlines *deadline.Engine
	bells     bells
	pictures  *pictures
	encodings encodings
	turns     turns
	polls     atomic.Int64
	large     chan struct{} // has room for the large bodies that are read at a time
	metrics   *metrics
	health    *health
	prober    *prober
	epoch     string // tells the changes of this server from those of one before
	exposed   atomic.Bool
	handler   http.Handler

	ending context.Context // with a Problem for those who wait
	end    context.CancelCauseFunc
}

// New makes a server, which has to be closed.
func New(ctx context.Context, options Options) (*Server, error) {
	s := &Server{options: options.withDefaults(), scheduler: options.Scheduler, store: options.Store, large: make(chan struct{}, largeBodies), epoch: randomName(), pictures: newPictures()}
	var err error
	if s.tokens, err = loadTokens(ctx, s.scheduler, s.options.Now); err != nil {
		return nil, fmt.Errorf("read the tokens: %w", err)
	}
	s.deadlines = deadline.New(deadline.Options{Scheduler: s.scheduler, Store: s.store, Now: s.options.Now, Logger: s.options.Logger})
	s.ending, s.end = context.WithCancelCause(context.WithoutCancel(ctx))
	s.prober = newProber(freshLook, lookTime, s.parts()...)
	s.metrics = newMetrics(s)
	s.health = newHealth(s.scheduler)
	mux := http.NewServeMux()
	description, err := s.routes(mux)
	if err != nil {
		s.Close()
		return nil, err
	}
	mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(description)
	})
	mux.Handle("GET /metrics", s.guarded(look, s.metrics.handler()))
	var pages http.Handler
	if s.options.Pages != nil {
		pages = s.options.Pages(s)
	}
	s.handler = s.metrics.measure(s.protect(named(mux, pages)))
	return s, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends the requests that wait. Closing again does nothing.
func (s *Server) Close() {
	s.end(api.NewProblem(http.StatusServiceUnavailable, api.Unavailable, "the server is ending: come again"))
	s.prober.close()
	s.metrics.close()
	s.health.close()
}

// ended returns the problem of those who wait, once the server is ending.
func (s *Server) ended() error { return context.Cause(s.ending) }

// routes adds all operations, and returns their description.
func (s *Server) routes(mux *http.ServeMux) ([]byte, error) {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	h := humago.New(mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "gomr scheduler", Version: "1",
				Description: "Tasks, the attempts at them, and the workers that make these. Durations are text such as 1h30m.",
			},
			Components: &huma.Components{
				Schemas:         registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}},
			},
		},
		Formats:       map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{s.problems},
	})
	h.UseMiddleware(s.admit)
	r := &router{h, s}
	for _, add := range []func(*router){
		s.routeSubmissions, s.routeWork, s.routeLogs, s.routeTasks, s.routeGrid, s.routeControl, s.routeHistory, s.routeLive, s.routeTokens, s.routeSession, s.routeHealth, s.routeComponents, s.routeToday,
		s.routeRetry, s.routeDrain,
		s.routeHolds,
		s.routeDeadlines, s.routeAcceptance,
		s.routeNotify,
		s.routeSchedules,
		s.routeBackfills,
		s.routeChores,
		s.routeGraph,
		s.routeTimeline,
	} {
		add(r)
	}
	// All problems are ours; huma describes its own beside them.
	delete(registry.Map(), "ErrorModel")
	delete(registry.Map(), "ErrorDetail")
	return json.MarshalIndent(h.OpenAPI(), "", "  ")
}
