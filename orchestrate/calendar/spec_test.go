package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/calendar"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	require.NoError(t, err)
	return z
}

func parse(t require.TestingT, text string, z *time.Location) *calendar.Spec {
	spec, err := calendar.Parse(text, z)
	require.NoError(t, err)
	return spec
}

// nexts returns the next n times, with their offsets.
func nexts(spec *calendar.Spec, after time.Time, n int) (times []string) {
	for range n {
		after = spec.Next(after)
		if after.IsZero() {
			return append(times, "none")
		}
		times = append(times, after.Format("Mon 2006-01-02 15:04 -0700"))
	}
	return times
}

func TestNext(t *testing.T) {
	const (
		berlin   = "Europe/Berlin"       // 02:00 to 03:00, and back at 03:00
		newYork  = "America/New_York"    // the same at other days
		lordHowe = "Australia/Lord_Howe" // half an hour, at 02:00
		saoPaulo = "America/Sao_Paulo"   // at midnight, until 2019
		apia     = "Pacific/Apia"        // had no 2011-12-30
		troll    = "Antarctica/Troll"    // two hours
		chatham  = "Pacific/Chatham"     // at 02:45
		kiritima = "Pacific/Kiritimati"  // 14 hours before UTC
		utc      = "UTC"
	)
	for name, tt := range map[string]struct {
		spec, zone, after string
		want              []string
	}{
		"daily":                  {"@daily", berlin, "2026-11-25T13:00", []string{"Thu 2026-11-26 00:00 +0100", "Fri 2026-11-27 00:00 +0100"}},
		"at three":               {"0 3 * * *", utc, "2026-11-25T03:00", []string{"Thu 2026-11-26 03:00 +0000"}},
		"weekly is on Monday":    {"@weekly", utc, "2026-11-25", []string{"Mon 2026-11-30 00:00 +0000"}},
		"Sunday has two numbers": {"0 6 * * 7", utc, "2026-11-25", []string{"Sun 2026-11-29 06:00 +0000"}},
		"weekdays":               {"0 6 * * MON-FRI", utc, "2026-11-27T06:00", []string{"Mon 2026-11-30 06:00 +0000"}},
		"either day":             {"0 0 13 * FRI", utc, "2026-11-07", []string{"Fri 2026-11-13 00:00 +0000", "Fri 2026-11-20 00:00 +0000", "Fri 2026-11-27 00:00 +0000", "Fri 2026-12-04 00:00 +0000", "Fri 2026-12-11 00:00 +0000", "Sun 2026-12-13 00:00 +0000"}},
		"leap day":               {"0 0 29 2 *", utc, "2096-03-01", []string{"Fri 2104-02-29 00:00 +0000"}},
		"the 31st":               {"0 0 31 * *", utc, "2026-01-31", []string{"Tue 2026-03-31 00:00 +0000"}},
		"fourteen hours":         {"@daily", kiritima, "2026-11-25T23:59", []string{"Thu 2026-11-26 00:00 +1400"}},

		"fixed, missing":               {"30 2 * * *", berlin, "2026-03-28T12:00", []string{"Sun 2026-03-29 03:00 +0200", "Mon 2026-03-30 02:30 +0200"}},
		"fixed, several missing":       {"0,30 2,3 * * *", berlin, "2026-03-28T12:00", []string{"Sun 2026-03-29 03:00 +0200", "Sun 2026-03-29 03:30 +0200", "Mon 2026-03-30 02:00 +0200"}},
		"fixed, twice":                 {"30 2 * * *", berlin, "2026-10-24T12:00", []string{"Sun 2026-10-25 02:30 +0200", "Mon 2026-10-26 02:30 +0100"}},
		"fixed, missing in America":    {"30 2 * * *", newYork, "2026-03-07T12:00", []string{"Sun 2026-03-08 03:00 -0400", "Mon 2026-03-09 02:30 -0400"}},
		"fixed, twice in America":      {"30 1 * * *", newYork, "2026-10-31T12:00", []string{"Sun 2026-11-01 01:30 -0400", "Mon 2026-11-02 01:30 -0500"}},
		"hours, missing":               {"0 * * * *", berlin, "2026-03-29T00:30", []string{"Sun 2026-03-29 01:00 +0100", "Sun 2026-03-29 03:00 +0200", "Sun 2026-03-29 04:00 +0200"}},
		"hours, twice":                 {"@hourly", newYork, "2026-11-01T00:30", []string{"Sun 2026-11-01 01:00 -0400", "Sun 2026-11-01 01:00 -0500", "Sun 2026-11-01 02:00 -0500"}},
		"quarters of an hour, twice":   {"*/15 2 * * *", berlin, "2026-10-25T02:31", []string{"Sun 2026-10-25 02:45 +0200", "Sun 2026-10-25 02:00 +0100", "Sun 2026-10-25 02:15 +0100", "Sun 2026-10-25 02:30 +0100", "Sun 2026-10-25 02:45 +0100", "Mon 2026-10-26 02:00 +0100"}},
		"quarters of an hour, missing": {"*/15 2 * * *", berlin, "2026-03-28T02:45", []string{"Mon 2026-03-30 02:00 +0200"}},
		"half an hour, missing":        {"15 2 * * *", lordHowe, "2026-10-03T12:00", []string{"Sun 2026-10-04 02:30 +1100", "Mon 2026-10-05 02:15 +1100"}},
		"half an hour, twice":          {"45 1 * * *", lordHowe, "2026-04-04T12:00", []string{"Sun 2026-04-05 01:45 +1100", "Mon 2026-04-06 01:45 +1030"}},
		"half an hour, each":           {"*/30 * * * *", lordHowe, "2026-04-05T01:00", []string{"Sun 2026-04-05 01:30 +1100", "Sun 2026-04-05 01:30 +1030", "Sun 2026-04-05 02:00 +1030"}},
		"an hour, begun late":          {"@hourly", lordHowe, "2026-10-04T01:00", []string{"Sun 2026-10-04 02:30 +1100", "Sun 2026-10-04 03:00 +1100"}},
		"midnight, missing":            {"@daily", saoPaulo, "2018-11-03T12:00", []string{"Sun 2018-11-04 01:00 -0200", "Mon 2018-11-05 00:00 -0200"}},
		"midnight, before it is twice": {"30 23 * * *", saoPaulo, "2018-02-17T12:00", []string{"Sat 2018-02-17 23:30 -0200", "Sun 2018-02-18 23:30 -0300"}},
		"a day, missing":               {"0 9 * * *", apia, "2011-12-28T10:00", []string{"Thu 2011-12-29 09:00 -1000", "Sat 2011-12-31 00:00 +1400", "Sat 2011-12-31 09:00 +1400"}},
		"two hours, missing":           {"0 2 * * *", troll, "2026-03-28T12:00", []string{"Sun 2026-03-29 03:00 +0200", "Mon 2026-03-30 02:00 +0200"}},
		"at a quarter to, missing":     {"50 2 * * *", chatham, "2026-09-26T12:00", []string{"Sun 2026-09-27 03:45 +1345", "Mon 2026-09-28 02:50 +1345"}},

		"every 15 minutes":          {"@every 15m", berlin, "2026-03-29T01:50", []string{"Sun 2026-03-29 03:00 +0200", "Sun 2026-03-29 03:15 +0200"}},
		"every 7 minutes":           {"@every 7m", utc, "1970-01-01T00:00", []string{"Thu 1970-01-01 00:07 +0000", "Thu 1970-01-01 00:14 +0000"}},
		"before 1970":               {"@every 1h", utc, "1969-12-31T22:30", []string{"Wed 1969-12-31 23:00 +0000", "Thu 1970-01-01 00:00 +0000"}},
		"repeated by the clock":     {"R/2026-03-28T00:00:00Z/PT6H", berlin, "2026-03-28T22:00", []string{"Sun 2026-03-29 01:00 +0100", "Sun 2026-03-29 08:00 +0200"}},
		"repeated by the day":       {"R/2026-03-28T02:30/P1D", berlin, "2026-03-27T00:00", []string{"Sat 2026-03-28 02:30 +0100", "Sun 2026-03-29 03:00 +0200", "Mon 2026-03-30 02:30 +0200"}},
		"repeated ends of months":   {"R/2026-01-31/P1M", utc, "2026-01-01", []string{"Sat 2026-01-31 00:00 +0000", "Sat 2026-02-28 00:00 +0000", "Tue 2026-03-31 00:00 +0000", "Thu 2026-04-30 00:00 +0000"}},
		"repeated leap days":        {"R/2024-02-29/P1Y", utc, "2026-12-01", []string{"Sun 2027-02-28 00:00 +0000", "Tue 2028-02-29 00:00 +0000"}},
		"repeated twice":            {"R2/2026-01-01/P1W", utc, "2025-01-01", []string{"Thu 2026-01-01 00:00 +0000", "Thu 2026-01-08 00:00 +0000", "none"}},
		"repeated since long ago":   {"R/0001-01-01T00:00Z/PT1M", utc, "2026-01-01", []string{"Thu 2026-01-01 00:01 +0000"}},
		"repeated in parts":         {"R/2026-01-01/P1DT1H", utc, "2026-01-01", []string{"Fri 2026-01-02 01:00 +0000", "Sat 2026-01-03 02:00 +0000"}},
		"an offset is of the start": {"R/2026-01-01T00:00+02:00/P1D", utc, "2026-01-01", []string{"Thu 2026-01-01 22:00 +0000"}},
	} {
		t.Run(name, func(t *testing.T) {
			z := zone(t, tt.zone)
			after, err := calendar.ParseTime(tt.after, z)
			require.NoError(t, err)
			require.Equal(t, tt.want, nexts(parse(t, tt.spec, z), after, len(tt.want)))
		})
	}
}

