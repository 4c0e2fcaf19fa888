package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/notify"
)

func (s *Server) routeComponents(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/health", access: look, summary: "Tell how the parts of the server do, and what it needs"}, s.components)
}

// lateAnswer is what a look that has run out of time may need to say so.
const lateAnswer = 500 * time.Millisecond

func (s *Server) components(ctx context.Context, _ *nothing) (*body[api.Components], error) {
	if err := s.ended(); err != nil {
		return nil, err
	}
	return &body[api.Components]{api.Components{Components: s.prober.look(ctx, lookTime+lateAnswer)}}, nil
}

// A part is a probe of something that the server has itself.
type part struct {
	name string
	look func(ctx context.Context) Found
}

func (p part) Name() string                   { return p.name }
func (p part) Look(ctx context.Context) Found { return p.look(ctx) }

// parts are the probes of the server, in the order in which they are shown.
func (s *Server) parts() []Probe {
	return append([]Probe{
		part{"scheduler", s.lookAtScheduler},
		part{"database", s.lookAtDatabase},
		part{"workers", s.lookAtWorkers},
		part{"schedules", s.lookAtSchedules},
		part{"backfills", s.lookAtBackfills},
		part{"deadlines", s.lookAtDeadlines},
		part{"mail", func(ctx context.Context) Found { return s.lookAtChannels(ctx, true) }},
		part{"webhooks", func(ctx context.Context) Found { return s.lookAtChannels(ctx, false) }},
	}, s.options.Probes...)
}

// logMend is what to do where a text may have secrets.
const logMend = "the server's log says more"

func (s *Server) lookAtScheduler(ctx context.Context) Found {
	counts, err := s.scheduler.Counts(ctx)
	if err != nil {
		return Found{Err: errors.New(api.ProblemOf(err).Detail), Mend: logMend}
	}
	tasks := 0
	for _, n := range counts.States {
		tasks += n
	}
	detail := counted(tasks, "task")
	if counts.Paused {
		detail += "; it is paused and gives out no work"
	}
	return Found{Detail: detail}
}

func (s *Server) lookAtDatabase(ctx context.Context) Found {
	if err := s.health.check(ctx); err != nil {
		detail := "it can't be written"
		if p := api.ProblemOf(err); p.Code == api.Unavailable {
			detail += ": " + p.Detail
		}
		return Found{Err: errors.New(detail), Mend: "see that its disk has room and can be written; " + logMend, Seen: s.health.wellAt()}
	}
	found := Found{Seen: s.health.wellAt(), Took: s.health.writeTook()}
	var details []string
	if st, ok := s.store.(interface {
		Product() string
		Size(ctx context.Context) (int64, error)
	}); ok {
		size, err := st.Size(ctx)
		if err != nil {
			return Found{Err: errors.New("it can't be read: " + api.ProblemOf(err).Detail), Mend: logMend, Seen: found.Seen}
		}
		details = []string{st.Product(), fmt.Sprintf("%.1f MB", float64(size)/1e6)}
	}
	found.Detail = strings.Join(append(details, "the last write took "+found.Took.Round(10*time.Microsecond).String()), ", ")
	return found
}

func (s *Server) lookAtWorkers(ctx context.Context) Found {
	workers, err := s.scheduler.Workers(ctx)
	if err != nil {
		return Found{Err: errors.New(api.ProblemOf(err).Detail)}
	}
	counts, err := s.scheduler.Counts(ctx)
	if err != nil {
		return Found{Err: errors.New(api.ProblemOf(err).Detail)}
	}
	var alive, slots, busy, ready int
	var silent []string
	found := Found{Mend: "start a worker: gomr worker --server URL"}
	for i := range workers {
		w := &workers[i]
		switch {
		case w.Alive:
			alive, slots, busy = alive+1, slots+w.Slots, busy+len(w.Attempts)
		case len(w.Attempts) > 0:
			silent = append(silent, w.ID)
		}
		if w.Seen.After(found.Seen) {
			found.Seen = w.Seen
		}
	}
	for _, n := range counts.Queues {
		ready += n
	}
	found.Detail = fmt.Sprintf("%d alive, %d of %d slots busy", alive, busy, slots)
	switch {
	case len(silent) > 0:
		found.Err = fmt.Errorf("%s: nothing is heard of %s, which had attempts", found.Detail, strings.Join(silent, ", "))
		found.Mend = "see whether the worker and its machine are up; what it ran goes on with another worker when its lease is over"
	case alive > 0:
	case ready > 0:
		found.Err = fmt.Errorf("no worker is alive, and %s could start", counted(ready, "task"))
	default:
		found.Unused, found.Detail = true, "no worker is alive, and nothing waits for one"
	}
	return found
}

