package server

import (
	"cmp"
	"context"
	"net/http"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/partition"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

func (s *Server) routeGrid(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/grid", access: look, summary: "Show the states of tasks by family and partition"}, s.grid)
}

// Partitions are some pieces of data, such as the days of a month.
type Partitions struct {
	Kind  string `query:"kind" enum:"hour,day,week,month" doc:"Only partitions of this kind"`
	From  string `query:"from" doc:"Label of the first one, such as 2014-06-01T05, 2014-06-01, 2014-W23 or 2014-06. It may be of another kind: those are meant that are in it"`
	Until string `query:"until" doc:"Label of the last one"`
}

// read returns the kind and the ends. Those that are left out are none.
func (p *Partitions) read() (kind partition.Kind, from, until partition.Partition, err error) {
	for _, k := range partition.Kinds {
		if k.String() == p.Kind {
			kind = k
		}
	}
	if from, err = readLabel("from", p.From); err != nil {
		return kind, from, until, err
	}
	until, err = readLabel("until", p.Until)
	return kind, from, until, err
}

func readLabel(name, label string) (partition.Partition, error) {
	p, ok := partition.Parse(label)
	if !ok && label != "" {
		return p, &scheduler.InvalidError{Reason: name + " is no label of a partition: write for example 2014-06-01T05, 2014-06-01, 2014-W23 or 2014-06"}
	}
	return p, nil
}

type gridInput struct {
	Partitions

	Families string `query:"families" doc:"Pattern of their names, in whatever case: * stands for any text, ? for one character, [ab] for one of some"`
	Finer    bool   `query:"finer" doc:"Also tasks of days and hours, in the partition that these are in"`
	Since    string `query:"since" doc:"The version that is known: of an answer with the same partitions and families, those families are left out that have not changed"`
	Cursor   string `query:"cursor" doc:"The next of the page before"`
	Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many families there are at most. An answer with many partitions has less"`
}

func (s *Server) grid(ctx context.Context, in *gridInput) (*body[api.Grid], error) {
	kind, from, until, err := in.read()
	if err != nil {
		return nil, err
	}
	kind = cmp.Or(kind, partition.Day)
	grid, err := s.scheduler.Grid(ctx, scheduler.GridQuery{
		Kind: kind, From: from, Until: until, Finer: in.Finer, Family: in.Families, Since: in.Since, After: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return &body[api.Grid]{api.GridOf(kind, grid)}, nil
}
