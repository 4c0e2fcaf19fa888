// Package demo has a small shop's pipeline to try a server and its pages on: tasks that take a few
// seconds each, and a week of history as they would have left it.
//
//	err := demo.Fill(ctx, st, demo.Week{Until: time.Now(), Program: program, Root: dir})
//
// [Tasks] are the tasks of the program. [Fill] writes into an empty store what a scheduler would have
// written in that week: tasks, runs, attempts with their logs, some of which failed. The last
// ones are not done, so that a worker has something to do. The same week comes of the same seed.
package demo
