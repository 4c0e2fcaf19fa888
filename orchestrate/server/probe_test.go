package server_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// A cluster is a probe of a cluster that does as the test wants.
type cluster struct {
	looks atomic.Int64
	does  func(ctx context.Context) server.Found
}

func (*cluster) Name() string { return "cluster" }

func (c *cluster) Look(ctx context.Context) server.Found {
	c.looks.Add(1)
	return c.does(ctx)
}

func well(context.Context) server.Found { return server.Found{Detail: "three nodes"} }

func ill(context.Context) server.Found {
	return server.Found{Err: errors.New("connection refused"), Mend: "start it"}
}

// hang is a look that goes on until it is told to end.
func hang(ctx context.Context) server.Found {
	<-ctx.Done()
	return server.Found{Err: ctx.Err()}
}

const (
	fresh    = 10 * time.Second
	limit    = 4 * time.Second
	patience = limit + time.Second
)

// probe makes a prober of a cluster in a bubble of its own.
func probe(t *testing.T, test func(t *testing.T, c *cluster, ask func() api.Component)) {
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{does: well}
		p := server.NewProber(fresh, limit, c)
		defer p.Close()
		test(t, c, func() api.Component {
			all := p.Ask(t.Context(), patience)
			require.Len(t, all, 1)
			require.Equal(t, "cluster", all[0].Name)
			return all[0]
		})
	})
}

func TestComponentIsLookedAtWhileSomebodyAsks(t *testing.T) {
	probe(t, func(t *testing.T, c *cluster, ask func() api.Component) {
		require.Zero(t, c.looks.Load(), "nobody has asked")
		first := ask()
		require.Equal(t, api.ComponentOK, first.State)
		require.Equal(t, "three nodes", first.Detail)
		require.Equal(t, time.Now(), first.LastSeen)
		time.Sleep(fresh - 1)
		require.Equal(t, first, ask(), "what was found is good for a while")
		time.Sleep(time.Hour)
		require.EqualValues(t, 1, c.looks.Load())
		require.Equal(t, time.Now(), ask().LastSeen)
		require.EqualValues(t, 2, c.looks.Load())
	})
}

func TestComponentFailsAndRecovers(t *testing.T) {
	probe(t, func(t *testing.T, c *cluster, ask func() api.Component) {
		seen := ask().LastSeen
		c.does = ill
		time.Sleep(fresh)
		failing := ask()
		require.Equal(t, api.Component{
			Name: "cluster", State: api.ComponentFailing, Detail: "connection refused", Mend: "start it", LastSeen: seen, Looked: time.Now(),
		}, failing)
		c.does = well
		time.Sleep(fresh)
		again := ask()
		require.Equal(t, api.ComponentOK, again.State)
		require.Empty(t, again.Mend)
		require.Equal(t, time.Now(), again.LastSeen)
	})
}

func TestComponentIsSlow(t *testing.T) {
	probe(t, func(t *testing.T, c *cluster, ask func() api.Component) {
		c.does = func(context.Context) server.Found {
			time.Sleep(2 * time.Second)
			return server.Found{}
		}
		slow := ask()
		require.Equal(t, api.ComponentSlow, slow.State)
		require.Equal(t, api.Duration(2*time.Second), slow.Latency)
	})
}

func TestComponentHangs(t *testing.T) {
	probe(t, func(t *testing.T, c *cluster, ask func() api.Component) {
		seen := ask().LastSeen
		c.does = hang
		time.Sleep(fresh)
		start := time.Now()
		failing := ask()
		require.Equal(t, limit, time.Since(start), "whoever asks does not wait longer")
		require.Equal(t, api.ComponentFailing, failing.State)
		require.Equal(t, "there was no answer within 4s", failing.Detail)
		require.Equal(t, seen, failing.LastSeen)
	})
}

// TestLookThatNeverEnds: a probe that does not obey its context is not asked again meanwhile, and keeps nobody waiting.
func TestLookThatNeverEnds(t *testing.T) {
	probe(t, func(t *testing.T, c *cluster, ask func() api.Component) {
		end := make(chan struct{})
		c.does = func(context.Context) server.Found {
			<-end
			return server.Found{}
		}
		require.Equal(t, "there was no answer within 5s", ask().Detail)
		time.Sleep(time.Minute)
		start := time.Now()
		for range 10 {
			require.Equal(t, "there was no answer within 1m5s", ask().Detail)
		}
		require.Zero(t, time.Since(start))
		require.EqualValues(t, 1, c.looks.Load())
		close(end)
		synctest.Wait()
		require.Equal(t, api.ComponentSlow, ask().State, "it has answered at last")
	})
}

