package orchestrate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

func TestPartitions(t *testing.T) {
	for _, test := range []struct {
		name, family string
		flags        []string
		labels       []string
		rest         []string
	}{
		{"days", "Daily", []string{"--date=2014-06-29..2014-07-01", "--top=3"}, []string{"2014-06-29", "2014-06-30", "2014-07-01"}, []string{"--top=3"}},
		{"one day", "Daily", []string{"--date", "yesterday..yesterday", "--top=3"}, []string{"2014-06-09"}, []string{"--top=3"}},
		{"every second", "Daily", []string{"--date=2014-06-01..2014-06-05/2", "--top=3"}, []string{"2014-06-01", "2014-06-03", "2014-06-05"}, []string{"--top=3"}},
		{"months of intervals", "Interval", []string{"--days=2013-12..2014-02"}, []string{"2013-12", "2014-01", "2014-02"}, nil},
		{"weeks of intervals", "Interval", []string{"--days=2014-W52..2015-W02"}, []string{"2014-W52", "2015-W01", "2015-W02"}, nil},
		{"years of intervals", "Interval", []string{"--days=2013..2014"}, []string{"2013", "2014"}, nil},
		{"ten days", "Interval", []string{"--days=2014-06-01-2014-06-11..2014-06-11-2014-06-21"}, []string{"2014-06-01-2014-06-11", "2014-06-11-2014-06-21"}, nil},
		{"hours", "Hourly", []string{"--hour=2014-06-01T23..2014-06-02T01"}, []string{"2014-06-01T23", "2014-06-02T00", "2014-06-02T01"}, nil},
		{"quarters of an hour", "Minutely", []string{"--at=2014-06-01T2345..2014-06-02T0015/15"}, []string{"2014-06-01T2345", "2014-06-02T0000", "2014-06-02T0015"}, nil},
		{"integers", "Number", []string{"--m=-1..1", "--n=7"}, []string{"-1", "0", "1"}, []string{"--n=7"}},
		{"small integers", "Number", []string{"--m=1", "--n=253..255"}, []string{"253", "254", "255"}, []string{"--m=1"}},
		{"words are replaced", "Shift", []string{"--date=2014-06-01..2014-06-02", "--since=yesterday"}, []string{"2014-06-01", "2014-06-02"}, []string{"--since=2014-06-09"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			row, err := rangeRegistry(t).Partitions(test.family, test.flags)
			require.NoError(t, err)
			require.Equal(t, test.labels, row.Labels)
			require.Len(t, row.Tasks, len(test.labels))
			require.ElementsMatch(t, test.rest, row.Flags)
		})
	}
}

func TestPartitionsOfALists(t *testing.T) {
	r := rangeRegistry(t)
	row, err := r.PartitionsOf("Daily", []string{"--top=1"}, "", []string{"2014-06-03", "yesterday"})
	require.NoError(t, err)
	require.Equal(t, "date", row.Param)
	require.Equal(t, []string{"2014-06-03", "2014-06-09"}, row.Labels)
	row, err = r.PartitionsOf("Number", []string{"--m=1"}, "", []string{"3"})
	require.NoError(t, err)
	require.Equal(t, "n", row.Param, "the only one that is left")
	row, err = r.PartitionsOf("Monthly", []string{"--month=2014-06"}, "", []string{"all", "new"})
	require.NoError(t, err)
	require.Equal(t, "kind", row.Param)

	for _, test := range []struct {
		family string
		flags  []string
		param  string
		labels []string
		want   string
	}{
		{"Dialy", nil, "", []string{"1"}, "did you mean Daily?"},
		{"Shift", nil, "", []string{"2014-06-01"}, "the labels could be those of --date or --since"},
		{"Number", nil, "", []string{"1"}, "the labels could be those of --n or --m"},
		{"Interval", []string{"--days=2014"}, "", []string{"2014"}, "no parameter is left"},
		{"Daily", []string{"--top=1"}, "dat", []string{"2014-06-01"}, "did you mean --date?"},
		{"Daily", []string{"--top=1"}, "tags", []string{"a"}, "it is a list or a map"},
		{"Daily", []string{"--top=1"}, "", nil, "there is no label"},
		{"Daily", []string{"--top=1"}, "", []string{"2014-06-01", "2014-06-31"}, "2014-06 has the days 01 to 30"},
		{"Daily", []string{"--top=1"}, "", []string{"2014-06-09", "yesterday"}, "2014-06-09 is there twice"},
		{"Daily", nil, "", []string{"2014-06-01"}, "give --top"},
		{"Monthly", []string{"--month=2014-06"}, "", []string{"old"}, "one of all, new"},
	} {
		_, err := r.PartitionsOf(test.family, test.flags, test.param, test.labels)
		require.ErrorContains(t, err, test.want)
	}
}

