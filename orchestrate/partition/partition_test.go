package partition_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/partition"
)

func TestOf(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		kind partition.Kind
		want string
	}{
		{"a day", []string{"--date=2014-06-01"}, partition.Day, "2014-06-01"},
		{"an hour", []string{"--hour=2014-06-01T05"}, partition.Hour, "2014-06-01T05"},
		{"a week", []string{"--date-interval=2014-W23"}, partition.Week, "2014-W23"},
		{"a month", []string{"--month=2014-06"}, partition.Month, "2014-06"},
		{"behind others", []string{"--top=10", "--in=/logs/2014-06-01", "--date=2014-06-01"}, partition.Day, "2014-06-01"},
		{"the first of two", []string{"--from=2014-06", "--date=2014-06-01"}, partition.Month, "2014-06"},
		{"none", []string{"--top=10", "--year=2014", "--minute=2014-06-01T0507", "--days=2014-06-01-2014-06-10"}, partition.None, ""},
		{"a list is none", []string{"--dates=2014-06-01,2014-06-02"}, partition.None, ""},
		{"no arguments", nil, partition.None, ""},
		{"no such day", []string{"--date=2014-02-30"}, partition.None, ""},
		{"a launch", []string{"nightly 2014-06-01", "0", "Report", "--date=2014-06-01"}, partition.None, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, ok := partition.Of(test.args)
			require.Equal(t, test.kind != partition.None, ok)
			if ok {
				require.Equal(t, test.kind, p.Kind)
				require.Equal(t, test.want, p.String())
			}
		})
	}
}

// TestLabelsAreThoseOfParameters: what package orchestrate reads as a date, an hour, a week or a month, and what it
// writes, is what this package does. Texts are made of pieces that are nearly right.
func TestLabelsAreThoseOfParameters(t *testing.T) {
	piece := rapid.SampledFrom([]string{"2014", "2015", "2020", "0001", "0000", "9999", "-", "-", "-", "W", "-W", "-W", "T", "T", "01", "02", "06", "12", "13", "00", "23", "24", "28", "29", "30", "31", "52", "53", "5", " ", "+1", ".5", "é"})
	text := rapid.OneOf(
		rapid.Map(rapid.SliceOfN(piece, 1, 7), func(all []string) string { return strings.Join(all, "") }),
		rapid.StringMatching(`(0000|0001|2014|2015|2020|9999)-([01][0-9](-[0-3][0-9](T[0-2][0-9])?)?|W[0-9:/][0-9:/])`),
	)
	rapid.Check(t, func(t *rapid.T) {
		label := text.Draw(t, "label")
		want := partition.None
		interval, err := orchestrate.ParseDateInterval(label)
		switch {
		case err == nil && interval.Len() == 7 && len(label) == len("2014-W23"):
			want = partition.Week
		case err == nil && len(label) == len("2014-06"):
			want = partition.Month
		case err == nil && len(label) == len("2014-06-01"):
			want = partition.Day
		}
		if _, err := orchestrate.ParseDateHour(label); err == nil {
			want = partition.Hour
		}
		p, ok := partition.Parse(label)
		require.Equal(t, want != partition.None, ok, label)
		if ok {
			require.Equal(t, want, p.Kind, label)
			require.Equal(t, label, p.String())
			require.LessOrEqual(t, p.Number, int32(partition.MaxNumber))
		}
	})
}

func anyPartition(t *rapid.T, name string) partition.Partition {
	k := rapid.SampledFrom(partition.Kinds).Draw(t, name+" kind")
	at := time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 24*800).Draw(t, name)) * time.Hour)
	return partition.At(k, at)
}

// next returns when the partition after p begins.
func next(p partition.Partition) time.Time {
	return partition.Partition{Kind: p.Kind, Number: p.Number + 1}.Start()
}

// TestNumbers: partitions of a kind follow each other without gaps, and one is in the longer one in which it begins.
func TestNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPartition(t, "p")
		again, ok := partition.Parse(p.String())
		require.True(t, ok)
		require.Equal(t, p, again)
		want := map[partition.Kind]time.Time{
			partition.Hour: p.Start().Add(time.Hour), partition.Day: p.Start().AddDate(0, 0, 1),
			partition.Week: p.Start().AddDate(0, 0, 7), partition.Month: p.Start().AddDate(0, 1, 0),
		}
		require.Equal(t, want[p.Kind], next(p))
		for _, k := range partition.Kinds {
			within := p.Within(k)
			require.Equal(t, k, within.Kind)
			require.False(t, within.Start().After(p.Start()))
			require.True(t, next(within).After(p.Start()))
			require.Equal(t, within, partition.At(k, p.Start()))
		}
	})
}

// TestSpan: a span has the partitions that begin and end in it, of whatever kind.
func TestSpan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, until, p := anyPartition(t, "from"), anyPartition(t, "until"), anyPartition(t, "p")
		s, err := partition.Between(from, until)
		if !next(until).After(from.Start()) {
			require.ErrorContains(t, err, "the first one is named first")
			return
		}
		require.NoError(t, err)
		starts, ends := !p.Start().Before(from.Start()), !next(p).After(next(until))
		require.Equal(t, starts && ends, s.Has(p), "%s in %s to %s", p, from, until)
		s, err = partition.Between(from, partition.Partition{})
		require.NoError(t, err)
		require.Equal(t, starts, s.Has(p))
		s, err = partition.Between(partition.Partition{}, until)
		require.NoError(t, err)
		require.Equal(t, ends, s.Has(p))
		require.True(t, partition.Span{}.Has(p))
	})
}
