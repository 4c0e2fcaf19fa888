// Package storetest is the suite that each database of a [store.Store] passes, and [Memory], a store for the tests
// of what is built on one.
package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

// A Database is one that the suite makes its own.
type Database struct {
	// Open opens it, as often as it is called.
	Open func() (*store.Store, error)

	// Exec runs a statement on it while no store has it open.
	Exec func(statement string) error
}

func (d Database) opener() opener {
	return func() (database, error) {
		s, err := d.Open()
		if s == nil {
			return nil, err
		}
		return s, err
	}
}

// A database is an open one that the suite is about: a [store.Store], or a [Memory].
type database interface { //nolint:interfacebloat // all that a Store does
	Write(ctx context.Context, b *store.Batch) error
	Load(ctx context.Context) (*store.Live, error)
	Run(ctx context.Context, request string) (store.Run, bool, error)
	Runs(ctx context.Context, before int64, limit int) ([]store.Run, error)
	Attempts(ctx context.Context, q store.AttemptQuery) ([]store.Attempt, error)
	LastAttempts(ctx context.Context, tasks []int64, by time.Time) ([]store.Attempt, error)
	Events(ctx context.Context, q store.EventQuery) ([]store.Event, error)
	AppendLog(ctx context.Context, fence, offset int64, chunk []byte) error
	ReadLog(ctx context.Context, fence, offset int64, limit int) ([]byte, error)
	Prune(ctx context.Context, before time.Time) error
	Close() error
}

// An opener opens one database, as often as it is called.
type opener func() (database, error)

// Test runs the suite. Each call of makeDatabase prepares a database that is empty, and has no
// tables. The stores that the suite opens it closes.
func Test(t *testing.T, makeDatabase func(t testing.TB) Database) {
	openers := func(t testing.TB) opener { return makeDatabase(t).opener() }
	run(t, append(slices.Clone(shared), durable...), openers)
	t.Run("old version", func(t *testing.T) { testMigrations(t, makeDatabase) })
	t.Run("newer version", func(t *testing.T) { testNewerVersion(t, makeDatabase) })
	t.Run("migration that fails", func(t *testing.T) { testBrokenMigration(t, makeDatabase) })
	t.Run("about", func(t *testing.T) { testAbout(t, openers(t)) })
	t.Run("random", func(t *testing.T) { testRandom(t, openers) })
}

// A conformance is a test of the suite.
type conformance struct {
	name string
	run  func(*testing.T, opener)
}

func run(t *testing.T, tests []conformance, openers func(t testing.TB) opener) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, openers(t)) })
	}
}

// shared is what a [Memory] does as well as a store that lasts.
var shared = []conformance{
	{"empty", testEmpty},
	{"odd texts", testOddTexts},
	{"times", testTimes},
	{"long texts", testLongTexts},
	{"replaced", testReplaced},
	{"progress leaves the spec", testProgress},
	{"the last of a batch counts", testTwice},
	{"written again", testWrittenAgain},
	{"large batch", testLargeBatch},
	{"forgotten", testForgotten},
	{"settings", testSettings},
	{"an invalid element changes nothing", testAtomic},
	{"attempts", testAttempts},
	{"attempts in time", testAttemptsInTime},
	{"attempts of a large family", testLargeFamily},
	{"last attempts", testLastAttempts},
	{"last attempts of many", testLastAttemptsOfMany},
	{"events", testEvents},
	{"runs", testRuns},
	{"log", testLog},
	{"large log", testLargeLog},
	{"log of a batch", testBatchLog},
	{"prune", testPrune},
	{"numbers never come again", testPruneNumbers},
	{"prune of many", testPruneMany},
	{"readers beside a writer", testReaders},
}

// durable is what only a store with a database does.
var durable = []conformance{
	{"a context that ends changes nothing", testCancelled},
	{"second opener", testSecondOpener},
	{"closed", testClosed},
}

// open opens a store that the end of the test closes.
func open(t *testing.T, opener opener) database {
	t.Helper()
	s, err := opener()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// reopen closes a store and opens it again.
func reopen(t *testing.T, s database, opener opener) database {
	t.Helper()
	require.NoError(t, s.Close())
	return open(t, opener)
}

func write(t *testing.T, s database, b *store.Batch) {
	t.Helper()
	require.NoError(t, s.Write(t.Context(), b))
}

func load(t *testing.T, s database) *store.Live {
	t.Helper()
	live, err := s.Load(t.Context())
	require.NoError(t, err)
	return live
}

// keys returns the keys of records.
func keys[T any](records []T, key func(T) int64) []int64 {
	list := []int64{}
	for _, record := range records {
		list = append(list, key(record))
	}
	return list
}