func (s *Server) lookAtSchedules(ctx context.Context) Found {
	if s.options.Schedules == nil {
		return Found{Unused: true, Detail: "this server has no schedules"}
	}
	all, err := s.options.Schedules.List(ctx)
	if err != nil {
		return Found{Err: errors.New("the engine of schedules does not answer"), Mend: logMend}
	}
	var stuck []string
	paused := 0
	for i := range all {
		if all[i].Problem != "" {
			stuck = append(stuck, all[i].Schedule.Name)
		}
		if all[i].Paused {
			paused++
		}
	}
	switch {
	case len(all) == 0:
		return Found{Unused: true, Detail: "there is no schedule"}
	case len(stuck) > 0:
		return Found{Err: fmt.Errorf("%s of %d: %s", counted(len(stuck), "schedule")+" can't go on", len(all), strings.Join(stuck, ", ")), Mend: "gomr schedule show NAME says why"}
	}
	return Found{Detail: fmt.Sprintf("%s, %d paused", counted(len(all), "schedule"), paused)}
}

// lookAtChannels tells how what was sent last has gone, by mail or else otherwise. It sends nothing.
func (s *Server) lookAtChannels(ctx context.Context, mail bool) Found {
	if s.options.Notify == nil {
		return Found{Unused: true, Detail: "this server tells nobody: it was started without --notify"}
	}
	report, err := s.options.Notify.Report(ctx)
	if err != nil {
		return Found{Err: errors.New("the engine of notifications does not answer"), Mend: logMend}
	}
	var found Found
	var names, failing []string
	for i := range report.Channels {
		c := &report.Channels[i]
		if mail != (c.Type == "mail") {
			continue
		}
		names = append(names, c.Name)
		if c.LastDelivery.After(found.Seen) {
			found.Seen = c.LastDelivery
		}
		if c.Failing > 0 {
			failing = append(failing, failureOf(c))
		}
	}
	switch {
	case len(names) == 0:
		return Found{Unused: true, Detail: "no channel is of that kind"}
	case len(failing) > 0:
		found.Err, found.Mend = errors.New(strings.Join(failing, "; ")), "gomr notify shows the channels, and gomr notify test CHANNEL sends a test"
	case found.Seen.IsZero():
		return Found{Unused: true, Detail: "nothing was sent yet to " + strings.Join(names, ", ")}
	}
	found.Detail = "the last delivery went well: " + strings.Join(names, ", ")
	return found
}

func failureOf(c *notify.ChannelReport) string {
	return fmt.Sprintf("%s has failed %s in a row, %d waiting: %s", c.Name, counted(c.Failing, "time"), c.Waiting, c.LastError)
}

// counted writes a number with what it counts.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// A componentCollector tells Prometheus which components are up. It waits a little for looks that are under way; what
// they find is told the next time.
type componentCollector struct {
	prober *prober
	up     *prometheus.Desc
}

func newComponentCollector(p *prober) *componentCollector {
	return &componentCollector{p, prometheus.NewDesc("gomr_component_up", "Whether a component that is used does what it should.", []string{"component"}, nil)}
}

// Describe sends what Collect may send.
func (c *componentCollector) Describe(descriptions chan<- *prometheus.Desc) { descriptions <- c.up }

// Collect sends how the components do that are used.
func (c *componentCollector) Collect(found chan<- prometheus.Metric) {
	for _, one := range c.prober.look(context.Background(), time.Second) {
		if one.State == api.ComponentUnused {
			continue
		}
		up := 1.0
		if one.State == api.ComponentFailing {
			up = 0
		}
		found <- prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, up, one.Name)
	}
}
