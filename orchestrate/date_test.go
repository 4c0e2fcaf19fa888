package orchestrate_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate"
)

func TestParseDate(t *testing.T) {
	tests := []struct{ text, err string }{
		{"2014-06-01", ""},
		{"0001-01-01", ""},
		{"9999-12-31", ""},
		{"2012-02-29", ""},
		{"2000-02-29", ""},
		{"2014-02-29", "2014-02 has the days 01 to 28"},
		{"1900-02-29", "1900-02 has the days 01 to 28"},
		{"2014-06-31", "2014-06 has the days 01 to 30"},
		{"2014-06-00", "2014-06 has the days 01 to 30"},
		{"2014-00-01", "there is no month 00"},
		{"2014-13-01", "there is no month 13"},
		{"0000-01-01", "years go from 0001 to 9999"},
		{"2014-6-1", "want year-month-day with four, two and two digits"},
		{"2014/06/01", "want year-month-day"},
		{"+014-06-01", "want year-month-day"},
		{"2014-06-01 ", "want year-month-day"},
		{"10000-01-01", "want year-month-day"},
		{"yesterday", "want year-month-day"},
		{"", "empty date: write for example 2014-06-01"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			date, err := orchestrate.ParseDate(test.text)
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.text, date.String())
		})
	}
}

func TestDate_Arithmetic(t *testing.T) {
	d := orchestrate.NewDate(2012, time.February, 28)
	require.Equal(t, "2012-02-29", d.Next().String())
	require.Equal(t, "2012-03-01", d.AddDays(2).String())
	require.Equal(t, "2012-02-27", d.Prev().String())
	require.Equal(t, "2013-02-28", d.AddDays(366).String())
	require.Equal(t, 366, d.AddDays(366).Sub(d))
	require.Equal(t, "2012-02", d.Month().String())
	require.Equal(t, []int{2012, 28}, []int{d.Year(), d.Day()})
	require.Equal(t, time.Tuesday, d.Weekday())
	require.True(t, d.Before(d.Next()))
	require.Negative(t, d.Compare(d.Next()))
	require.Len(t, slices.Collect(d.Hours()), 24)
	require.Equal(t, orchestrate.NewDate(2012, 14, -1), orchestrate.NewDate(2013, time.January, 30))
	require.Equal(t, time.Date(2012, 2, 28, 0, 0, 0, 0, time.Local), d.In(time.Local))
	require.Equal(t, d, orchestrate.DateOf(d.In(time.Local).Add(23*time.Hour)))
}

func TestDate_AgreesWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(0, 3_652_058).Draw(t, "days after 0001-01-01")
		date := orchestrate.NewDate(1, time.January, 1).AddDays(days)
		want := time.Date(1, time.January, 1+days, 0, 0, 0, 0, time.UTC)
		require.Equal(t, want.Format(time.DateOnly), date.String())
		require.Equal(t, want, date.In(time.UTC))
		again, err := orchestrate.ParseDate(date.String())
		require.NoError(t, err)
		require.Equal(t, date, again)
	})
}

func TestMonth(t *testing.T) {
	m, err := orchestrate.ParseMonth("2014-12")
	require.NoError(t, err)
	require.Equal(t, "2015-01", m.Next().String())
	require.Equal(t, "2014-11", m.Prev().String())
	require.Equal(t, "2013-12", m.AddMonths(-12).String())
	require.Equal(t, "2014-12-01", m.Start().String())
	require.Len(t, slices.Collect(m.Dates()), 31)
	require.Equal(t, "9999-12", orchestrate.NewMonth(9999, time.December).String())
	for _, bad := range []string{"", "2014", "2014-6", "2014-13", "2014-00", "0000-01", "2014-06-01", "2014-ab"} {
		_, err := orchestrate.ParseMonth(bad)
		require.Error(t, err, bad)
	}
}

func TestYear(t *testing.T) {
	y, err := orchestrate.ParseYear("2012")
	require.NoError(t, err)
	require.Equal(t, "2013", y.Next().String())
	require.Equal(t, "2011", y.Prev().String())
	require.Equal(t, 366, y.Interval().Len())
	for _, bad := range []string{"", "14", "0000", "20144", "-014", "two"} {
		_, err := orchestrate.ParseYear(bad)
		require.Error(t, err, bad)
	}
}

func TestDateHourAndMinute(t *testing.T) {
	h, err := orchestrate.ParseDateHour("2014-12-31T23")
	require.NoError(t, err)
	require.Equal(t, "2015-01-01T00", h.Next().String())
	require.Equal(t, "2014-12-31T22", h.Prev().String())
	require.Equal(t, 23, h.Hour())
	m, err := orchestrate.ParseDateMinute("2014-12-31T2359")
	require.NoError(t, err)
	require.Equal(t, "2015-01-01T0000", m.Next().String())
	require.Equal(t, "2014-12-31T2358", m.Prev().String())
	require.Equal(t, h, m.DateHour())
	require.Equal(t, []int{23, 59}, []int{m.Hour(), m.Minute()})
	for _, bad := range []string{"", "2014-12-31", "2014-12-31T5", "2014-12-31 05", "2014-12-31T24", "2014-12-32T05", "T05", "2014-12-31T-5"} {
		_, err := orchestrate.ParseDateHour(bad)
		require.Error(t, err, bad)
	}
	for _, bad := range []string{"", "2014-12-31T05", "2014-12-31T0560", "2014-12-31T2400", "2014-12-31T05:07", "2014-02-30T0000"} {
		_, err := orchestrate.ParseDateMinute(bad)
		require.Error(t, err, bad)
	}
}

