package cli

import (
	"os"
	"runtime/debug"
)

const (
	// garbagePercent is how much garbage gathers where there is memory for it, in percent of what is in use. While a
	// collection looks through that, all else is slower. Word count of 1.2 GB takes 4% less time so, and on a server,
	// where it looks at all tasks, fewer requests have to wait.
	garbagePercent = 400
	// memoryForGarbage is the budget of a job in bytes that has room for that.
	memoryForGarbage = 1 << 30
)

// collectSeldom lets garbagePercent gather, unless the environment says otherwise.
func collectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
}
