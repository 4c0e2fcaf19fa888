package scheduler

import (
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/store"
)

// checkBatch checks what is given out with a task: as many as there are and may be, which are alike.
func (m *machine) checkBatch(t *rapid.T, got *Assignment, mates map[string]int) {
	lead := m.core.byID[got.Task.ID]
	want := 1
	if key := lead.mateKey(); key != "" {
		want = min(mates[key], lead.batchLimit())
	}
	require.Len(t, got.Others, want-1)
	m.largest = max(m.largest, want)
	for _, other := range got.Others {
		one := m.core.byID[other.Task.ID]
		require.Equal(t, lead.mateKey(), one.mateKey())
		require.Equal(t, lead.Batch, one.Batch)
		require.Equal(t, asWritten(lead.Task).Resources, asWritten(one.Task).Resources)
		require.Greater(t, other.Fence, m.last)
		m.last = other.Fence
		m.fences[other.Fence] = ""
	}
}

// startable returns the tasks that can start, resources apart, in their order.
func (m *machine) startable() []*task {
	var found []*task
	for _, t := range m.core.tasks {
		if t.startable() {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(a, b *task) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	return found
}

// checkPassed checks that the tasks before the one that was given out lack a resource, or stand
// behind one that does and needs what they need. Nil is none.
func (m *machine) checkPassed(t *rapid.T, order []*task, got *task) {
	if m.core.paused {
		require.Nil(t, got)
		return
	}
	free := func(name string) int {
		if m.core.resources.paused[name] {
			return 0
		}
		n := m.core.resources.free(name)
		if got != nil {
			n += got.need(name)
		}
		return n
	}
	contested := map[string]bool{}
	for _, u := range order {
		lacks, behind := false, false
		for _, n := range u.needs() {
			lacks = lacks || n.amount > free(n.resource)
			behind = behind || contested[n.resource]
		}
		if u == got {
			require.False(t, lacks, "%s was given out without its resources", u.ID)
			return
		}
		require.True(t, lacks || behind, "%s was passed over for no reason", u.ID)
		for _, n := range u.needs() {
			contested[n.resource] = true
		}
	}
	require.Nil(t, got)
}

// asWritten returns a task as a store keeps it.
func asWritten(t store.Task) store.Task {
	t.NotBefore = t.NotBefore.Truncate(time.Microsecond)
	if len(t.Resources) == 0 {
		t.Resources = nil
	}
	return t
}

// written returns what a scheduler would know of the tasks after a restart, by key.
func (m *machine) written(t *rapid.T) map[int64]store.Task {
	live, err := m.store.Load(t.Context())
	require.NoError(t, err)
	applyStarts(live)
	tasks := map[int64]store.Task{}
	for _, one := range live.Tasks {
		tasks[one.Key] = one
	}
	return tasks
}

// check compares what the core keeps with a look at all.
func (m *machine) check(t *rapid.T) {
	c := m.core
	used, mates, alarms := map[string]int{}, 0, 0
	written := m.written(t)
	require.Len(t, written, len(c.tasks))
	require.Len(t, c.byID, len(c.tasks))
	require.Len(t, c.order, len(c.tasks)+c.removed)
	inGrid, tallied := 0, tallies{}
	for _, one := range c.tasks {
		if p, ok := c.grid.partitionOf(one); ok {
			inGrid++
			tallied.add(p, int(rankOf(one.State)), 1)
			require.Equal(t, []string{"--date=" + p.String()}, one.Args)
			require.Equal(t, rankOf(one.State), slot(c.grid.rows[one.grid.row].slots[one.grid.slot].rank()), one.ID)
		}
		open, stuck := int32(0), int32(0)
		require.Same(t, one, c.order[c.indexAfter(one.Key-1)])
		for _, d := range one.dependents {
			require.Same(t, d, c.tasks[d.Key])
		}
		for _, r := range one.requires {
			require.Same(t, r, c.tasks[r.Key], "%s needs %s", one.ID, r.ID)
			open += boolToInt(!r.standing().done)
			stuck += boolToInt(r.standing().stuck)
			if one.State != store.Done && r.State != store.Done {
				require.GreaterOrEqual(t, r.priority, one.priority, "%s requires %s", one.ID, r.ID)
			}
		}
		require.Equal(t, open, one.open, one.ID)
		require.Equal(t, stuck, one.stuck, one.ID)
		require.Equal(t, one.attempt != nil && one.attempt.lead != nil, one.rides, one.ID)
		if one.State == store.Running && !one.rides {
			for _, n := range one.needs() {
				used[n.resource] += n.amount
			}
		}
		require.Equal(t, one.held, c.holdOf[one.Key] != "")
		if one.held {
			require.Equal(t, store.Pending, one.State, one.ID)
			require.NotNil(t, c.holds[c.holdOf[one.Key]], one.ID)
		}
		running := one.State == store.Running || one.State == store.Suspended
		require.Equal(t, running, one.attempt != nil, "%s is %s", one.ID, one.State)
		if one.startable() && one.batchLimit() > 1 {
			mates++
			require.Same(t, one, c.mates[one.mateKey()].tasks[one.mateIndex])
		}
		if one.State != store.Suspended {
			require.Equal(t, one.startable(), one.place.waits(), "%s is %s", one.ID, one.State)
		}
		if one.Wrapper {
			require.Equal(t, one.open == 0, one.State == store.Done, one.ID)
		}
		require.Equal(t, one.State == store.Retrying || one.State == store.Disabled, one.alarm != nil, one.ID)
		if one.alarm != nil || one.attempt != nil && one.attempt.lead == nil {
			alarms++
		}
		require.Equal(t, asWritten(one.Task).Progress, written[one.Key].Progress, "%s is written", one.ID)
	}
	for _, r := range c.grid.rows[1:] {
		if r != nil {
			require.Len(t, r.slots, r.count+len(r.free))
			inGrid -= r.count
		}
	}
	require.Zero(t, inGrid)
	require.Equal(t, tallied, c.grid.tallies)
	require.Equal(t, used, c.resources.used)
	require.Len(t, c.alarms.heap, alarms)
	for key, h := range c.mates {
		require.Equal(t, key, h.key)
		require.NotEmpty(t, h.tasks)
		mates -= h.Len()
	}
	require.Zero(t, mates)
	for _, a := range c.attempts {
		for _, one := range a.leader().all() {
			require.Same(t, one, c.attempts[one.Fence])
			require.Equal(t, a.task.State, one.task.State)
		}
	}
	for _, w := range c.runs {
		left := 0
		for _, root := range w.on {
			require.Same(t, root, c.tasks[root.Key])
			left += int(boolToInt(!root.standing().settled()))
		}
		require.Equal(t, left, w.left)
		require.Positive(t, left)
	}
	rare := 0
	for _, one := range c.tasks {
		if isRare(one.State) {
			rare++
			require.Same(t, one, c.rare[one.State][one.Key], one.ID)
		}
	}
	for _, tasks := range c.rare {
		rare -= len(tasks)
	}
	require.Zero(t, rare, "each is there once")
}
