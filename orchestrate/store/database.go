package store

import (
	"context"
	"database/sql"
)

// A Database is what packages sqlite and postgres tell of theirs, for [Open].
type Database struct {
	Name string // for errors

	// Writer makes the connection that writes, and Readers those that read beside it.
	Writer, Readers *sql.DB

	// Lock runs on each new connection that writes, before all else.
	// It returns an [InUseError] where another process has the database.
	Lock func(ctx context.Context, conn *sql.Conn) error

	// Unlock undoes Lock on a connection before it is closed. A server may free the lock only some
	// time after that. It may be nil.
	Unlock func(ctx context.Context, conn *sql.Conn) error

	// Committed runs after each commit, before the next transaction begins. It must not wait, and may be nil.
	Committed func()

	// Closed runs when all connections are closed, also after an Open that failed. It may be nil.
	Closed func() error

	// Classify returns what is wrong, such as [ErrFull], or nil where it does not know.
	Classify func(error) error

	// Diagnose says more of an [ErrDamaged]. It may be nil.
	Diagnose func(ctx context.Context, readers *sql.DB) string

	Dialect
}

// A Dialect is what differs between the databases in the SQL of this package.
type Dialect struct {
	Product  string // such as "SQLite"
	Size     string // a query for how many bytes the database has
	Numbered bool   // parameters are $1, $2 and so on, and not ?
	Begin    string // starts a transaction that writes
	Versions string // a query that counts the tables called "schema"
	Rows     []int  // how many rows a statement may write, falling; 1 is always allowed
	Arrays   bool   // a parameter may be an array; see unnest

	// Words replace their names in braces in the migrations.
	Words map[string]string
}
