package store

import (
	"errors"
	"fmt"
)

// What can be wrong with a database, for [errors.Is]. The text says the mend.
var (
	// ErrInUse is a database that another process writes to. The error is an [InUseError].
	ErrInUse = errors.New("another process uses the database: stop it, or take another database")

	// ErrDamaged is a database whose content contradicts itself. Nothing more was written.
	ErrDamaged = errors.New("the database is damaged: move it away and restore a copy")

	// ErrNotDatabase is a file that has something else in it. It was left as it is.
	ErrNotDatabase = errors.New("this is no database of gomr: name another file")

	ErrFull     = errors.New("the disk is full: free some space")
	ErrReadOnly = errors.New("the database cannot be written: let the user of this process write to it and its folder")
	ErrBusy     = errors.New("the database is locked: end the program that copies or edits it")

	// ErrUnavailable is a server that does not answer. A later call connects again.
	ErrUnavailable = errors.New("the database cannot be reached: see that its server runs and accepts this user")

	ErrClosed = errors.New("the store is closed")
)

// An InUseError is an [ErrInUse] with who it is.
type InUseError struct {
	By string // where that is known, such as "process 17 on host a"
}

func (e *InUseError) Error() string {
	if e.By == "" {
		return ErrInUse.Error()
	}
	return e.By + " uses the database: stop it, or take another database"
}

// Is reports whether the target is [ErrInUse].
func (e *InUseError) Is(target error) bool { return target == ErrInUse }

// A VersionError is a database that a newer gomr has written.
type VersionError struct {
	Found, Known int64 // versions of the tables
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the tables have version %d, and this gomr knows those up to %d: use a newer gomr", e.Found, e.Known)
}

// A GapError is a piece of a log that does not follow what is stored.
type GapError struct {
	Fence            int64 // of the attempt
	Offset, Expected int64 // where the piece began, and where the log ends
}

func (e *GapError) Error() string {
	return fmt.Sprintf("a piece of the log of attempt %d begins at byte %d, and the log ends at %d: send it from there", e.Fence, e.Offset, e.Expected)
}

// A DatabaseError says which operation on which database went wrong.
type DatabaseError struct {
	Database string // the path of a file, or the name of a database and its host
	Op       string
	Kind     error // such as [ErrFull]; nil where none fits
	Err      error // what the database said
}

func (e *DatabaseError) Error() string {
	if e.Kind == nil {
		return fmt.Sprintf("%s: %s: %s", e.Database, e.Op, e.Err)
	}
	return fmt.Sprintf("%s: %s: %s (%s)", e.Database, e.Op, e.Kind, e.Err)
}

// Unwrap returns the kind, if there is one, and what the database said.
func (e *DatabaseError) Unwrap() []error {
	if e.Kind == nil {
		return []error{e.Err}
	}
	return []error{e.Kind, e.Err}
}
