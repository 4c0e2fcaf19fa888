//go:build race

package stress_test

// rightSeeds is how many seeds a right job is tried with. The race detector makes each ten times as slow, and
// make test tries all without it.
const rightSeeds = 60
