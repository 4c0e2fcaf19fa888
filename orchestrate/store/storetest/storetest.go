// Package storetest is the suite that each database of a [store.Store] passes.
package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

// An Opener opens one database, as often as it is called.
type Opener func() (*store.Store, error)

// Test runs the suite. Each call of makeDatabase prepares a database that is empty, and has no
// tables. The stores that the suite opens it closes.
func Test(t *testing.T, makeDatabase func(t testing.TB) Opener) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Opener)
	}{
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
		{"a context that ends changes nothing", testCancelled},
		{"attempts", testAttempts},
		{"attempts of a large family", testLargeFamily},
		{"events", testEvents},
		{"runs", testRuns},
		{"log", testLog},
		{"large log", testLargeLog},
		{"log of a batch", testBatchLog},
		{"prune", testPrune},
		{"numbers never come again", testPruneNumbers},
		{"prune of many", testPruneMany},
		{"second opener", testSecondOpener},
		{"closed", testClosed},
		{"readers beside a writer", testReaders},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, makeDatabase(t)) })
	}
	t.Run("random", func(t *testing.T) { testRandom(t, makeDatabase) })
}

// open opens a store that the end of the test closes.
func open(t *testing.T, opener Opener) *store.Store {
	t.Helper()
	s, err := opener()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// reopen closes a store and opens it again.
func reopen(t *testing.T, s *store.Store, opener Opener) *store.Store {
	t.Helper()
	require.NoError(t, s.Close())
	return open(t, opener)
}

func write(t *testing.T, s *store.Store, b *store.Batch) {
	t.Helper()
	require.NoError(t, s.Write(t.Context(), b))
}

func load(t *testing.T, s *store.Store) *store.Live {
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
