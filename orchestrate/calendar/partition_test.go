package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/calendar"
)

func TestLast(t *testing.T) {
	for name, tt := range map[string]struct {
		period   calendar.Period
		zone, at string
		want     string
	}{
		"the day before":               {calendar.Day, "Europe/Berlin", "2026-11-26T03:00", "2026-11-25"},
		"at midnight":                  {calendar.Day, "Europe/Berlin", "2026-11-26T00:00", "2026-11-25"},
		"just before":                  {calendar.Day, "Europe/Berlin", "2026-11-25T23:59", "2026-11-24"},
		"after a midnight not there":   {calendar.Day, "America/Sao_Paulo", "2018-11-04T01:00", "2018-11-03"},
		"after a day not there":        {calendar.Day, "Pacific/Apia", "2011-12-31T00:00", "2011-12-29"},
		"hour":                         {calendar.Hour, "UTC", "2026-11-26T03:00", "2026-11-26T02"},
		"hour before one not there":    {calendar.Hour, "Europe/Berlin", "2026-03-29T03:00+02:00", "2026-03-29T01"},
		"hour after one not there":     {calendar.Hour, "Europe/Berlin", "2026-03-29T04:00+02:00", "2026-03-29T03"},
		"hour that is not over yet":    {calendar.Hour, "Europe/Berlin", "2026-10-25T02:00+01:00", "2026-10-25T01"},
		"hour that is over":            {calendar.Hour, "Europe/Berlin", "2026-10-25T03:00+01:00", "2026-10-25T02"},
		"half an hour before the jump": {calendar.Minutes(30), "Australia/Lord_Howe", "2026-04-05T01:30+10:30", "2026-04-05T0100"},
		"hour before one begun late":   {calendar.Hour, "Australia/Lord_Howe", "2026-10-04T02:30", "2026-10-04T01"},
		"quarter of an hour":           {calendar.Minutes(15), "UTC", "2026-11-26T03:10", "2026-11-26T0245"},
		"week":                         {calendar.Week, "UTC", "2026-11-30T00:00", "2026-W48"},
		"week on Sunday":               {calendar.Week, "UTC", "2026-11-29T12:00", "2026-W47"},
		"week of the year before":      {calendar.Week, "UTC", "2027-01-04T00:00", "2026-W53"},
		"month":                        {calendar.Month, "UTC", "2026-03-01T00:00", "2026-02"},
		"year":                         {calendar.Year, "UTC", "2026-12-31T23:59", "2025"},
	} {
		t.Run(name, func(t *testing.T) {
			z := zone(t, tt.zone)
			at, err := calendar.ParseTime(tt.at, z)
			require.NoError(t, err)
			require.Equal(t, tt.want, calendar.Last(tt.period, at.UTC(), z).String())
		})
	}
}

func TestBadLabels(t *testing.T) {
	for _, tt := range []struct {
		period         calendar.Period
		label, problem string
	}{
		{calendar.Day, "2026-11", "bad date"},
		{calendar.Day, "", "empty date"},
		{calendar.Week, "2026-11", "it is no week"},
		{calendar.Week, "2026-11-23-2026-11-30", "the one with it is 2026-W48"},
		{calendar.Week, "2025-W53", "W01 to W52"},
		{calendar.Minutes(15), "2026-11-26T0310", "the one with it is 2026-11-26T0300"},
		{calendar.Hour, "2026-11-26T24", "hours go from 00 to 23"},
	} {
		_, err := calendar.ParseLabel(tt.period, tt.label)
		require.ErrorContains(t, err, tt.problem)
	}
	for _, period := range []string{"", "days", "7 minutes", "0 minutes", "60 minutes", "-5 minutes"} {
		_, err := calendar.ParsePeriod(period)
		require.ErrorContains(t, err, "bad period")
	}
}

func TestExpand(t *testing.T) {
	label := func(p calendar.Period, text string) calendar.Partition {
		partition, err := calendar.ParseLabel(p, text)
		require.NoError(t, err)
		return partition
	}
	day, hour, month := label(calendar.Day, "2026-03-01"), label(calendar.Hour, "2026-03-01T00"), label(calendar.Month, "2026-03")
	for _, tt := range []struct {
		arg  string
		of   calendar.Partition
		want string
	}{
		{"--date={date}", day, "--date=2026-03-01"},
		{"{date-1}/{date+1}", day, "2026-02-28/2026-03-02"},
		{"{month} {month-3} {year} {year-1} {week}", day, "2026-03 2025-12 2026 2025 2026-W09"},
		{"{hour} {hour-1} {minute}", hour, "2026-03-01T00 2026-02-28T23 2026-03-01T0000"},
		{"{date}-{month+1}-01", month, "2026-03-01-2026-04-01"},
		{"/logs/{date:2006/01/02}/{hour-1:15}.gz", hour, "/logs/2026/03/01/23.gz"},
		{"{{date} }", day, "{date} }"},
		{"none", day, "none"},
	} {
		got, err := calendar.Expand([]string{tt.arg}, tt.of)
		require.NoError(t, err)
		require.Equal(t, []string{tt.want}, got)
	}
	for arg, problem := range map[string]string{
		"{day}": "bad placeholder {day}: it is not known; there are {date}", "{}": "not known", "{date": "it has no end",
		"{date-}": "no whole number", "{date-x}": "no whole number", "{date+99999999}": "no whole number", "{date:}": "the form has nothing", "{date:yyyy}": "the form has nothing",
	} {
		_, err := calendar.Expand([]string{arg}, day)
		require.ErrorContains(t, err, problem, arg)
		require.ErrorAs(t, err, new(*calendar.PlaceholderError))
	}
}

func TestPlaceholdersAreOfTheZonesDays(t *testing.T) {
	tokyo := zone(t, "Asia/Tokyo")
	at := time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC) // 03:00 on the 26th
	got, err := calendar.Expand([]string{"{date}"}, calendar.Last(calendar.Day, at, tokyo))
	require.NoError(t, err)
	require.Equal(t, []string{"2026-11-25"}, got)
}
