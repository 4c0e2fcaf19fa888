// Package sqlite keeps a [store.Store] in a file, with SQLite.
//
//	s, err := sqlite.Open(ctx, "/var/lib/gomr/gomr.db", sqlite.Options{})
//
// Beside the file there are gomr.db.lock while a process has it open, which says who that is, and
// SQLite's own gomr.db-wal and gomr.db-shm. The folder must be on a local disk: file systems
// of the network lock badly. To copy the database while it is in use, run
// "sqlite3 gomr.db '.backup copy.db'".
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"github.com/gomr/gomr/orchestrate/store"
)

// Synchronous is what a write waits for.
type Synchronous string

// What a write waits for. With Normal a batch survives the end of the process, but the last
// ones may be gone after the machine lost its power.
const (
	Full   Synchronous = "FULL"
	Normal Synchronous = "NORMAL"
)

// Options say how a database is opened. The zero value is the safe one.
type Options struct {
	Synchronous Synchronous // the default is Full
	Readers     int         // connections that read at one time; the default is 4

	maxPages int // of the file, for tests; zero is no limit
}

// Open opens the database in a file, and makes the file and its folder where they are missing.
// Errors are those of [store.Open], and a [store.DatabaseError] for the file: [store.ErrNotDatabase],
// [store.ErrDamaged] or [store.ErrReadOnly].
func Open(ctx context.Context, path string, options Options) (*store.Store, error) {
	db, err := prepare(path, options)
	if err != nil {
		return nil, &store.DatabaseError{Database: path, Op: "open", Kind: classify(err), Err: err}
	}
	return store.Open(ctx, *db)
}

// prepare takes the lock of the file and looks whether it may be opened.
func prepare(path string, options Options) (*store.Database, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	db := &store.Database{
		Name:     path,
		Lock:     prepareWriter,
		Classify: classify,
		Diagnose: diagnose,
		Dialect: store.Dialect{
			Product:  "SQLite",
			Size:     "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
			Begin:    "BEGIN IMMEDIATE",
			Versions: "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema'",
			Rows:     []int{32, 4},
			Words:    map[string]string{"key": "INTEGER PRIMARY KEY", "bytes": "BLOB", "equal": "", "unique": "UNIQUE (id)"},
		},
	}
	if err := checkFile(path); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), lock.Release())
	}
	if err := connect(db, path, options); err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	checkpointer, err := newCheckpointer(path)
	if err != nil {
		return nil, errors.Join(err, db.Writer.Close(), db.Readers.Close(), lock.Release())
	}
	db.Committed = checkpointer.committed
	db.Closed = func() error { return errors.Join(checkpointer.close(), lock.Release()) }
	return db, nil
}

// connect sets the connections of a database.
func connect(db *store.Database, path string, options Options) (err error) {
	synchronous := options.Synchronous
	if synchronous == "" {
		synchronous = Full
	}
	pragmas := []string{
		"synchronous(" + string(synchronous) + ")",
		"cache_size(-65536)", // KiB
		"wal_autocheckpoint(" + mostLogPages + ")",
		"journal_size_limit(67108864)",
	}
	if options.maxPages > 0 {
		pragmas = append(pragmas, fmt.Sprintf("max_page_count(%d)", options.maxPages))
	}
	db.Writer, err = sql.Open("sqlite", dataSource(path, pragmas...))
	if err != nil {
		return err
	}
	db.Writer.SetMaxOpenConns(1)
	db.Readers, err = sql.Open("sqlite", dataSource(path, "cache_size(-8192)", "query_only(1)"))
	if err != nil {
		return errors.Join(err, db.Writer.Close())
	}
	n := options.Readers
	if n <= 0 {
		n = 4
	}
	db.Readers.SetMaxOpenConns(n)
	db.Readers.SetMaxIdleConns(n)
	return nil
}

// dataSource returns the name of a database for the driver.
func dataSource(path string, pragmas ...string) string {
	query := url.Values{"_busy_timeout": {"10000"}, "_dqs": {"0"}, "_error_rc": {"1"}, "_pragma": pragmas}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
}

// prepareWriter refuses a database that another program has made, and switches to a log of
// writes (WAL), so that readers need not wait. That changes the file, and so comes second.
func prepareWriter(ctx context.Context, conn *sql.Conn) error {
	var tables, ours int
	err := conn.QueryRowContext(ctx, "SELECT COUNT(*), COUNT(CASE name WHEN 'schema' THEN 1 END) FROM sqlite_master").Scan(&tables, &ours)
	if err != nil {
		return err
	}
	if tables > 0 && ours == 0 {
		return fmt.Errorf("%w: it has tables of another program", store.ErrNotDatabase)
	}
	var mode string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("SQLite cannot share memory in this folder (journal mode %s): use one on a local disk", mode)
	}
	return nil
}

// diagnose returns the first thing that a check of the file finds.
func diagnose(ctx context.Context, readers *sql.DB) string {
	var found string
	if err := readers.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
		return err.Error()
	}
	if found == "ok" {
		return ""
	}
	return strings.Join(strings.Fields(found), " ")
}
