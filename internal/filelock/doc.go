// Package filelock locks files between processes.
//
// A lock is free when its holder ends, however it ends: nothing that is left on the disk keeps
// others out.
//
//	locked, err := filelock.Try(file)
//	if err == nil && !locked { … } // another process has it
package filelock
