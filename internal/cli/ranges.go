package cli

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/gomr/gomr/orchestrate"
)

// mostInRange bounds how many tasks a command line names by ranges.
const mostInRange = 100_000

// parseRange returns the tasks of a family that the flags name. The value of a day, an hour or the like may be a
// range of which both ends count: 2014-06-01..2014-06-03.
func (a *app) parseRange(family orchestrate.FamilyInfo, given []string) ([]orchestrate.Task, error) {
	lists := [][]string{nil}
	for _, flag := range given {
		values, err := expandFlag(family, flag)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", family.Name, err)
		}
		if len(lists)*len(values) > mostInRange {
			return nil, fmt.Errorf("%s: the ranges name more than %d tasks", family.Name, mostInRange)
		}
		var longer [][]string
		for _, list := range lists {
			for _, value := range values {
				longer = append(longer, append(list[:len(list):len(list)], value))
			}
		}
		lists = longer
	}
	tasks := make([]orchestrate.Task, len(lists))
	for i, flags := range lists {
		task, err := a.registry.Parse(family.Name, flags)
		if err != nil {
			return nil, err
		}
		tasks[i] = task
	}
	return tasks, nil
}

// expandFlag returns the flags that one with a range stands for, or the flag itself.
func expandFlag(family orchestrate.FamilyInfo, flag string) ([]string, error) {
	name, value, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
	first, last, isRange := strings.Cut(value, "..")
	if !isRange {
		return []string{flag}, nil
	}
	for _, param := range family.Params {
		if param.Name != name {
			continue
		}
		values, err := expandRange(param.Type, first, last)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", name, err)
		}
		if values == nil {
			return []string{flag}, nil // dots that mean something else
		}
		for i := range values {
			values[i] = "--" + name + "=" + values[i]
		}
		return values, nil
	}
	return []string{flag}, nil
}

func expandRange(kind, first, last string) ([]string, error) {
	switch kind {
	case "date":
		return valuesBetween(first, last, orchestrate.ParseDate, orchestrate.Date.Next, orchestrate.Date.Compare)
	case "month":
		return valuesBetween(first, last, orchestrate.ParseMonth, orchestrate.Month.Next, orchestrate.Month.Compare)
	case "year":
		return valuesBetween(first, last, orchestrate.ParseYear, orchestrate.Year.Next, cmp.Compare[orchestrate.Year])
	case "hour":
		return valuesBetween(first, last, orchestrate.ParseDateHour, orchestrate.DateHour.Next, orchestrate.DateHour.Compare)
	case "minute":
		return valuesBetween(first, last, orchestrate.ParseDateMinute, orchestrate.DateMinute.Next, orchestrate.DateMinute.Compare)
	case "integer":
		parse := func(text string) (integer, error) {
			n, err := strconv.Atoi(text)
			return integer(n), err
		}
		return valuesBetween(first, last, parse, func(n integer) integer { return n + 1 }, cmp.Compare[integer])
	}
	return nil, nil
}

type integer int

func (n integer) String() string { return strconv.Itoa(int(n)) }

// valuesBetween returns the texts of the values from the first to the last, both of which count.
func valuesBetween[T fmt.Stringer](first, last string, parse func(string) (T, error), next func(T) T, compare func(a, b T) int) ([]string, error) {
	from, err := parse(first)
	if err != nil {
		return nil, err
	}
	to, err := parse(last)
	if err != nil {
		return nil, err
	}
	if compare(from, to) > 0 {
		return nil, fmt.Errorf("bad range %s..%s: it ends before it begins", first, last)
	}
	var values []string
	for v := from; compare(v, to) <= 0; v = next(v) {
		if values = append(values, v.String()); len(values) > mostInRange {
			return nil, fmt.Errorf("the range %s..%s has more than %d values", first, last, mostInRange)
		}
	}
	return values, nil
}
