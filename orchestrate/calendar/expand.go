package calendar

import (
	"fmt"
	"strconv"
	"strings"
)

// placeholders name periods of which one begins with the partition.
var placeholders = map[string]Period{
	"date": Day, "month": Month, "week": Week, "hour": Hour, "minute": Minutes(1), "year": Year,
}

// A PlaceholderError is a placeholder that can't be filled.
type PlaceholderError struct {
	Text    string // with its braces
	Problem string
}

func (e *PlaceholderError) Error() string {
	return fmt.Sprintf("bad placeholder %s: %s; there are {date}, {month}, {week}, {hour}, {minute} and {year}, "+
		"with {date-1} for the day before and {date:2006/01/02} for another form; {{ is a brace", e.Text, e.Problem)
}

// Expand replaces placeholders in arguments by the partition. The error is a [*PlaceholderError].
//
// {date}, {month}, {week}, {hour}, {minute} and {year} are labels: of the month with a day, or of
// the first day of a month. {date-1} is the one before, {hour+2} two later. Behind a colon may stand
// how package time writes 2006-01-02 15:04: {date:2006/01/02} is 2026/11/25. {{ is a brace.
func Expand(args []string, p Partition) ([]string, error) {
	expanded := make([]string, len(args))
	for i, arg := range args {
		text, err := expand(arg, p)
		if err != nil {
			return nil, err
		}
		expanded[i] = text
	}
	return expanded, nil
}

func expand(text string, p Partition) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		if literal, ok := strings.CutPrefix(rest, "{"); ok {
			b.WriteByte('{')
			text = literal
			continue
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", &PlaceholderError{"{" + rest, "it has no end"}
		}
		value, problem := fill(inside, p)
		if problem != "" {
			return "", &PlaceholderError{"{" + inside + "}", problem}
		}
		b.WriteString(value)
		text = after
	}
}

// fill returns what a placeholder stands for, or what is wrong with it.
func fill(inside string, p Partition) (value, problem string) {
	name, layout, hasLayout := strings.Cut(inside, ":")
	name, offset, problem := cutOffset(name)
	if problem != "" {
		return "", problem
	}
	period, ok := placeholders[name]
	if !ok {
		return "", "it is not known"
	}
	filler := period.containing(p.start).Add(offset)
	if !hasLayout {
		return filler.String(), ""
	}
	value = filler.start.Format(layout)
	if value == layout {
		return "", "the form has nothing of 2006-01-02 15:04"
	}
	return value, ""
}

// cutOffset takes the number off a name, such as -1 off date-1.
func cutOffset(text string) (name string, offset int, problem string) {
	i := strings.IndexAny(text, "+-")
	if i < 0 {
		return text, 0, ""
	}
	offset, err := strconv.Atoi(text[i:])
	if err != nil || offset > 1e6 || offset < -1e6 {
		return "", 0, "the offset is no whole number"
	}
	return text[:i], offset, ""
}