func TestPeriodOfSpec(t *testing.T) {
	for text, want := range map[string]string{
		"@hourly": "hour", "@daily": "day", "@midnight": "day", "@weekly": "week", "@monthly": "month", "@yearly": "year", "@annually": "year",
		"*/15 * * * *": "15 minutes", "5-59/15 * * * *": "15 minutes", "0,30 9-17 * * *": "30 minutes", "* * * * *": "minute", "0,10 * * * *": "minute", "0,7 * * * *": "minute",
		"0 */6 * * *": "hour", "0 3,15 * * *": "hour", "0 3 * * *": "day", "0 3 * * 1-5": "day", "0 3 1,15 * *": "day", "0 3 1 * 1": "day",
		"0 3 * * 2": "week", "0 3 2 * *": "month", "0 3 2 */3 *": "month", "0 3 2 1 *": "year",
		"@every 1m": "minute", "@every 20m": "20 minutes", "@every 7m": "minute", "@every 6h": "hour", "@every 90m": "minute", "@every 48h": "day",
		"R/2026-01-01/PT6H": "hour", "R/2026-01-01/P1D": "day", "R/2026-01-01/P14D": "week", "R/2026-01-01/P1W": "week", "R/2026-01-01/P3M": "month",
		"R/2026-01-01/P1Y": "year", "R/2026-01-01/P1M1D": "day", "R/2026-01-01/P1DT1H": "hour",
	} {
		require.Equal(t, want, parse(t, text, time.UTC).Period().String(), text)
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"@hourly": "every hour", "@daily": "at 00:00 every day", "@weekly": "at 00:00 on Monday",
		"@monthly": "at 00:00 on day 1 of the month", "@yearly": "at 00:00 on day 1 of the month, in January",
		"* * * * *": "every minute", "*/15 * * * *": "every 15 minutes", "5 * * * *": "at :05 of each hour", "0,7 * * * *": "at :00 and :07 of each hour",
		"30 3 * * *": "at 03:30 every day", "0 3,15 * * *": "at 03:00 and 15:00 every day", "0 8-18 * * *": "every hour in the hours 8 to 18",
		"*/20 8-10,20 * * 1-5": "every 20 minutes in the hours 8 to 10 and 20 on Monday to Friday",
		"0 3 * * 0,6":          "at 03:00 on Saturday and Sunday", "0 3 * * 1-6": "at 03:00 on Monday to Saturday",
		"0 3 1 * 1":     "at 03:00 on day 1 of the month and on Monday",
		"0 3 1-7 * */7": "at 03:00 on day 1 to 7 of the month, on Sunday", "0 3 1 1,7 *": "at 03:00 on day 1 of the month, in January and July",
		"@every 1m": "every minute", "@every 90m": "every 90 minutes", "@every 6h": "every 6 hours", "@every 48h": "every 2 days",
		"R/2026-01-31/P1M": "every month from 2026-01-31 00:00", "R5/2026-01-01T06:00/P1Y2M3DT6H": "every year and 2 months and 3 days and 6 hours from 2026-01-01 06:00, 5 times",
	} {
		require.Equal(t, want, parse(t, text, time.UTC).Words(), text)
	}
}

