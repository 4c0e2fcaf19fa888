package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"strings"

	_ "modernc.org/sqlite" // the driver; with PostgreSQL it is github.com/jackc/pgx/v5/stdlib

	"github.com/gomr/gomr/orchestrate"
)

// ArtistToplistToDatabase copies a top list into a table.
type ArtistToplistToDatabase struct {
	DateInterval orchestrate.DateInterval `param:"date-interval"`
	Database     string                   `param:"database,insignificant" help:"where the table is"`
}

// Requires returns the list.
func (a ArtistToplistToDatabase) Requires() []orchestrate.Task {
	return []orchestrate.Task{Top10Artists{a.DateInterval}}
}

// Output is a row of the table of what was copied.
func (a ArtistToplistToDatabase) Output() orchestrate.Target {
	return copied{a.Database, orchestrate.ID(a)}
}

// Run copies all lines, and says so, in one transaction.
func (a ArtistToplistToDatabase) Run(ctx context.Context) error {
	list, err := Top10Artists{a.DateInterval}.file().Open(ctx)
	if err != nil {
		return err
	}
	defer list.Close()
	return copied{a.Database, orchestrate.ID(a)}.insert(ctx, func(tx *sql.Tx) error {
		lines := bufio.NewScanner(list)
		for lines.Scan() {
			f := strings.Split(lines.Text(), "\t")
			if _, err := tx.ExecContext(ctx, "INSERT INTO top10 VALUES ($1, $2, $3)", f[0], f[1], f[2]); err != nil {
				return err
			}
		}
		return lines.Err()
	})
}

// A copied is a target that exists when the marker of a task is in the database: what Luigi calls table_updates.
type copied struct{ database, task string }

func (c copied) String() string { return c.database + ": " + c.task }

// Exists looks for the marker.
func (c copied) Exists(ctx context.Context) (exists bool, err error) {
	db, err := c.open(ctx)
	if err != nil {
		return false, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, "SELECT COUNT(*) > 0 FROM copied WHERE task = $1", c.task).Scan(&exists)
	return exists, err
}

// insert commits what f does and the marker together, or neither. A second marker is an error, so two
// that copy the same at one time do it once.
func (c copied) insert(ctx context.Context, f func(*sql.Tx) error) error {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if _, err := tx.ExecContext(ctx, "INSERT INTO copied VALUES ($1)", c.task); err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

func (c copied) open(ctx context.Context) (*sql.DB, error) {
	db, err := sql.Open("sqlite", c.database)
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS copied (task TEXT PRIMARY KEY);
		CREATE TABLE IF NOT EXISTS top10 (date_from TEXT, artist TEXT, plays INTEGER)`)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}
