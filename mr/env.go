package mr

import (
	"context"
	"io/fs"
	"log/slog"
	"sync/atomic"
)

// An Env is what a task sees of the world around it: its context, its side
// files, a log, its counters and a status line.
// The zero Env works and is what a test passes: no files, a log that discards,
// counters that can be read back.
//
// The runner makes one Env for each task. Its methods may be called from any
// goroutine of the task.
type Env struct {
	config   EnvConfig
	position func() Position
	counters Counters
}

// An EnvConfig is what a runner gives to the tasks it runs.
type EnvConfig struct {
	// Context ends when the task should stop. Nil means [context.Background].
	Context context.Context
	// Files holds the side files of the job. Nil means none.
	Files fs.FS
	// Log takes the task's messages. Nil discards them.
	Log *slog.Logger
	// SetStatus shows a line of text as the task's state. Nil discards it.
	SetStatus func(text string)
	// Input is the path of the file that a map task reads; empty in a reduce task.
	Input string
	// Partition is the index of the task among the map or reduce tasks of its step.
	Partition int
	// Skipped counts the records that the task has skipped, where several Envs are of
	// one task. Nil means that this one is alone.
	Skipped *atomic.Int64
}

// A Position says where a record was read.
type Position struct {
	File   string // path of the input file, empty where it is not known
	Offset int64  // byte offset of the record in the file, -1 where it is not known
	Record int64  // number of the record in its task, from 1; -1 where it is not known
}

// NewEnv returns an Env for one task.
func NewEnv(config EnvConfig) *Env { return &Env{config: config} }

// Context returns the context of the task. It ends when the task should stop.
func (e *Env) Context() context.Context {
	if e.config.Context == nil {
		return context.Background()
	}
	return e.config.Context
}

// Files returns the side files of the job, by the names they were given.
func (e *Env) Files() fs.FS {
	if e.config.Files == nil {
		return noFiles{}
	}
	return e.config.Files
}

// Log returns the task's log. On Hadoop it is the attempt's stderr.
func (e *Env) Log() *slog.Logger {
	if e.config.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return e.config.Log
}

// SetStatus shows text as the state of the task, and tells the framework that it is alive.
func (e *Env) SetStatus(text string) {
	if e.config.SetStatus != nil {
		e.config.SetStatus(text)
	}
}

// Input returns the path of the file that a map task reads. It is empty in a reduce task.
func (e *Env) Input() string { return e.config.Input }

// Partition returns the index of the task among the map or reduce tasks of its step.
func (e *Env) Partition() int { return e.config.Partition }

// Position returns where the current record was read.
func (e *Env) Position() Position {
	if e.position == nil {
		return Position{File: e.config.Input, Offset: -1}
	}
	return e.position()
}

// SetPosition tells the Env where the current record is read. It is for the
// runner, before the task begins.
func (e *Env) SetPosition(position func() Position) { e.position = position }

// Counter returns the counter of that group and name, the same one for each call.
// Look it up once, before the records are read: adding to it is then one atomic addition.
func (e *Env) Counter(group, name string) *Counter { return e.counters.Counter(group, name) }

// Counters returns the counters of the task.
func (e *Env) Counters() *Counters { return &e.counters }

type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
