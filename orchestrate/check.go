package orchestrate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// A Size is how much an output has. Less than zero is what nobody has counted.
type Size struct {
	// Rows are the records of a job's output, or the lines of a file.
	Rows int64 `json:"rows"`
	// Bytes are those of all parts, as they are stored.
	Bytes int64 `json:"bytes"`
}

func (s Size) String() string {
	return fmt.Sprintf("%s and %s", countedOf(s.Rows, "row"), countedOf(s.Bytes, "byte"))
}

func countedOf(n int64, noun string) string {
	if n < 0 {
		return "an unknown number of " + noun + "s"
	}
	return strconv.FormatInt(n, 10) + " " + plural(int(min(n, 2)), noun, noun+"s")
}

// A Check is what must be true of a task's output before it appears. The method Checks of a
// task returns them; all must hold. One that doesn't makes the attempt fail, for good:
//
//	func (WordCount) Checks() []orchestrate.Check {
//		return []orchestrate.Check{orchestrate.MinRows(1000), orchestrate.RowsWithin(0.5, 2)}
//	}
//
// A job is checked by what it counted. A file of [LocalFile] that a Run method writes is checked when it is
// closed, each by itself. A Run method that writes elsewhere calls [CheckSize].
type Check struct {
	what        string // rows or bytes
	least, most float64
	relative    bool // to the median of the last successes
}

// MinRows wants at least n rows.
func MinRows(n int64) Check { return Check{what: "rows", least: float64(n), most: math.Inf(1)} }

// MaxRows wants at most n rows.
func MaxRows(n int64) Check { return Check{what: "rows", most: float64(n)} }

// MinBytes wants at least n bytes.
func MinBytes(n int64) Check { return Check{what: "bytes", least: float64(n), most: math.Inf(1)} }

// MaxBytes wants at most n bytes.
func MaxBytes(n int64) Check { return Check{what: "bytes", most: float64(n)} }

// RowsWithin wants between low and high times as many rows as the median of the family's last
// successes, such as RowsWithin(0.5, 2). As long as fewer than three are known it holds for any output.
func RowsWithin(low, high float64) Check {
	return Check{what: "rows", least: low, most: high, relative: true}
}

// BytesWithin is [RowsWithin] for bytes.
func BytesWithin(low, high float64) Check {
	return Check{what: "bytes", least: low, most: high, relative: true}
}

// String returns the check as it is written.
func (c Check) String() string {
	noun := strings.ToUpper(c.what[:1]) + c.what[1:]
	switch {
	case c.relative:
		return fmt.Sprintf("%sWithin(%v, %v)", noun, c.least, c.most)
	case math.IsInf(c.most, 1):
		return fmt.Sprintf("Min%s(%.0f)", noun, c.least)
	}
	return fmt.Sprintf("Max%s(%.0f)", noun, c.most)
}

// valid reports what is wrong with the check itself.
func (c Check) valid() error {
	switch {
	case c.what == "":
		return errors.New("a check is made by MinRows, RowsWithin or another function of the package, and not as Check{}")
	case math.IsNaN(c.least), math.IsNaN(c.most), c.least < 0, c.least > c.most:
		return fmt.Errorf("the check %s holds for no output", c)
	}
	return nil
}

// historyLeast is how many successes a relative check wants to know, and historyMost how many it looks at.
const (
	historyLeast = 3
	historyMost  = 20
)

