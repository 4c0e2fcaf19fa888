package scheduler

import "container/heap"

// A queue has tasks that can start but for resources, in the order of [task.before].
//
// A task that lacks a resource is parked there and looked at again when its turn comes among
// those that are parked for it. Behind it others wait that need the resource too, so that one
// which takes much is not passed by many that take little; others go on. So a request for
// work costs the logarithm of the queue's length, and no look at all tasks that lack something.
type queue struct {
	resources *resources
	goesOn    bool // its tasks have begun, so that no resource is paused for them
	ready     taskHeap
	parked    map[string]*taskHeap // by the resource that they lack
	beyond    map[string]*taskHeap // that need more of a resource than there is at all
}

func newQueue(r *resources) *queue {
	return &queue{resources: r, parked: map[string]*taskHeap{}, beyond: map[string]*taskHeap{}}
}

// free returns how much of a resource is there for the tasks of the queue.
func (q *queue) free(resource string) int {
	if q.resources.paused[resource] && !q.goesOn {
		return 0
	}
	return q.resources.free(resource)
}

func (q *queue) push(t *task) { heap.Push(&q.ready, t) }

// first returns the task to start next, which stays in the queue, or nil where none can start.
func (q *queue) first() *task {
	for {
		best := q.ready.top()
		for name, h := range q.parked {
			top := h.top()
			if top == nil {
				delete(q.parked, name)
				continue
			}
			if q.free(name) >= top.need(name) && (best == nil || top.before(best)) {
				best = top
			}
		}
		if best == nil || !q.park(best) {
			return best
		}
	}
}

// park moves a task to those that lack a resource, and reports whether it lacks one. No task is in
// front of it that could start.
func (q *queue) park(t *task) bool {
	for _, n := range t.needs() {
		switch {
		case n.amount > q.resources.limit(n.resource):
			t.moveTo(q.beyond, n.resource)
			return true
		case n.amount > q.free(n.resource), q.isBehind(t, n.resource):
			t.moveTo(q.parked, n.resource)
			return true
		}
	}
	return false
}

// isBehind tells whether a task is parked for a resource that comes before t.
func (q *queue) isBehind(t *task, resource string) bool {
	h := q.parked[resource]
	return h != nil && h.top() != nil && h.top() != t && h.top().before(t)
}

// reconsider looks again at all tasks that lack a resource, whose limit has changed.
func (q *queue) reconsider(resource string) {
	for _, lacking := range []map[string]*taskHeap{q.parked, q.beyond} {
		h := lacking[resource]
		for h != nil && h.top() != nil {
			t := h.top()
			t.place.leave()
			q.push(t)
		}
		delete(lacking, resource)
	}
}

// A taskPlace is where a task is in a heap.
type taskPlace struct {
	heap  *taskHeap // nil where it is in none
	index int
}

func (p *taskPlace) waits() bool { return p.heap != nil }

// leave takes the task out.
func (p *taskPlace) leave() {
	if p.heap != nil {
		heap.Remove(p.heap, p.index)
	}
}

// moveTo puts a task that is in a heap into another, which is made where it is missing.
func (t *task) moveTo(heaps map[string]*taskHeap, name string) {
	t.place.leave()
	if heaps[name] == nil {
		heaps[name] = &taskHeap{}
	}
	heap.Push(heaps[name], t)
}

// fix restores the order after the priority of the task has changed.
func (p *taskPlace) fix() {
	if p.heap != nil {
		heap.Fix(p.heap, p.index)
	}
}

// A taskHeap is a heap.Interface of tasks that know their places.
type taskHeap []*task

func (h taskHeap) top() *task {
	if len(h) == 0 {
		return nil
	}
	return h[0]
}

func (h taskHeap) Len() int           { return len(h) }
func (h taskHeap) Less(i, j int) bool { return h[i].before(h[j]) }

func (h taskHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place.index, h[j].place.index = i, j
}

func (h *taskHeap) Push(x any) {
	t := x.(*task)
	t.place = taskPlace{h, len(*h)}
	*h = append(*h, t)
}

func (h *taskHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.place = taskPlace{}
	return t
}
