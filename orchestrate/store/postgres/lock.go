package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gomr/gomr/orchestrate/store"
)

// An advisoryLock is the lock on a schema. It belongs to a connection, and ends with it.
type advisoryLock struct {
	schema string
	last   backend // that has or had the lock for this process
}

// A backend is the process of the server that serves a connection.
type backend struct {
	pid     int
	started time.Time // together with pid it is never another's
}

// take takes the lock for a connection without waiting for others, and makes the schema.
func (l *advisoryLock) take(ctx context.Context, conn *sql.Conn) error {
	taken, err := l.try(ctx, conn)
	if err == nil && !taken && l.last.pid != 0 {
		taken, err = l.takeOver(ctx, conn)
	}
	if err == nil && !taken {
		err = l.inUse(ctx, conn)
	}
	if err != nil {
		return err
	}
	err = conn.QueryRowContext(ctx, "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()").
		Scan(&l.last.pid, &l.last.started)
	if err != nil {
		return fmt.Errorf("look for the own connection: %w", err)
	}
	return l.makeSchema(ctx, conn)
}

// free frees the lock of a connection.
func (l *advisoryLock) free(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", l.key())
	return err
}

func (l *advisoryLock) try(ctx context.Context, conn *sql.Conn) (taken bool, err error) {
	err = conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", l.key()).Scan(&taken)
	return taken, err
}

// takeOver ends the connection that this process had before. The server may not have seen yet
// that it is closed, least of all where the network broke.
func (l *advisoryLock) takeOver(ctx context.Context, conn *sql.Conn) (taken bool, err error) {
	_, err = conn.ExecContext(ctx, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2",
		l.last.pid, l.last.started)
	if err != nil {
		return false, fmt.Errorf("end the connection that was lost: %w", err)
	}
	return l.try(ctx, conn)
}

// inUse returns the error for a lock that another connection has.
func (l *advisoryLock) inUse(ctx context.Context, conn *sql.Conn) error {
	var name, client string
	var pid int
	err := conn.QueryRowContext(ctx, "SELECT a.application_name, COALESCE(host(a.client_addr), 'the same host'), a.pid "+
		"FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "+
		"AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "+
		"AND (l.classid::bigint << 32) | l.objid::bigint = $1", l.key()).Scan(&name, &client, &pid)
	if err != nil {
		return &store.InUseError{} // it ended just now, or this user may not see it
	}
	return &store.InUseError{By: fmt.Sprintf("%q on %s (process %d of the server)", name, client, pid)}
}

// key returns the number of the lock. Others that use the same number are unlikely.
func (l *advisoryLock) key() int64 {
	hash := fnv.New64a()
	hash.Write([]byte("gomr scheduler " + l.schema))
	return int64(hash.Sum64())
}

// makeSchema makes the schema where it is missing. To ask first needs fewer rights.
func (l *advisoryLock) makeSchema(ctx context.Context, conn *sql.Conn) error {
	var one int
	err := conn.QueryRowContext(ctx, "SELECT 1 FROM pg_namespace WHERE nspname = $1", l.schema).Scan(&one)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if _, err := conn.ExecContext(ctx, "CREATE SCHEMA "+pgx.Identifier{l.schema}.Sanitize()); err != nil {
		return fmt.Errorf("make the schema: %w", err)
	}
	return nil
}
