// Package shuffle holds what stands between the Emit of a map task and the values of a reduce task.
package shuffle
