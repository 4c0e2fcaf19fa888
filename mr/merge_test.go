package mr

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Sum is known as what it is, so that the engine adds numbers without a call of it. Nothing else is taken for it.
func TestSumIsKnown(t *testing.T) {
	calls := 0
	lengths := MapFunc(func(line string, emit Emit[string, int]) error { emit(line, len(line)); return nil })
	for name, merge := range map[string]struct {
		of   func(a, b int64) int64
		sum  int64 // of 3 and 4
		same bool
	}{
		"Sum of int":       {mergeOfNumbers(Sum[int]), 7, true},
		"Sum of int64":     {mergeOfNumbers(Sum[int64]), 7, true},
		"Sum of a job":     {MapMerge(lengths, Sum).Steps()[0].Numbers.Merge, 7, true},
		"Max of int":       {mergeOfNumbers(Max[int]), 4, false},
		"First of int64":   {mergeOfNumbers(First[int64]), 3, false},
		"adds in a way":    {mergeOfNumbers(func(a, b int) int { return b + a }), 7, false},
		"counts its calls": {mergeOfNumbers(func(a, b int64) int64 { calls++; return a + b }), 7, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, merge.sum, merge.of(3, 4))
			require.Equal(t, merge.same, isSameFunc(merge.of, addNumbers))
		})
	}
	require.Equal(t, 1, calls)
	require.Nil(t, mergeOfNumbers(Sum[float64]))
}
