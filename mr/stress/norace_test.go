//go:build !race

package stress_test

// rightSeeds is how many seeds a right job is tried with.
const rightSeeds = 200