func TestLookThatPanics(t *testing.T) {
	probe(t, func(t *testing.T, c *cluster, ask func() api.Component) {
		c.does = func(context.Context) server.Found { panic("secret") }
		require.Equal(t, api.ComponentFailing, ask().State)
		require.NotContains(t, ask().Detail, "secret")
	})
}

// TestCloseWhileProbing: the look ends with the server, and whoever asked has an answer.
func TestCloseWhileProbing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := server.NewProber(fresh, time.Hour, &cluster{does: hang})
		answered := make(chan []api.Component)
		go func() { answered <- p.Ask(t.Context(), time.Hour) }()
		synctest.Wait()
		p.Close()
		require.Empty(t, <-answered)
		require.Empty(t, p.Ask(t.Context(), time.Hour), "and no look begins any more")
	})
}

// TestComponentsOfAServer: the parts of a server, and what it was given to look at.
func TestComponentsOfAServer(t *testing.T) {
	w := start(t, server.Options{Probes: []server.Probe{&cluster{does: ill}}})
	found, err := w.client.Health(t.Context())
	require.NoError(t, err)
	states := map[string]api.Condition{}
	for _, c := range found.Components {
		states[c.Name] = c.State
	}
	require.Equal(t, map[string]api.Condition{
		"scheduler": api.ComponentOK, "database": api.ComponentOK, "workers": api.ComponentUnused, "schedules": api.ComponentUnused,
		"backfills": api.ComponentUnused, "deadlines": api.ComponentUnused, "mail": api.ComponentUnused, "webhooks": api.ComponentUnused, "cluster": api.ComponentFailing,
	}, states)
	_, metrics := w.send("GET", "/metrics", "")
	require.Contains(t, metrics, `gomr_component_up{component="scheduler"} 1`)
	require.Contains(t, metrics, `gomr_component_up{component="cluster"} 0`)
	require.NotContains(t, metrics, `gomr_component_up{component="mail"}`)
}

// TestHealthOfAStoreThatFails: the texts say so, without what the database has said.
func TestHealthOfAStoreThatFails(t *testing.T) {
	w := start(t, server.Options{})
	w.store.Fail(func(int) error { return errors.New("dial postgres://ann:secret@db") })
	_, err := w.client.Submit(t.Context(), &scheduler.Submission{Nodes: []scheduler.Node{job("a")}})
	require.Error(t, err)
	found, err := w.client.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, "database", found.Components[1].Name)
	require.Equal(t, api.ComponentFailing, found.Components[1].State)
	require.Contains(t, found.Components[1].Detail, "it can't be written")
	require.NotContains(t, found.Components[1].Detail, "secret")
}

// TestHealthOfWorkers: that there is none is wrong where tasks wait for one.
func TestHealthOfWorkers(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(job("a"))
	workers := func() api.Component {
		found, err := w.client.Health(t.Context())
		require.NoError(t, err)
		return found.Components[2]
	}
	none := workers()
	require.Equal(t, api.ComponentFailing, none.State)
	require.Equal(t, "no worker is alive, and 1 task could start", none.Detail)

	other := start(t, server.Options{})
	other.submit(job("a"))
	other.work()
	found, err := other.client.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, "1 alive, 1 of 2 slots busy", found.Components[2].Detail)
}

// TestHealthOfBackfills: one that can't be launched is told, with what keeps it.
func TestHealthOfBackfills(t *testing.T) {
	w := start(t, server.Options{})
	writes := 0
	w.store.Fail(func(int) error {
		if writes++; writes == 1 {
			return nil // it is started, and can't be launched
		}
		return &store.DatabaseError{Database: "db", Op: "write", Err: storetest.ErrDiskFull}
	})
	_, err := w.backfills.Start(t.Context(), &backfill.Definition{Program: "p", Family: "T", Param: "day", Labels: []string{"a"}, Cap: 1})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		health, err := w.backfills.Health(t.Context())
		return err == nil && len(health.Stuck) == 1
	}, generous, time.Millisecond)
	stuck := w.component("backfills")
	require.Equal(t, api.ComponentFailing, stuck.State)
	require.Contains(t, stuck.Detail, "1 backfill can't go on: 1: nothing was done, for the database failed")
	require.Contains(t, stuck.Mend, "it is tried again")
}

// component returns how a component does.
func (w *world) component(name string) api.Component {
	found, err := w.client.Health(w.t.Context())
	require.NoError(w.t, err)
	for _, c := range found.Components {
		if c.Name == name {
			return c
		}
	}
	require.Fail(w.t, "there is no component", name)
	return api.Component{}
}
