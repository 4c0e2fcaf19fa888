// Package calendar tells when something is due, and for which partition of the data. It is pure:
// it reads no clock.
//
//	spec, err := calendar.Parse("0 3 * * *", berlin)
//	if err != nil { … }
//	due := spec.Next(after)                       // 2026-11-26 03:00 in Berlin
//	p := calendar.Last(spec.Period(), due, berlin) // 2026-11-25
//	args, err := calendar.Expand([]string{"Report", "--date={date}"}, p)
//
// # Specifications
//
//	@hourly @daily @weekly @monthly @yearly    at their beginnings; weeks begin on Monday, as ISO 8601 has them
//	0 3 * * MON-FRI                            cron: minute, hour, day of month, month and weekday
//	@every 15m                                 whole minutes that have passed, counted from 1970-01-01T00:00Z
//	R/2026-01-31T06:00/P1M                     ISO 8601: how often, from when, and how far apart
//
// Where cron restricts the day of the month and the day of the week, either will do. In ISO 8601,
// R5 is five times in all and R is for ever. A start without an offset is in the zone. Years,
// months, weeks and days are counted by the calendar from the start, so that a clock time stays,
// and a month that has no 31st uses its last day; hours and minutes are time that passes.
//
// # Daylight saving
//
// Fixed hours, which are those of cron with neither minute nor hour a *, of @daily and longer, and of
// ISO 8601 with days and longer, are due once for each civil time:
//
//   - a time that does not exist is due at the first instant after the gap;
//   - a time that exists twice is due at the first one only.
//
// Times that are on one instant are one time.
//
// Intervals go by the time that passes. Cron with a * in minute or hour, and @hourly, are
// due at each instant at which the clock of the zone shows what they say: in both of the hours that
// are repeated, and not in the one that is missing. Where a part of an hour is missing, as in zones
// that change by half an hour, its times are due at the first instant after the gap. @every and ISO 8601 with hours and minutes know
// no clock at all.
//
// # Partitions
//
// A label names the partition of the data that is worked on, never the time at which that is done:
// what is due at an instant is for the last partition that has wholly passed by then, in the zone.
// So @daily on the 26th is for the 25th, and so is 03:00. An hour that the clock repeats is
// one partition, twice as long; one that is missing is none.
package calendar
