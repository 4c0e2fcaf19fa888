//go:build !linux

package worker

import "github.com/gomr/gomr/orchestrate/scheduler"

// readLoad tells nothing: each system has a way of its own.
func readLoad(string, string, map[int]bool) (*scheduler.Load, processorTimes) {
	return nil, processorTimes{}
}
