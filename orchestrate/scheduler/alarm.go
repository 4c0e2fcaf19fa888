package scheduler

import (
	"container/heap"
	"time"
)

// An alarm is when something happens by itself: a task goes on, or the lease of an attempt ends.
type alarm struct {
	at      time.Time
	task    *task
	attempt *attempt
	index   int // in the heap, -1 where it is not
}

// alarms is a heap of them.
type alarms struct{ heap alarmHeap }

func (a *alarms) set(at time.Time, t *task, attempt *attempt) *alarm {
	next := &alarm{at: at, task: t, attempt: attempt}
	heap.Push(&a.heap, next)
	return next
}

// stop takes one out. Nil and those that are over do nothing.
func (a *alarms) stop(one *alarm) {
	if one != nil && one.index >= 0 {
		heap.Remove(&a.heap, one.index)
	}
}

// due takes out the next one that is due, or returns nil.
func (a *alarms) due(now time.Time) *alarm {
	if len(a.heap) == 0 || a.heap[0].at.After(now) {
		return nil
	}
	return heap.Pop(&a.heap).(*alarm)
}

// next returns when the next one is due.
func (a *alarms) next() (at time.Time, ok bool) {
	if len(a.heap) == 0 {
		return time.Time{}, false
	}
	return a.heap[0].at, true
}

type alarmHeap []*alarm

func (h alarmHeap) Len() int           { return len(h) }
func (h alarmHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }

func (h alarmHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *alarmHeap) Push(x any) {
	one := x.(*alarm)
	one.index = len(*h)
	*h = append(*h, one)
}

func (h *alarmHeap) Pop() any {
	last := len(*h) - 1
	one := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	one.index = -1
	return one
}
