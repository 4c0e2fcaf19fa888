//go:build !race

package server_test

const raceLimit = mostPollers