func TestRowMistakes(t *testing.T) {
	for _, test := range []struct {
		family string
		flags  []string
		want   string
	}{
		{"Dialy", nil, "did you mean Daily?"},
		{"Daily", []string{"--date=2014-06-01", "--top=1"}, "no parameter has a row of values; write --date or --top FIRST..LAST"},
		{"Daily", []string{"--date=2014-06-01..2014-06-02", "--top=1..3"}, "--date and --top both have a row of values"},
		{"Daily", []string{"--date=2014-06-02..2014-06-01", "--top=1"}, "it ends before it starts; the other way round is 2014-06-01..2014-06-02"},
		{"Daily", []string{"--date=..2014-06-01", "--top=1"}, "it has a first and a last value"},
		{"Daily", []string{"--date=2014-06-01..2014-06-31", "--top=1"}, "2014-06 has the days 01 to 30"},
		{"Daily", []string{"--date=2014-06-01..2014-06-04/2", "--top=1"}, "the last value is not one of every 2 from the first one on; 2014-06-03 is"},
		{"Daily", []string{"--date=2014-06-01..2014-06-04/x", "--top=1"}, "such as /2 for every second"},
		{"Daily", []string{"--date=2014-06-01..2014-06-04/0", "--top=1"}, "such as /2 for every second"},
		{"Daily", []string{"--date=2014-06-01..2014-06-04"}, "give --top"},
		{"Interval", []string{"--days=2014-06..2014-06-05"}, "2014-06 is a month, and 2014-06-05 is a day; both ends of a row are of one unit"},
		{"Interval", []string{"--days=2014-06-01-2014-06-11..2014-06-12-2014-06-22"}, "is not one of the intervals of 10 days"},
		{"Interval", []string{"--days=2014-06-01-2014-06-11..2014-06-12-2014-06-24"}, "is not one of the intervals of 10 days"},
		{"Minutely", []string{"--at=0001-01-01T0000..9999-01-01T0000"}, "which is more than 1000000"},
		{"Number", []string{"--m=0..9223372036854775807", "--n=1"}, "more than 1000000 values"},
		{"Number", []string{"--m=-9223372036854775808..9223372036854775807", "--n=1"}, "more than 1000000 values"},
		{"Number", []string{"--n=250..256", "--m=1"}, "want a number from 0 to 255"},
		{"Number", []string{"--n=9..3", "--m=1"}, "the other way round is 3..9"},
	} {
		_, err := rangeRegistry(t).Partitions(test.family, test.flags)
		require.ErrorContains(t, err, test.want, "%v", test.flags)
	}
}

// TestHasRow: dots in what is no day, number or the like are no row.
func TestHasRow(t *testing.T) {
	registry := rangeRegistry(t)
	for flag, want := range map[string]bool{
		"--date=2014-06-01..2014-06-02": true, "--date=2014-06-02..2014-06-01": true, "--date=..": true,
		"--date=2014-06-01": false, "--unknown=1..2": false,
	} {
		require.Equal(t, want, registry.HasRow("Daily", []string{flag, "--top=3"}), flag)
	}
	require.False(t, registry.HasRow("Nobody", []string{"--date=2014-06-01..2014-06-02"}))
	require.False(t, registry.HasRow("RangeDaily", []string{"--of=../Daily"}))
}

// TestComplete: of all tasks at once, those whose outputs exist.
func TestComplete(t *testing.T) {
	s := &shelf{there: map[string]bool{"interval/2014-06-01": true, "daily/2014-06-02/1": true}}
	first, _ := juneDays(1, 2)
	tasks := []orchestrate.Task{
		Interval{Days: first.Interval()}, Interval{Days: first.Next().Interval()},
		Shift{Date: first, Since: first}, Shift{Date: first.Next(), Since: first},
	}
	complete, err := orchestrate.Complete(t.Context(), orchestrate.Config{Exists: s.exists}, tasks...)
	require.NoError(t, err)
	require.Equal(t, []bool{true, false, false, true}, complete)
	_, err = orchestrate.Complete(t.Context(), orchestrate.Config{}, nil)
	require.ErrorContains(t, err, "a task is nil")
}
