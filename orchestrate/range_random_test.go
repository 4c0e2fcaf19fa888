package orchestrate_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate"
)

// TestRangesAreCountedDayByDay compares ranges of random days with days that are counted one by one.
func TestRangesAreCountedDayByDay(t *testing.T) {
	registry := rangeRegistry(t)
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(rapid.IntRange(1999, 2030).Draw(t, "year"), 1, rapid.IntRange(1, 366).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		n := rapid.IntRange(1, 800).Draw(t, "days")
		var want []string
		for i := range n {
			want = append(want, "Interval(days="+start.AddDate(0, 0, i).Format(time.DateOnly)+")")
		}
		task, err := registry.Parse("RangeDaily", []string{"--of=Interval", "--start=" + start.Format(time.DateOnly), "--stop=" + start.AddDate(0, 0, n).Format(time.DateOnly)})
		require.NoError(t, err)
		var got []string
		for _, required := range task.(orchestrate.Requirer).Requires() {
			got = append(got, orchestrate.ID(required))
		}
		require.Equal(t, want, got)

		row, err := registry.Partitions("Interval", []string{"--days=" + start.Format(time.DateOnly) + ".." + start.AddDate(0, 0, n-1).Format(time.DateOnly)})
		require.NoError(t, err)
		require.Len(t, row.Labels, n)
		require.Equal(t, want[n-1], orchestrate.ID(row.Tasks[n-1]), "the last one of a row is part of it")
	})
}

// TestMissingIsMissing plans ranges over random outputs.
func TestMissingIsMissing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &shelf{there: map[string]bool{}}
		limit := rapid.IntRange(0, 6).Draw(t, "limit")
		var want []string
		for day := 1; day <= 28; day++ {
			name := fmt.Sprintf("2014-06-%02d", day)
			if rapid.Bool().Draw(t, name) {
				s.there["interval/"+name] = true
			} else {
				want = append(want, "Interval(days="+name+")")
			}
		}
		start, stop := juneDays(1, 29)
		r := orchestrate.RangeDaily{RangeOf: orchestrate.NewRangeOf(Interval{}), Start: start, Stop: stop}
		r.Limit, r.Reverse = limit, rapid.Bool().Draw(t, "reverse")
		if r.Reverse {
			slices.Reverse(want)
		}
		if limit > 0 {
			want = want[:min(limit, len(want))]
		}
		plan, err := orchestrate.NewPlan(context.Background(), orchestrate.Config{Exists: s.exists}, r)
		require.NoError(t, err)
		require.Equal(t, want, requiredIDs(plan.Roots()[0]))
		require.Equal(t, 1, s.calls)
	})
}
