package main

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/gomr/gomr/mr"
)

// A Click is a line USER TAB TIME TAB PAGE TAB COUNTRY TAB MILLISECONDS.
type Click struct {
	User, Page, Country string
	Time, Took          int64
}

// parseClick reads a line.
func parseClick(line string) (c Click, err error) {
	var when string
	c.User, line, _ = strings.Cut(line, "\t")
	when, line, _ = strings.Cut(line, "\t")
	c.Page, line, _ = strings.Cut(line, "\t")
	c.Country, line, _ = strings.Cut(line, "\t")
	if c.Time, err = strconv.ParseInt(when, 10, 64); err != nil {
		return c, err
	}
	c.Took, err = strconv.ParseInt(line, 10, 64)
	return c, err
}

// GroupBy counts the clicks of each country and adds up how long they took.
type GroupBy struct{ Paths }

// Totals are the sums of a country.
type Totals struct{ Clicks, Took int64 }

func addTotals(a, b Totals) Totals { return Totals{a.Clicks + b.Clicks, a.Took + b.Took} }

// Job adds up the totals wherever they meet.
func (g GroupBy) Job() mr.Job { return mr.MapMergeReduce(g, addTotals, g) }

// Map emits a click's country and its totals.
func (GroupBy) Map(line string, emit mr.Emit[string, Totals]) error {
	c, err := parseClick(line)
	if err != nil {
		return err
	}
	emit(c.Country, Totals{1, c.Took})
	return nil
}

// Reduce writes CLICKS TAB MILLISECONDS.
func (GroupBy) Reduce(country string, totals iter.Seq[Totals], emit mr.Emit[string, string]) error {
	for t := range totals {
		emit(country, fmt.Sprintf("%d\t%d", t.Clicks, t.Took))
	}
	return nil
}

// sessionGap is how many seconds without a click end a session.
const sessionGap = 1800

// Sessions cuts the clicks of each user into sessions.
type Sessions struct{ Paths }

// Job sorts the clicks of a user by their time.
func (s Sessions) Job() mr.Job { return mr.MapSortReduce(s, s, mr.Reducers(parts)) }

// Map emits a click's user and time.
func (Sessions) Map(line string, emit mr.Emit[mr.Sorted[string, int64], struct{}]) error {
	c, err := parseClick(line)
	if err != nil {
		return err
	}
	emit(mr.SortBy(c.User, c.Time), struct{}{})
	return nil
}

// Reduce writes START TAB CLICKS for each session.
func (Sessions) Reduce(user string, clicks iter.Seq2[int64, struct{}], emit mr.Emit[string, string]) error {
	var start, last, n int64
	end := func() {
		if n > 0 {
			emit(user, strconv.FormatInt(start, 10)+"\t"+strconv.FormatInt(n, 10))
		}
	}
	for when := range clicks {
		if n == 0 || when-last > sessionGap {
			end()
			start, n = when, 0
		}
		last = when
		n++
	}
	end()
	return nil
}

// Join puts the plan of a user to each of the user's clicks. The first input is the
// clicks, the second the users, in lines of USER TAB PLAN TAB DATE.
type Join struct{ Paths }

// Side says which input a value is from; a user sorts before the clicks.
type Side = int8

const (
	userSide Side = iota
	clickSide
)

// Job reads both inputs and groups them by user.
func (j Join) Job() mr.Job {
	both := mr.Inputs(mr.From(j.In[0], mr.MapFunc(clickPage)), mr.From(j.In[1], mr.MapFunc(userPlan)))
	return mr.MapSortReduce(both, j, mr.Reducers(parts))
}

func clickPage(line string, emit mr.Emit[mr.Sorted[string, Side], string]) error {
	c, err := parseClick(line)
	if err != nil {
		return err
	}
	emit(mr.SortBy(c.User, clickSide), c.Page)
	return nil
}

func userPlan(user mr.KV[string, string], emit mr.Emit[mr.Sorted[string, Side], string]) error {
	plan, _, _ := strings.Cut(user.Value, "\t")
	emit(mr.SortBy(user.Key, userSide), plan)
	return nil
}

// Reduce writes PLAN TAB PAGE for each click of a user who is known.
func (Join) Reduce(user string, values iter.Seq2[Side, string], emit mr.Emit[string, string]) error {
	plan, known := "", false
	for side, value := range values {
		switch {
		case side == userSide:
			plan, known = value, true
		case known:
			emit(user, plan+"\t"+value)
		default:
			return nil
		}
	}
	return nil
}
