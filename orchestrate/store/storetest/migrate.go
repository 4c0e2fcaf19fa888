package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

// A version is what the tables got with it.
type version struct {
	number  int
	columns map[string][]string // by table

	// before makes what a database has that was written without these columns.
	before func(c *Contents)
}

// versions are all versions after the first one, in their order.
var versions = []version{
	{2, map[string][]string{
		"tasks":    {"batch", "max_batch", "batch_limit", "due"},
		"attempts": {"batch", "token"},
		"runs":     {"outcome"},
	}, func(c *Contents) {
		for key, t := range c.Tasks {
			t.Batch, t.MaxBatch, t.BatchLimit, t.Due = "", 0, 0, time.Time{}
			c.Tasks[key] = t
		}
		for fence, a := range c.Attempts {
			a.Batch, a.Token = 0, ""
			c.Attempts[fence] = a
		}
		for key, r := range c.Runs {
			r.Outcome = ""
			c.Runs[key] = r
		}
	}},
	{3, map[string][]string{"tasks": {"owner"}}, func(c *Contents) {
		for key, t := range c.Tasks {
			t.Owner = ""
			c.Tasks[key] = t
		}
	}},
}

// testMigrations opens databases of all old versions: what they have stays, what is new is zero, and can be written.
func testMigrations(t *testing.T, makeDatabase func(t testing.TB) Database) {
	for old := 1; old <= len(versions); old++ {
		t.Run(fmt.Sprintf("from version %d", old), func(t *testing.T) {
			d := makeDatabase(t)
			opener := d.opener()
			b, m := migratedBatch(), newContents()
			m.write(b)
			s := open(t, opener)
			write(t, s, b)
			appendLog(t, s, 1, 0, "the log")
			require.NoError(t, s.Close())
			for _, v := range versions[old-1:] {
				v.before(m)
				v.remove(t, d)
			}

			s = open(t, opener)
			m.check(t.Context(), t, s)
			require.Equal(t, "the log", readLog(t, s, 1, 0, 0))
			write(t, s, b)
			m.write(b)
			m.check(t.Context(), t, s)
			s = reopen(t, s, opener)
			m.check(t.Context(), t, s)
		})
	}
}

// testNewerVersion opens a database of a newer program. Its error tells what is known, which versions must have all of.
func testNewerVersion(t *testing.T, makeDatabase func(t testing.TB) Database) {
	d := makeDatabase(t)
	require.NoError(t, open(t, d.opener()).Close())
	require.NoError(t, d.Exec("UPDATE schema SET version = 1000"))
	_, err := d.Open()
	var newer *store.VersionError
	require.ErrorAs(t, err, &newer)
	require.Equal(t, store.VersionError{Found: 1000, Known: int64(1 + len(versions))}, *newer)
	require.ErrorContains(t, err, "use a newer gomr")
}

// testBrokenMigration stops a migration in its midst: the database is as it was, and can be migrated later.
func testBrokenMigration(t *testing.T, makeDatabase func(t testing.TB) Database) {
	d := makeDatabase(t)
	opener := d.opener()
	b, m := migratedBatch(), newContents()
	m.write(b)
	s := open(t, opener)
	write(t, s, b)
	require.NoError(t, s.Close())
	for _, v := range versions {
		v.before(m)
		v.remove(t, d)
	}
	// The sixth of the seven columns of version 2.
	require.NoError(t, d.Exec("ALTER TABLE runs ADD COLUMN outcome TEXT"))
	for range 2 {
		_, err := opener()
		require.ErrorContains(t, err, "migrate the tables to version 2")
		require.ErrorContains(t, err, "outcome")
	}
	require.NoError(t, d.Exec("ALTER TABLE runs DROP COLUMN outcome"))
	m.check(t.Context(), t, open(t, opener))
}

// remove makes a database of the version one of the version before.
func (v *version) remove(t *testing.T, d Database) {
	t.Helper()
	for table, columns := range v.columns {
		for _, column := range columns {
			require.NoError(t, d.Exec("ALTER TABLE "+table+" DROP COLUMN "+column))
		}
	}
	require.NoError(t, d.Exec(fmt.Sprintf("DELETE FROM schema WHERE version = %d", v.number)))
}

// migratedBatch has all kinds of records, with something in each field that came with a version.
func migratedBatch() *store.Batch {
	due := time.Date(2014, 6, 2, 6, 0, 0, 0, time.UTC)
	return &store.Batch{
		Tasks: []store.Task{
			{
				Key:      1,
				Spec:     store.Spec{ID: "a", Family: "f", Args: []string{"--a"}, Batch: "b", MaxBatch: 3, Due: due, Owner: "ann@example.com"},
				Progress: store.Progress{State: store.Done, Fence: 1, BatchLimit: 2},
			},
			{Key: 2, Spec: store.Spec{ID: "b", Requires: []int64{1}}, Progress: store.Progress{State: store.Pending}},
		},
		Attempts: []store.Attempt{{Fence: 1, Task: 1, Worker: "w", Started: minute(1), Ended: minute(2)}, {Fence: 2, Task: 1, Batch: 1, Token: "t"}},
		Runs:     []store.Run{{Key: 1, Request: "r", Roots: []int64{1}, At: minute(1), Ended: minute(2), Outcome: store.Done}},
		Events:   []store.Event{{Seq: 1, At: minute(1), Kind: "k", Task: 1}},
		Settings: map[string]string{"a": "1"},
	}
}
