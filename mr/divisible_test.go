package mr_test

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
)

// pointerMapper could keep something between records.
type pointerMapper struct{ seen int }

func (m *pointerMapper) Map(line string, emit mr.Emit[string, int]) error {
	m.seen++
	return nil
}

type valueMapper struct{}

func (valueMapper) Map(line string, emit mr.Emit[string, int]) error { return nil }

type setupMapper struct{ valueMapper }

func (setupMapper) SetupMap(*mr.Env) error { return nil }

type teardownMapper struct{ valueMapper }

func (teardownMapper) TeardownMap(mr.Emit[string, int]) error { return nil }

func TestDivisible(t *testing.T) {
	whole := mr.MapTask(func(_ *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error { return nil })
	tests := map[string]struct {
		mapper mr.Mapper[string, string, int]
		want   bool
	}{
		"a value":           {valueMapper{}, true},
		"a function":        {mr.MapFunc(valueMapper{}.Map), true},
		"a pointer":         {&pointerMapper{}, false},
		"with a set-up":     {setupMapper{}, false},
		"with a tear-down":  {teardownMapper{}, false},
		"of the whole task": {whole, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, mr.MapMerge(test.mapper, mr.Sum).Steps()[0].Divisible)
			both := mr.Inputs(mr.From("/a", valueMapper{}), mr.From("/b", test.mapper))
			require.Equal(t, test.want, mr.MapMerge(both, mr.Sum).Steps()[0].Divisible)
		})
	}
}
