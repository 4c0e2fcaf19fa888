//go:build race

package server_test

// raceLimit is how many clients there may be while the race detector looks, which follows 8128
// goroutines at most; a connection has two.
const raceLimit = 2000