func TestDates_JSON(t *testing.T) {
	type dates struct {
		Date   orchestrate.Date
		Month  orchestrate.Month
		Year   orchestrate.Year
		Hour   orchestrate.DateHour
		Minute orchestrate.DateMinute
		Days   orchestrate.DateInterval
		None   orchestrate.Date
	}
	const text = `{"Date":"2014-06-01","Month":"2014-06","Year":"2014","Hour":"2014-06-01T05","Minute":"2014-06-01T0507","Days":"2014-W26","None":""}`
	var d dates
	require.NoError(t, json.Unmarshal([]byte(text), &d))
	again, err := json.Marshal(d)
	require.NoError(t, err)
	require.Equal(t, text, string(again))
	require.True(t, d.None.IsZero())
	require.Error(t, json.Unmarshal([]byte(`{"Date":"2014"}`), &d))
}

func TestParseDateInterval(t *testing.T) {
	tests := []struct{ text, start, end, canonical string }{
		{"2014", "2014-01-01", "2015-01-01", ""},
		{"2012", "2012-01-01", "2013-01-01", ""},
		{"9999", "9999-01-01", "10000-01-01", ""},
		{"2014-06", "2014-06-01", "2014-07-01", ""},
		{"2012-02", "2012-02-01", "2012-03-01", ""},
		{"2014-W26", "2014-06-23", "2014-06-30", ""},
		{"2015-W53", "2015-12-28", "2016-01-04", ""},
		{"2015-W01", "2014-12-29", "2015-01-05", ""},
		{"2014-06-01", "2014-06-01", "2014-06-02", ""},
		{"2014-06-01-2014-06-10", "2014-06-01", "2014-06-10", ""},
		{"2014-06-01-2014-06-02", "2014-06-01", "2014-06-02", "2014-06-01"},
		{"2014-06-01-2014-07-01", "2014-06-01", "2014-07-01", "2014-06"},
		{"2014-06-23-2014-06-30", "2014-06-23", "2014-06-30", "2014-W26"},
		{"2014-01-01-2015-01-01", "2014-01-01", "2015-01-01", "2014"},
		{"9999-12-30-10000-01-01", "9999-12-30", "10000-01-01", ""},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			i, err := orchestrate.ParseDateInterval(test.text)
			require.NoError(t, err)
			require.Equal(t, test.start, i.Start().String())
			require.Equal(t, test.end, i.End().String())
			if test.canonical == "" {
				test.canonical = test.text
			}
			require.Equal(t, test.canonical, i.String())
		})
	}
}

func TestParseDateInterval_Bad(t *testing.T) {
	tests := []struct{ text, err string }{
		{"", "empty date interval: write for example 2014, 2014-06, 2014-W26, 2014-06-01 or 2014-06-01-2014-06-10"},
		{"2014-6", "it is no year, month, week, day or pair of days"},
		{"2014-13", "there is no month 13"},
		{"2014-W53", "2014 has the weeks W01 to W52"},
		{"2014-W00", "2014 has the weeks W01 to W52"},
		{"2014-W5", "want year-Wweek with four and two digits"},
		{"9999-W52", "it has days after 9999-12-31"},
		{"2014-06-31", "2014-06 has the days 01 to 30"},
		{"2014-06-10-2014-06-01", "it ends before it starts; the other way round is 2014-06-01-2014-06-10"},
		{"2014-06-01-2014-06-01", "it has no days, for the end is not part of it; the day itself is 2014-06-01"},
		{"2014-06-01-2014-06-31", "2014-06 has the days 01 to 30"},
		{"2014-06-01/2014-06-10", "it is no year"},
		{"2014-06-01-2014-06", "it is no year"},
		{"2014-06-01-2014-06-100", "want year-month-day"},
		{" 2014", "it is no year"},
		{"two thousand", "it is no year"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			_, err := orchestrate.ParseDateInterval(test.text)
			require.ErrorContains(t, err, test.err)
		})
	}
}

func TestDateInterval_Neighbours(t *testing.T) {
	tests := []struct{ prev, interval, next string }{
		{"2013", "2014", "2015"},
		{"2013-12", "2014-01", "2014-02"},
		{"2015-W52", "2015-W53", "2016-W01"},
		{"2012-02-28", "2012-02-29", "2012-03-01"},
		{"2014-05-23-2014-06-01", "2014-06-01-2014-06-10", "2014-06-10-2014-06-19"},
	}
	for _, test := range tests {
		i, err := orchestrate.ParseDateInterval(test.interval)
		require.NoError(t, err)
		require.Equal(t, test.prev, i.Prev().String())
		require.Equal(t, test.next, i.Next().String())
		require.Equal(t, i, i.Next().Prev())
		require.Equal(t, i.End(), i.Next().Start())
	}
}

