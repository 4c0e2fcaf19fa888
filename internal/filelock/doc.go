// Package filelock locks files between processes.
//
// A lock is free when its holder ends, however it ends: nothing that is left on the disk keeps
// others out.
//
//	lock, err := filelock.Take(path, holder)
//	if held := new(filelock.HeldError); errors.As(err, &held) { … } // another process has it
package filelock
