// Command streams counts what was listened to: the example of the Luigi talk, with
// a join besides. The log has a line of TIMESTAMP TAB ARTIST TAB TRACK for each play.
//
//	gomr run Top10 --date-interval 2014-06
package main

import (
	"fmt"
	"iter"
	"strings"

	"github.com/gomr/gomr"
	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

func main() { gomr.Main(Streams{}, Artists{}, AggregateArtists{}, Top10{}, PlaysByCountry{}) }

// Streams is the log of one day, which the players write.
type Streams struct {
	orchestrate.ExternalTask
	Date orchestrate.Date `param:"date" help:"day of the log"`
}

func (s Streams) Output() orchestrate.Target { return hdfs.File("/data/streams/%s.tsv", s.Date) }

// Artists is a table of ARTIST TAB COUNTRY, which editors keep.
type Artists struct{ orchestrate.ExternalTask }

func (Artists) Output() orchestrate.Target { return hdfs.File("/data/artists.tsv") }

// AggregateArtists counts the plays of each artist.
type AggregateArtists struct {
	DateInterval orchestrate.DateInterval `param:"date-interval" help:"days to count, such as 2014-06"`
}

func (a AggregateArtists) Requires() []orchestrate.Task {
	return orchestrate.ForEach(a.DateInterval.Dates(), func(d orchestrate.Date) Streams { return Streams{Date: d} })
}

func (a AggregateArtists) Output() orchestrate.Target {
	return hdfs.Dir("/data/artist-plays/%s", a.DateInterval)
}

func (a AggregateArtists) Job() mr.Job { return mr.MapMerge(a, mr.Sum, mr.Reducers(2)) }

// Map emits a one for the artist of a play.
func (a AggregateArtists) Map(line string, emit mr.Emit[string, int]) error {
	fields := strings.Split(line, "\t")
	if len(fields) != 3 {
		return fmt.Errorf("%w: %d fields, want 3", mr.ErrSkip, len(fields))
	}
	emit(fields[1], 1)
	return nil
}

// Top10 is the ten artists with the most plays, the first of them on top.
type Top10 struct {
	DateInterval orchestrate.DateInterval `param:"date-interval" help:"days to count, such as 2014-06"`
}

func (t Top10) Requires() []orchestrate.Task { return []orchestrate.Task{AggregateArtists(t)} }

func (t Top10) Output() orchestrate.Target { return hdfs.Dir("/data/top10/%s", t.DateInterval) }

func (t Top10) Job() mr.Job { return mr.MapSortReduce(t, t) }

// Rank sorts artists by their plays, most first, and then by their names.
type Rank struct {
	Plays  int // negative: the most come first
	Artist string
}

// Map brings all artists together under one key, sorted by their rank.
func (t Top10) Map(a mr.KV[string, int], emit mr.Emit[mr.Sorted[struct{}, Rank], struct{}]) error {
	emit(mr.SortBy(struct{}{}, Rank{-a.Value, a.Key}), struct{}{})
	return nil
}

// Reduce keeps the first ten.
func (t Top10) Reduce(_ struct{}, ranked iter.Seq2[Rank, struct{}], emit mr.Emit[string, int]) error {
	n := 0
	for r := range ranked {
		if n++; n > 10 {
			break
		}
		emit(r.Artist, -r.Plays)
	}
	return nil
}

// PlaysByCountry joins the plays of artists with the table of their countries.
type PlaysByCountry struct {
	DateInterval orchestrate.DateInterval `param:"date-interval" help:"days to count, such as 2014-06"`
}

func (p PlaysByCountry) Requires() []orchestrate.Task {
	return []orchestrate.Task{Artists{}, AggregateArtists(p)}
}

func (p PlaysByCountry) Output() orchestrate.Target {
	return hdfs.Dir("/data/plays-by-country/%s", p.DateInterval)
}

func (p PlaysByCountry) Job() mr.Job {
	return mr.Then(
		mr.MapSortReduce(
			mr.Inputs(
				mr.From("/data/artists.tsv", mr.MapFunc(countryOf)),
				mr.From("/data/artist-plays/*", mr.MapFunc(playsOf))),
			mr.ReduceSorted(join)),
		mr.MapMerge(mr.MapFunc(byCountry), mr.Sum))
}

// A side is the input that a row comes from. The country comes first, so that join
// knows it when it sees the plays.
type side int

const (
	country side = iota
	plays
)

type row struct {
	Country string
	Plays   int
}

func countryOf(a mr.KV[string, string], emit mr.Emit[mr.Sorted[string, side], row]) error {
	emit(mr.SortBy(a.Key, country), row{Country: a.Value})
	return nil
}

func playsOf(a mr.KV[string, int], emit mr.Emit[mr.Sorted[string, side], row]) error {
	emit(mr.SortBy(a.Key, plays), row{Plays: a.Value})
	return nil
}

func join(_ string, rows iter.Seq2[side, row], emit mr.Emit[string, int]) error {
	where := "unknown"
	for side, r := range rows {
		switch side {
		case country:
			where = r.Country
		case plays:
			emit(where, r.Plays)
		}
	}
	return nil
}

func byCountry(p mr.KV[string, int], emit mr.Emit[string, int]) error {
	emit(p.Key, p.Value)
	return nil
}