func TestDateInterval_Members(t *testing.T) {
	i, err := orchestrate.ParseDateInterval("2014-01-30-2014-03-02")
	require.NoError(t, err)
	days := slices.Collect(i.Dates())
	require.Len(t, days, i.Len())
	require.Equal(t, 31, i.Len())
	require.Equal(t, "[2014-01 2014-02 2014-03]", fmt.Sprint(slices.Collect(i.Months())))
	require.Len(t, slices.Collect(i.Hours()), 31*24)
	require.True(t, i.Contains(i.Start()))
	require.True(t, i.Contains(i.End().Prev()))
	require.False(t, i.Contains(i.End()))
	require.False(t, i.Contains(i.Start().Prev()))

	var none orchestrate.DateInterval
	require.True(t, none.IsZero())
	require.Empty(t, slices.Collect(none.Dates()))
	require.Empty(t, slices.Collect(none.Months()))
	require.Empty(t, slices.Collect(none.Hours()))
	_, err = orchestrate.NewDateInterval(i.End(), i.Start())
	require.ErrorContains(t, err, "must be later than the start")
	again, err := orchestrate.NewDateInterval(i.Start(), i.End())
	require.NoError(t, err)
	require.Equal(t, i, again)
}

func TestParseDuration(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration
		err  string
	}{
		{"90s", 90 * time.Second, ""},
		{"1h30m", 90 * time.Minute, ""},
		{"1d2h", 26 * time.Hour, ""},
		{"1w2d", 9 * 24 * time.Hour, ""},
		{"2 weeks", 14 * 24 * time.Hour, ""},
		{"1 week 2 days", 9 * 24 * time.Hour, ""},
		{"1 day 1 week", 8 * 24 * time.Hour, ""},
		{"1 h", time.Hour, ""},
		{"1.5h", 90 * time.Minute, ""},
		{".5s", 500 * time.Millisecond, ""},
		{"-1d", -24 * time.Hour, ""},
		{"0", 0, ""},
		{"0s", 0, ""},
		{"1.000000001s", time.Second + 1, ""},
		{"P1DT2H", 26 * time.Hour, ""},
		{"PT5M", 5 * time.Minute, ""},
		{"P2W", 14 * 24 * time.Hour, ""},
		{"PT1.5S", 1500 * time.Millisecond, ""},
		{"15250w", 15250 * 7 * 24 * time.Hour, ""},

		{"", 0, "empty duration: write for example 90s"},
		{" ", 0, "want a number and a unit"},
		{"30", 0, "30 has no unit, as 30s has"},
		{"1 day 5", 0, "5 has no unit"},
		{"1 day foo", 0, `want a number and a unit at "foo"`},
		{"1 fortnight", 0, `there is no unit "fortnight"`},
		{"1h 2 hours", 0, "the unit hours is there twice"},
		{"1.2.3h", 0, "want a number and a unit"},
		{"1.5ns", 0, "want whole nanoseconds"},
		{"15251w", 0, "less than 292 years"},
		{"P1M", 0, "months and years have no fixed length"},
		{"P1Y", 0, "months and years have no fixed length"},
		{"P", 0, "want P, weeks"},
		{"P1DT", 0, "want P, weeks"},
		{"P1H", 0, "want P, weeks"},
		{"1day,2h", 0, "there is no unit"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			d, err := orchestrate.ParseDuration(test.text)
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, d)
		})
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2014-06-01")
	f.Add("2012-02-29")
	f.Fuzz(func(t *testing.T, text string) {
		if date, err := orchestrate.ParseDate(text); err == nil && date.String() != text {
			t.Errorf("%q reads as %s", text, date)
		}
	})
}

func FuzzParseDateInterval(f *testing.F) {
	for _, text := range []string{"2014", "2014-06", "2014-W26", "2014-06-01", "2014-06-01-2014-06-10", "9999-12-30-10000-01-01"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		i, err := orchestrate.ParseDateInterval(text)
		if err != nil {
			return
		}
		if i.Len() < 1 {
			t.Errorf("%q has no days", text)
		}
		if again, err := orchestrate.ParseDateInterval(i.String()); err != nil || again != i {
			t.Errorf("%q reads as %s and that as %s, %v", text, i, again, err)
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, text := range []string{"1w2d3h4m5s6ms7us8ns", "-1.5h", "P1DT2H", "2 weeks 1 day", "-2562047h47m16.854775808s"} {
		f.Add(text)
	}
	registry := newRegistry(f, kinds{})
	f.Fuzz(func(t *testing.T, text string) {
		d, err := orchestrate.ParseDuration(text)
		if want, goErr := time.ParseDuration(text); goErr == nil && err == nil && d != want {
			t.Errorf("%q is %s, and %s for package time", text, d, want)
		}
		if err == nil {
			requireRoundTrip(t, registry, kinds{Duration: d})
		}
	})
}
