package mr

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// A Counter counts something in the tasks of a job; the runner adds up the tasks.
type Counter struct{ n atomic.Int64 }

// Add adds n, which may be negative.
func (c *Counter) Add(n int64) { c.n.Add(n) }

// Value returns what was added so far.
func (c *Counter) Value() int64 { return c.n.Load() }

// A CounterValue is a counter's group, name and value.
type CounterValue struct {
	Group string `json:"group"`
	Name  string `json:"name"`
	Value int64  `json:"value"`
}

// Counters is a set of counters by group and name. The zero value is empty.
// All methods may be called from any goroutine.
type Counters struct {
	mu    sync.Mutex
	byKey map[counterKey]*Counter
}

type counterKey struct{ group, name string }

// Counter returns the counter of that group and name and makes it where it is missing.
func (c *Counters) Counter(group, name string) *Counter {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := counterKey{group, name}
	if counter, ok := c.byKey[key]; ok {
		return counter
	}
	if c.byKey == nil {
		c.byKey = make(map[counterKey]*Counter)
	}
	counter := new(Counter)
	c.byKey[key] = counter
	return counter
}

// Values returns all counters, sorted by group and name.
func (c *Counters) Values() []CounterValue {
	c.mu.Lock()
	defer c.mu.Unlock()
	values := make([]CounterValue, 0, len(c.byKey))
	for key, counter := range c.byKey {
		values = append(values, CounterValue{key.group, key.name, counter.Value()})
	}
	slices.SortFunc(values, func(a, b CounterValue) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Name, b.Name))
	})
	return values
}

// Merge adds the values of other to c.
func (c *Counters) Merge(other *Counters) {
	for _, v := range other.Values() {
		c.Counter(v.Group, v.Name).Add(v.Value)
	}
}

// FrameworkGroup is the group of the counters that the engines keep themselves.
// It and the names below are Hadoop's own display names.
const FrameworkGroup = "Map-Reduce Framework"

// The counters that every engine keeps, in [FrameworkGroup].
const (
	MapInputRecords      = "Map input records"
	MapOutputRecords     = "Map output records"
	CombineInputRecords  = "Combine input records"
	CombineOutputRecords = "Combine output records"
	ReduceInputGroups    = "Reduce input groups"
	ReduceInputRecords   = "Reduce input records"
	ReduceOutputRecords  = "Reduce output records"
	SpilledRecords       = "Spilled Records"
	SkippedRecords       = "Skipped records"
)
