// Package partition tells which piece of the data a task is for, from its parameters: an hour, a day, an ISO
// week or a month. It never is when the task runs.
//
//	p, ok := partition.Of([]string{"--top=10", "--date=2014-06-01"}) // the day 2014-06-01
//	p.Kind                                                          // partition.Day
//	p.Within(partition.Month)                                       // the month 2014-06
//
// The partition of a task is the first of its parameters whose value is one of these labels:
//
//	2014-06-01T05    an hour
//	2014-06-01       a day
//	2014-W23         a week, from Monday to Sunday
//	2014-06          a month
//
// They are the texts of the parameter types of package orchestrate, of a date interval that is such a piece too.
// A task without one has no partition, and neither has one whose arguments are no flags, such as a launch.
//
// The partitions of a kind are numbered without gaps from the year 1 on, so that a million tasks can keep
// theirs in a few bytes each, and a row of them is a first one and a number. This package knows no tasks, and
// is below all that need a partition; a test holds it to the texts that package orchestrate reads and writes.
package partition
