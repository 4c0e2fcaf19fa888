package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// metrics are what Prometheus reads.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	batches  prometheus.Histogram
	writes   prometheus.Histogram
	failed   prometheus.Counter
	close    func()
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gomr_requests_total", Help: "Requests by operation and status."}, []string{"operation", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gomr_request_seconds", Help: "How long requests took, with what they waited for.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 9),
		}, []string{"operation"}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "gomr_batch_records", Help: "Records that were written at once.", Buckets: prometheus.ExponentialBuckets(1, 4, 9)}),
		writes:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "gomr_write_seconds", Help: "How long writes of the state took.", Buckets: prometheus.ExponentialBuckets(0.0002, 3, 11)}),
		failed:  prometheus.NewCounter(prometheus.CounterOpts{Name: "gomr_write_errors_total", Help: "Writes of the state that failed."}),
	}
	polls := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "gomr_waiting_requests", Help: "Requests that wait for something to come."}, func() float64 { return float64(s.polls.Load()) })
	m.registry.MustRegister(m.requests, m.took, m.batches, m.writes, m.failed, polls, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newTaskCollector(s.scheduler), newComponentCollector(s.prober))
	if s.options.Notify != nil {
		m.registry.MustRegister(newNotifyCollector(s.options.Notify))
	}
	m.close = s.scheduler.OnWrite(m.note)
	return m
}

func (m *metrics) note(w scheduler.Written) {
	m.batches.Observe(float64(w.Records))
	m.writes.Observe(w.Took.Seconds())
	if w.Err != nil {
		m.failed.Inc()
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: answerTime / 2})
}

// measure counts requests by their patterns, of which there are few.
func (m *metrics) measure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, recorder := time.Now(), &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			operation := r.Pattern
			if operation == "" {
				operation = "none"
			}
			m.requests.WithLabelValues(operation, strconv.Itoa(recorder.status)).Inc()
			m.took.WithLabelValues(operation).Observe(time.Since(start).Seconds())
		}()
		next.ServeHTTP(recorder, r)
	})
}

// A statusRecorder remembers the status of an answer.
type statusRecorder struct {
	http.ResponseWriter

	status int
	sent   bool
}

// WriteHeader is called a second time, with 499, where the client has gone while it was answered: that is to
// be counted, and can't be sent.
func (s *statusRecorder) WriteHeader(status int) {
	s.status = status
	if !s.sent {
		s.sent = true
		s.ResponseWriter.WriteHeader(status)
	}
}

// Unwrap is for [http.ResponseController].
func (s *statusRecorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// A taskCollector asks the scheduler when it is asked itself.
type taskCollector struct {
	scheduler               *scheduler.Scheduler
	tasks, queues, workers  *prometheus.Desc
	limit, used, pausedDesc *prometheus.Desc
}

func newTaskCollector(s *scheduler.Scheduler) *taskCollector {
	return &taskCollector{
		scheduler:  s,
		tasks:      prometheus.NewDesc("gomr_tasks", "Tasks by state.", []string{"state"}, nil),
		queues:     prometheus.NewDesc("gomr_queue_length", "Tasks that could start but for a worker or resources.", []string{"program"}, nil),
		workers:    prometheus.NewDesc("gomr_workers", "Workers that were heard of within a lease.", nil, nil),
		limit:      prometheus.NewDesc("gomr_resource_limit", "How much there is of a resource.", []string{"resource"}, nil),
		used:       prometheus.NewDesc("gomr_resource_used", "How much running tasks take of a resource.", []string{"resource"}, nil),
		pausedDesc: prometheus.NewDesc("gomr_paused", "Whether no work is given out.", nil, nil),
	}
}

// Describe sends what Collect may send.
func (c *taskCollector) Describe(descriptions chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.tasks, c.queues, c.workers, c.limit, c.used, c.pausedDesc} {
		descriptions <- d
	}
}

// Collect sends what the scheduler says now, and nothing where it doesn't answer.
func (c *taskCollector) Collect(found chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime/3)
	defer cancel()
	gauge := func(d *prometheus.Desc, value int, labels ...string) {
		found <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value), labels...)
	}
	if counts, err := c.scheduler.Counts(ctx); err == nil {
		for state, n := range counts.States {
			gauge(c.tasks, n, string(state))
		}
		for program, n := range counts.Queues {
			gauge(c.queues, n, program)
		}
		paused := 0
		if counts.Paused {
			paused = 1
		}
		gauge(c.pausedDesc, paused)
	}
	if workers, err := c.scheduler.Workers(ctx); err == nil {
		alive := 0
		for i := range workers {
			if workers[i].Alive {
				alive++
			}
		}
		gauge(c.workers, alive)
	}
	if resources, err := c.scheduler.Resources(ctx); err == nil {
		for _, r := range resources {
			gauge(c.limit, r.Limit, r.Name)
			gauge(c.used, r.Used, r.Name)
		}
	}
}
