// Package store keeps the state of a scheduler and its history in a database.
//
// A [Store] is written by one scheduler, a [Batch] at a time: all changes of a batch are there,
// or none. A batch that was written survives the end of the process at any point, and where the
// database promises it, that of the machine.
//
//	s, err := sqlite.Open(ctx, "gomr.db", sqlite.Options{})
//	if err != nil { … }
//	defer s.Close()
//	live, err := s.Load(ctx)       // what a scheduler starts from
//	err = s.Write(ctx, &store.Batch{Tasks: tasks, Events: events})
//
// Package sqlite has the database in one file, and package postgres one on a server. Both are
// this package's SQL, and pass its suite, storetest.
//
// # Tables
//
//	tasks     a row for each task: what it is, what it requires as a JSON list of keys, its state
//	attempts  a row for each attempt
//	runs      what was asked for
//	events    the history
//	logs      what attempts wrote: compressed pieces, each with the bytes before it and its length
//	settings  names and values
//	schema    the version; newer ones are refused, older ones are migrated when they are opened
//
// Times are whole microseconds since 1970 in UTC, zero for none; the first microsecond of 1970 is
// stored as the second. Durations are in microseconds, and a shorter one is stored as one.
//
// Lists and maps are JSON; those that are empty are nil when they are read. Texts may have any bytes: a
// backslash is stored as two, and NUL, which PostgreSQL refuses, and bytes that are not UTF-8 as \x and
// two digits. In JSON this comes first, and the quotes of JSON second.
//
// # One writer
//
// Two schedulers on one database would give out one task twice. Opening takes a lock, which ends with the
// process: a file beside the SQLite database, and an advisory lock in PostgreSQL. [ErrInUse] tells of another.
package store
