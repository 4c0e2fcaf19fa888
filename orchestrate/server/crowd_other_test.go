//go:build !unix

package server_test

import "testing"

func pollersAllowed(*testing.T) int { return min(1000, raceLimit) }
