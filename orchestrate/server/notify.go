package server

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/notify"
)

func (s *Server) routeNotify(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/notifications", access: look, summary: "Tell how notifications do"}, s.notifications)
	handle(r, operation{method: http.MethodPost, path: "/notifications/test", access: control, summary: "Send a test to a channel"}, s.testChannel)
	handle(r, operation{method: http.MethodPost, path: "/notifications/reload", access: control, summary: "Read again who is told of what"}, s.reloadNotifications)
	handle(r, operation{method: http.MethodPost, path: "/silences", access: control, summary: "Hold back notifications about some families for a time"}, s.silence)
	handle(r, operation{method: http.MethodPost, path: "/silences/end", access: control, summary: "End a silence"}, s.unsilence)
}

// notifier returns the engine, or a problem where there is none.
func (s *Server) notifier() (*notify.Engine, error) {
	if s.options.Notify == nil {
		return nil, api.NewProblem(http.StatusNotFound, api.NotFound, "this server tells nobody anything: it was started without --notify FILE")
	}
	return s.options.Notify, nil
}

func (s *Server) notifications(ctx context.Context, _ *nothing) (*body[api.Notifications], error) {
	found := api.Notifications{Channels: []api.Channel{}, Incidents: []api.Incident{}, Silences: []api.Silence{}}
	if s.options.Notify == nil {
		return &body[api.Notifications]{found}, nil
	}
	report, err := s.options.Notify.Report(ctx)
	if err != nil {
		return nil, err
	}
	found.Configured, found.Loaded, found.Rejected, found.RejectedAt = true, report.Loaded, report.Rejected, report.RejectedAt
	for _, c := range report.Channels {
		found.Channels = append(found.Channels, api.Channel{
			Name: c.Name, Type: c.Type, Target: c.Target, Waiting: c.Waiting,
			Delivered: c.Delivered, Retried: c.Retried, GivenUp: c.GivenUp, Failing: c.Failing,
			LastDelivery: c.LastDelivery, LastError: c.LastError, LastErrorAt: c.LastErrorAt,
		})
	}
	for _, i := range report.Incidents {
		channels := append([]string{}, i.Channels...)
		found.Incidents = append(found.Incidents, api.Incident{
			ID: i.ID, Kind: i.Kind, Family: i.Family, Owner: i.Owner, Error: i.Error, Opened: i.Opened, Told: i.Told, Channels: channels, Tasks: i.Tasks,
		})
	}
	for _, one := range report.Silences {
		found.Silences = append(found.Silences, silenceOf(one))
	}
	return &body[api.Notifications]{found}, nil
}

func silenceOf(s notify.Silence) api.Silence {
	return api.Silence{Families: s.Families, Until: s.Until, Since: s.Since, By: s.By, Note: s.Note}
}

func (s *Server) reloadNotifications(ctx context.Context, in *nothing) (*body[api.Notifications], error) {
	engine, err := s.notifier()
	if err != nil {
		return nil, err
	}
	if err := engine.Reload(ctx, by(ctx)); err != nil {
		return nil, err
	}
	s.audit(ctx, "had the notifications read again", "", "")
	return s.notifications(ctx, in)
}

func (s *Server) testChannel(ctx context.Context, in *body[api.ChannelName]) (*body[api.ChannelTest], error) {
	engine, err := s.notifier()
	if err != nil {
		return nil, err
	}
	result, err := engine.Test(ctx, in.Body.Channel, in.Body.Owner, by(ctx))
	if err != nil {
		return nil, err
	}
	s.audit(ctx, "sent a test to the channel "+in.Body.Channel, "", "")
	test := api.ChannelTest{Taken: result.Err == nil, Said: append([]string{}, result.Said...)}
	if result.Err != nil {
		test.Error = result.Err.Error()
	}
	return &body[api.ChannelTest]{test}, nil
}

func (s *Server) silence(ctx context.Context, in *body[api.NewSilence]) (*body[api.Silence], error) {
	engine, err := s.notifier()
	if err != nil {
		return nil, err
	}
	made, err := engine.Silence(ctx, in.Body.Families, time.Duration(in.Body.For), by(ctx), in.Body.Note)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, fmt.Sprintf("silenced %s for %s", made.Families, time.Duration(in.Body.For)), "", in.Body.Note)
	return &body[api.Silence]{silenceOf(made)}, nil
}

func (s *Server) unsilence(ctx context.Context, in *body[api.SilenceEnd]) (*nothing, error) {
	engine, err := s.notifier()
	if err != nil {
		return nil, err
	}
	if err := engine.Unsilence(ctx, in.Body.Families, by(ctx), in.Body.Note); err != nil {
		return nil, err
	}
	s.audit(ctx, "ended the silence of "+in.Body.Families, "", in.Body.Note)
	return nil, nil
}

// A notifyCollector asks the engine when it is asked itself.
type notifyCollector struct {
	engine                        *notify.Engine
	deliveries, waiting, incident *prometheus.Desc
}

func newNotifyCollector(e *notify.Engine) *notifyCollector {
	return &notifyCollector{
		engine:     e,
		deliveries: prometheus.NewDesc("gomr_notifications_total", "Attempts to deliver notifications, by channel and outcome: delivered, retried, or given up.", []string{"channel", "outcome"}, nil),
		waiting:    prometheus.NewDesc("gomr_notifications_waiting", "Notifications on their way, by channel.", []string{"channel"}, nil),
		incident:   prometheus.NewDesc("gomr_incidents", "Incidents that are not mended.", nil, nil),
	}
}

// Describe sends what Collect may send.
func (c *notifyCollector) Describe(descriptions chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.deliveries, c.waiting, c.incident} {
		descriptions <- d
	}
}

// Collect sends what the engine says now, and nothing where it doesn't answer.
func (c *notifyCollector) Collect(found chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime/3)
	defer cancel()
	report, err := c.engine.Report(ctx)
	if err != nil {
		return
	}
	for _, ch := range report.Channels {
		for outcome, n := range map[string]int64{"delivered": ch.Delivered, "retried": ch.Retried, "given up": ch.GivenUp} {
			found <- prometheus.MustNewConstMetric(c.deliveries, prometheus.CounterValue, float64(n), ch.Name, outcome)
		}
		found <- prometheus.MustNewConstMetric(c.waiting, prometheus.GaugeValue, float64(ch.Waiting), ch.Name)
	}
	found <- prometheus.MustNewConstMetric(c.incident, prometheus.GaugeValue, float64(len(report.Incidents)))
}
