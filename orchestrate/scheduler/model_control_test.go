package scheduler

import (
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/store"
)

func (m *machine) limit(t *rapid.T) {
	resource := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "resource")
	require.NoError(t, m.core.setLimit(resource, rapid.IntRange(-1, 4).Draw(t, "limit"), "ann"))
	require.NoError(t, m.core.pauseResource(resource, rapid.IntRange(0, 3).Draw(t, "paused") == 0, "ann"))
	m.commit(t)
}

func (m *machine) control(t *rapid.T) {
	if len(m.core.byID) == 0 {
		t.Skip("no task")
	}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(m.core.byID))).Draw(t, "task")
	_, err := m.core.explain(name)
	require.NoError(t, err)
	switch rapid.IntRange(0, 4).Draw(t, "what") {
	case 0:
		_ = m.core.forgiveTask(name, "ann") // refused in some states
	case 1:
		_ = m.core.mark(name, store.Done, "ann", "")
	case 2:
		_ = m.core.mark(name, store.Failed, "ann", "no use")
	case 3:
		_ = m.core.killTask(name, "ann")
	case 4:
		m.core.pause(rapid.Bool().Draw(t, "pause"), "ann")
	}
	m.commit(t)
}

// forget forgets what has ended some time ago, and that alone.
func (m *machine) forget(t *rapid.T) {
	before := m.core.now.Add(-time.Duration(rapid.SampledFrom([]int{0, 30, 3000}).Draw(t, "seconds")) * time.Second)
	known := maps.Clone(m.core.tasks)
	m.core.forgetWorkers()
	m.core.forgetRequests()
	for after, over := int64(0), false; !over; {
		_, after, over = m.core.forgetSome(after, before)
		if rapid.Bool().Draw(t, "commit") {
			m.commit(t)
		}
	}
	m.commit(t)
	for key, one := range known {
		if m.core.tasks[key] == nil {
			require.True(t, one.Changed.Before(before))
			require.True(t, one.standing().settled(), "%s was %s", one.ID, one.State)
			require.Less(t, key, m.core.lastTask)
		}
	}
}

// retry has a run tried again, and the run is under way then unless its roots have settled.
func (m *machine) retry(t *rapid.T) {
	runs := m.store.Contents().Runs
	if len(runs) == 0 {
		t.Skip("no run")
	}
	run := runs[rapid.SampledFrom(slices.Sorted(maps.Keys(runs))).Draw(t, "run")]
	for look := newClosureLook(run.Roots); !look.over(); {
		m.core.retry(look, &run, "ann")
		m.commit(t)
	}
	settled := true
	for _, key := range run.Roots {
		settled = settled && (m.core.tasks[key] == nil || m.core.tasks[key].standing().settled())
	}
	require.Equal(t, !settled, m.core.runs[run.Key] != nil)
}

func (m *machine) hold(t *rapid.T) {
	h := &Hold{Name: rapid.SampledFrom([]string{"h1", "h2"}).Draw(t, "name"), By: "ann", Kill: rapid.Bool().Draw(t, "kill"), Closed: rapid.Bool().Draw(t, "closed")}
	for i := range families {
		if m.core.byID[id(i)] != nil && rapid.IntRange(0, 3).Draw(t, "held") == 0 {
			h.Tasks = append(h.Tasks, id(i))
		}
	}
	before := maps.Clone(m.core.counts)
	if err := m.core.holdTasks(h); err != nil {
		require.Equal(t, before, m.core.counts, "all or none")
	} else {
		require.NoError(t, m.core.holdTasks(h), "asked for again")
		for _, held := range h.Tasks {
			require.Equal(t, store.Pending, m.core.byID[held].State)
		}
	}
	m.commit(t)
}

func (m *machine) release(t *rapid.T) {
	r := &Release{Name: rapid.SampledFrom([]string{"h1", "h2"}).Draw(t, "name"), By: "ann"}
	if h := m.core.holds[r.Name]; h != nil {
		for _, key := range h.Tasks {
			if rapid.Bool().Draw(t, "done") {
				r.Done = append(r.Done, m.core.tasks[key].ID)
			}
		}
	}
	require.NoError(t, m.core.releaseTasks(r))
	require.Nil(t, m.core.holds[r.Name])
	m.commit(t)
}

func (m *machine) restart(t *rapid.T) {
	live, err := m.store.Load(t.Context())
	require.NoError(t, err)
	c := newCore(m.core.config, m.core.now)
	require.NoError(t, c.load(live))
	require.Equal(t, m.core.lastFence, c.lastFence)
	require.Equal(t, m.core.resources.paused, c.resources.paused)
	for key, t0 := range m.core.tasks {
		require.Equal(t, asWritten(t0.Task), c.tasks[key].Task)
		require.Equal(t, t0.standing(), c.tasks[key].standing(), t0.ID)
		require.Equal(t, t0.held, c.tasks[key].held, t0.ID)
	}
	require.Equal(t, m.core.holdOf, c.holdOf)
	require.Len(t, c.tasks, len(m.core.tasks))
	require.ElementsMatch(t, slices.Collect(maps.Keys(m.core.attempts)), slices.Collect(maps.Keys(c.attempts)))
	require.ElementsMatch(t, slices.Collect(maps.Keys(m.core.runs)), slices.Collect(maps.Keys(c.runs)))
	m.core = c
	m.commit(t)
}