func TestBadSpecs(t *testing.T) {
	for text, problem := range map[string]string{
		"":                       "five fields",
		"0 3 * *":                "five fields",
		"0 0 3 * * *":            "five fields",
		"TZ=UTC 0 3 * *":         "the time zone is given by itself",
		"60 3 * * *":             "60",
		"0 3 * * NEVER":          "NEVER",
		"0 0 31 2 *":             "there is no such day",
		"0 0 L * *":              "L",
		"@often":                 "@hourly, @daily",
		"@every":                 "there is no such word",
		"@every soon":            "no duration such as 15m",
		"@every 90s":             "whole minutes",
		"@every 0s":              "whole minutes",
		"@every -1m":             "whole minutes",
		"R/2026-01-01":           "three parts",
		"R0/2026-01-01/P1D":      "from 1",
		"R-1/2026-01-01/P1D":     "from 1",
		"R/2026-13-01/P1D":       "no time such as",
		"R/2026-01-01/1D":        "a duration is such as",
		"R/2026-01-01/P":         "a duration is such as",
		"R/2026-01-01/P1DT":      "a duration is such as",
		"R/2026-01-01/P1D1M":     "a duration is such as",
		"R/2026-01-01/P1.5D":     "a duration is such as",
		"R/2026-01-01/P9999999D": "a duration is such as",
		"R/2026-01-01/P0D":       "the duration is nothing",
		"R/2026-01-01/PT30S":     "whole minutes",
	} {
		_, err := calendar.Parse(text, time.UTC)
		require.ErrorContains(t, err, problem, text)
		require.ErrorAs(t, err, new(*calendar.SpecError))
	}
}
