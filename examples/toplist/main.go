// Command toplist is the example of the Luigi talk in gomr: the artists that were played most, in
// a database. docs/luigi.md shows it beside the Python that it comes from.
package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gomr/gomr"
	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

func main() {
	gomr.Main(Streams{}, AggregateArtists{}, Top10Artists{}, ArtistToplistToDatabase{Database: "toplist.db"},
		Toplists{}, Orders{}, SortedArtists{})
}

// Streams is the log of one day: TIMESTAMP TAB ARTIST TAB TRACK for each play.
type Streams struct {
	orchestrate.ExternalTask
	Date orchestrate.Date `param:"date" help:"day of the log"`
}

// Output is the file that the players write.
func (s Streams) Output() orchestrate.Target { return hdfs.File("/data/streams/%s.tsv", s.Date) }

// AggregateArtists counts the plays of each artist.
type AggregateArtists struct {
	DateInterval orchestrate.DateInterval `param:"date-interval" help:"days to count, such as 2014-W26"`
}

// Requires returns the log of each day.
func (a AggregateArtists) Requires() []orchestrate.Task {
	return orchestrate.ForEach(a.DateInterval.Dates(), func(d orchestrate.Date) Streams { return Streams{Date: d} })
}

// Output is a folder of lines ARTIST TAB PLAYS.
func (a AggregateArtists) Output() orchestrate.Target {
	return hdfs.Dir("/data/artist-plays/%s", a.DateInterval)
}

// Job adds up a one for each play.
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

// Top10Artists is a file of the ten artists that were played most.
type Top10Artists struct {
	DateInterval orchestrate.DateInterval `param:"date-interval"`
}

// Requires returns the counts.
func (t Top10Artists) Requires() []orchestrate.Task { return []orchestrate.Task{AggregateArtists(t)} }

// Output is a file on this machine.
func (t Top10Artists) Output() orchestrate.Target { return t.file() }

func (t Top10Artists) file() orchestrate.LocalTarget {
	return orchestrate.LocalFile("toplists/%s.tsv", t.DateInterval)
}

// Run reads the parts of the counts and writes the ten largest.
func (t Top10Artists) Run(ctx context.Context) error {
	counts, err := AggregateArtists(t).Output().(hdfs.Target).Open(ctx)
	if err != nil {
		return err
	}
	defer counts.Close()
	type artist struct {
		name  string
		plays int
	}
	var all []artist
	lines := bufio.NewScanner(counts)
	for lines.Scan() {
		name, plays, _ := strings.Cut(lines.Text(), "\t")
		n, err := strconv.Atoi(plays)
		if err != nil {
			return err
		}
		all = append(all, artist{name, n})
	}
	if err := lines.Err(); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b artist) int {
		return cmp.Or(cmp.Compare(b.plays, a.plays), cmp.Compare(a.name, b.name))
	})
	out, err := t.file().Create(ctx)
	if err != nil {
		return err
	}
	defer out.Abort() //nolint:errcheck // after Close it does nothing
	for _, a := range all[:min(10, len(all))] {
		fmt.Fprintf(out, "%s\t%s\t%d\n", t.DateInterval, a.name, a.plays)
	}
	return out.Close()
}
