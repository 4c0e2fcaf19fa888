package storetest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

// A kept Memory is opened again as it was left.
type kept struct{ *Memory }

func (kept) Close() error { return nil }

func TestMemory(t *testing.T) {
	openers := func(testing.TB) opener {
		m := NewMemory()
		return func() (database, error) { return kept{m}, nil }
	}
	run(t, shared, openers)
	t.Run("random", func(t *testing.T) { testRandom(t, openers) })
}

// TestMemoryFails has writes fail by their number, and those change nothing.
func TestMemoryFails(t *testing.T) {
	m := NewMemory()
	name := func(text string) error {
		return m.Write(t.Context(), &store.Batch{Settings: map[string]string{"name": text}})
	}
	require.NoError(t, name("first"))
	third := errors.New("the third")
	m.Fail(func(write int) error {
		if write == 3 {
			return third
		}
		return nil
	})
	require.NoError(t, name("second"))
	require.Same(t, third, name("third"))
	require.Equal(t, "second", m.Contents().Settings["name"])
	require.NoError(t, name("fourth"))
	m.Fail(Always(ErrDiskFull))
	require.ErrorIs(t, name("fifth"), ErrDiskFull)
	m.Fail(nil)
	require.Equal(t, map[string]string{"name": "fourth"}, m.Contents().Settings)
}
