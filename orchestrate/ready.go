package orchestrate

import (
	"cmp"
	"container/heap"
)

// A readyQueue is a heap of the states that can go on: the highest priority first,
// then what goes on before what begins, then the order of the plan.
type readyQueue []*state

func (q *readyQueue) push(s *state) { heap.Push((*readyHeap)(q), s) }

func (q *readyQueue) pop() *state { return heap.Pop((*readyHeap)(q)).(*state) }

// fix restores the order after the priority of s changed.
func (q *readyQueue) fix(s *state) {
	if s.queued >= 0 {
		heap.Fix((*readyHeap)(q), s.queued)
	}
}

// remove takes s out where it is in the queue.
func (q *readyQueue) remove(s *state) {
	if s.queued >= 0 {
		heap.Remove((*readyHeap)(q), s.queued)
	}
}

// readyHeap implements heap.Interface apart from the queue's own methods.
type readyHeap []*state

func (h readyHeap) Len() int { return len(h) }

func (h readyHeap) Less(i, j int) bool {
	return cmp.Or(
		cmp.Compare(h[j].priority, h[i].priority),
		cmp.Compare(h[i].rank(), h[j].rank()),
		cmp.Compare(h[i].seq, h[j].seq)) < 0
}

// rank is 0 for a task that returns from Require and 1 for one that begins.
func (s *state) rank() int {
	if s.wait.call != nil {
		return 0
	}
	return 1
}

func (h readyHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].queued, h[j].queued = i, j
}

func (h *readyHeap) Push(x any) {
	s := x.(*state)
	s.queued = len(*h)
	*h = append(*h, s)
}

func (h *readyHeap) Pop() any {
	last := len(*h) - 1
	s := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	s.queued = -1
	return s
}
