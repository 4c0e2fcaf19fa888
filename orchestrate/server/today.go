package server

import (
	"context"
	"net/http"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/partition"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

func (s *Server) routeToday(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/today", access: look, summary: "Count the tasks of today by the kind of their partitions"}, s.today)
}

func (s *Server) today(ctx context.Context, _ *nothing) (*body[api.Today], error) {
	now := s.options.Now()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	ranges := make([]scheduler.PartitionRange, len(partition.Kinds))
	for i, k := range partition.Kinds {
		ranges[i] = rangeOf(k, midnight, now)
	}
	counts, err := s.scheduler.CountPartitions(ctx, ranges)
	if err != nil {
		return nil, err
	}
	today := api.Today{Since: midnight, Zone: now.Format("MST -07:00"), Kinds: []api.TodayKind{}}
	for i, k := range partition.Kinds {
		if k > partition.Day && len(counts[i]) == 0 {
			continue
		}
		today.Kinds = append(today.Kinds, api.TodayKind{Kind: k.String(), First: ranges[i].First.String(), Last: ranges[i].Last.String(), States: counts[i]})
	}
	return &body[api.Today]{today}, nil
}

// rangeOf returns the partitions of a kind that have ended since midnight, which itself is an end, and the one that is
// going on.
func rangeOf(k partition.Kind, midnight, now time.Time) scheduler.PartitionRange {
	first, last := partition.At(k, midnight), partition.At(k, now)
	if first.Start().Equal(wall(midnight)) {
		first.Number--
	}
	return scheduler.PartitionRange{First: first, Last: last}
}

// wall returns what a clock shows, without its zone, as partitions have it.
func wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}
