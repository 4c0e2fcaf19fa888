package server

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTurns: one who follows alone is told at once, and no two of the first thirty at the same time.
func TestTurns(t *testing.T) {
	var all turns
	const gather = 600 * time.Millisecond
	delays := map[time.Duration]int{}
	var leaves []func()
	for range 60 {
		turn, leave := all.join()
		delays[delay(turn, gather)]++
		leaves = append(leaves, leave)
	}
	require.Len(t, delays, 30)
	require.Equal(t, 31, delays[0], "for thirty of them no turn was left")
	leaves[7]()
	leaves[3]()
	turn, _ := all.join()
	require.Equal(t, 3, turn, "a turn that somebody has left is the next one's")
	turn, _ = all.join()
	require.Equal(t, 7, turn)
	require.Zero(t, delay(3, 0), "who doesn't gather is told at once")
}
