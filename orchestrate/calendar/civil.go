package calendar

import "time"

// A civil time is what a clock shows, to the minute, as the instant at which a clock in UTC does.
type civil struct{ time.Time }

func civilOf(year int, month time.Month, day, hour, minute int) civil {
	return civil{time.Date(year, month, day, hour, minute, 0, 0, time.UTC)}
}

// shown returns what a clock in the zone of t shows then.
func shown(t time.Time) civil {
	year, month, day := t.Date()
	return civilOf(year, month, day, t.Hour(), t.Minute())
}

// farthest is more than any clock is from that in UTC, with the longest jump of one.
const farthest = 48 * time.Hour

// instants returns the first and the last instant at which a clock in the zone shows c. Where it
// never does, exists is false, and both are the first instant after the gap.
func (c civil) instants(zone *time.Location) (first, last time.Time, exists bool) {
	t := c.Add(-farthest).In(zone)
	limit := c.Add(farthest)
	for {
		begin, end := t.ZoneBounds()
		_, offset := t.Zone()
		candidate := c.Add(-time.Duration(offset) * time.Second).In(zone)
		switch {
		case !begin.IsZero() && candidate.Before(begin):
			if first.IsZero() { // the clock jumped over it
				first, last = begin, begin
			}
		case end.IsZero() || candidate.Before(end):
			if !exists {
				first = candidate
			}
			last, exists = candidate, true
		}
		if end.IsZero() || end.After(limit) {
			return first, last, exists
		}
		t = end.In(zone)
	}
}

// due returns the one instant at which c is due: the first one, or the first after the gap.
func (c civil) due(zone *time.Location) time.Time {
	first, _, _ := c.instants(zone)
	return first
}