// violation returns what a check has against a size, and empty where it holds.
func (c Check) violation(made Size, before []Size) string {
	got := c.of(made)
	if got < 0 {
		return fmt.Sprintf("%s can't be checked, for the %s were not counted", c, c.what)
	}
	least, most, wanted := c.least, c.most, ""
	if c.relative {
		usual, known := c.median(before)
		if known < historyLeast {
			return ""
		}
		least, most = c.least*usual, c.most*usual
		wanted = fmt.Sprintf(", as the median of the last %d is %s", known, number(usual))
	}
	has := countedOf(int64(got), strings.TrimSuffix(c.what, "s"))
	switch {
	case got < least:
		return fmt.Sprintf("%s, and %s wants at least %s%s", has, c, number(least), wanted)
	case got > most:
		return fmt.Sprintf("%s, and %s wants at most %s%s", has, c, number(most), wanted)
	}
	return ""
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func (c Check) of(s Size) float64 {
	if c.what == "rows" {
		return float64(s.Rows)
	}
	return float64(s.Bytes)
}

// median returns that of the last successes, and how many of them are known.
func (c Check) median(before []Size) (median float64, known int) {
	var values []float64
	for _, s := range slices.Backward(before) {
		if v := c.of(s); v >= 0 && len(values) < historyMost {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return 0, 0
	}
	sort.Float64s(values)
	half := len(values) / 2
	if len(values)%2 == 1 {
		return values[half], len(values)
	}
	return (values[half-1] + values[half]) / 2, len(values)
}

// A CheckError is an output that didn't appear because of its task's checks. It is permanent.
type CheckError struct {
	ID         string
	Made       Size
	Violations []string // of each check that doesn't hold, what it wanted and what there was
	Accept     string   // a command for the shell that accepts the output once
}

func (e *CheckError) Error() string {
	return "the output was rejected by a check: it has " + strings.Join(e.Violations, "; and ") +
		".\nNothing was committed. To accept it once: " + e.Accept
}

// A SizeHistory knows how much the tasks of a family have made. Its methods may be called from any
// number of goroutines.
type SizeHistory interface {
	// Sizes returns the sizes of the last successes, the newest last; [RowsWithin] looks at twenty.
	Sizes(ctx context.Context, family string) ([]Size, error)
	// Add adds that of a success.
	Add(ctx context.Context, family, id string, made Size) error
}

// CheckSize makes the checks of the task to whose Run method the context belongs, for an output that
// is written otherwise than by [LocalFile]. It is called before the output appears, which must not
// where the error is not nil.
//
//	if err := orchestrate.CheckSize(ctx, orchestrate.Size{Rows: rows, Bytes: -1}); err != nil {
//		return err // and abort
//	}
func CheckSize(ctx context.Context, made Size) error { return checkerOf(ctx).check(ctx, made) }

// A checker makes the checks of an attempt. Nil is one that has none.
type checker struct {
	config Config
	node   *Node

	mu       sync.Mutex
	made     *Size // that was checked last
	accepted string
}

func (a *attempt) newChecker() *checker { return &checker{config: a.config, node: a.node} }

func checkerOf(ctx context.Context) *checker {
	if s, ok := ctx.Value(sessionKey{}).(*session); ok {
		return s.checks
	}
	return nil
}

// wanted reports whether the task has checks.
func (c *checker) wanted() bool { return c != nil && len(c.node.Checks) > 0 }

// check makes the checks for an output that is about to appear.
func (c *checker) check(ctx context.Context, made Size) error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made = &made
	violations, err := c.violations(ctx, made)
	if err != nil || len(violations) == 0 {
		return err
	}
	if c.config.Accept != nil {
		accept, err := c.config.Accept(ctx, c.node.ID)
		if err != nil {
			return fmt.Errorf("ask whether the output is accepted though it has %s: %w", strings.Join(violations, "; and "), err)
		}
		if accept {
			c.accepted = strings.Join(violations, "; and ")
			return nil
		}
	}
	return Permanent(&CheckError{c.node.ID, made, violations, c.config.AcceptCommand(c.node.Task)})
}

func (c *checker) violations(ctx context.Context, made Size) (violations []string, err error) {
	var before []Size
	relative := func(check Check) bool { return check.relative }
	if c.config.History != nil && slices.ContainsFunc(c.node.Checks, relative) {
		if before, err = c.config.History.Sizes(ctx, Family(c.node.Task)); err != nil {
			return nil, fmt.Errorf("read how much earlier tasks have made, for the checks: %w", err)
		}
	}
	for _, check := range c.node.Checks {
		if v := check.violation(made, before); v != "" {
			violations = append(violations, v)
		}
	}
	return violations, nil
}

// finish is for a task that has succeeded: its checks were made, and its size is one to compare with, also
// where it was accepted in spite of them: a median bears with an exception, and follows what has become the rule.
func (c *checker) finish(ctx context.Context) error {
	if !c.wanted() {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		return errors.New("the task has Checks, and made its output without them; write it to orchestrate.LocalFile, or call orchestrate.CheckSize before it appears")
	}
	if c.config.History != nil {
		_ = c.config.History.Add(ctx, Family(c.node.Task), c.node.ID, *c.made) // the output is there; the next check has one size less to look at
	}
	return nil
}

func (c *checker) result() (made Size, accepted string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made != nil {
		made = *c.made
	}
	return made, c.accepted
}
