package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"time"
)

// A Store is an open database. Its methods may be called from any goroutine: what writes
// waits for its turn, and what reads sees the last batch that was written whole.
type Store struct {
	db     Database
	codec  logCodec
	closed atomic.Bool

	// turn has room for one: whoever put something in owns session until it takes it out.
	turn    chan struct{}
	session *session // nil while there is no connection
}

// closeTimeout is for a server that does not answer to the last words of a store.
const closeTimeout = 5 * time.Second

// Open takes the lock of the database, and makes or migrates its tables. Packages sqlite and
// postgres call it; the connections are closed when it fails.
func Open(ctx context.Context, db Database) (*Store, error) {
	codec, err := newLogCodec()
	if err != nil {
		return nil, errors.Join(err, closeAll(&db))
	}
	s := &Store{db: db, codec: codec, turn: make(chan struct{}, 1)}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(s.explain(ctx, "open", err), s.Close()) //nolint:contextcheck // closing goes on where the context has ended
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	return s.session.migrate(ctx)
}

// Close ends the connections and frees the lock. It waits for a write that is under way.
// Closing again does nothing.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	s.unlock()
	s.disconnect()
	s.codec.close()
	return closeAll(&s.db)
}

// unlock frees the lock, for whoever opens the database next. Where that fails, it ends with the connection.
func (s *Store) unlock() {
	if s.session == nil || s.db.Unlock == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = s.session.exec(ctx, "ROLLBACK") // a transaction that has failed, as of a migration, refuses all else
	_ = s.db.Unlock(ctx, s.session.conn)
}

func closeAll(db *Database) error {
	err := errors.Join(db.Readers.Close(), db.Writer.Close())
	if db.Closed == nil {
		return err
	}
	return errors.Join(err, db.Closed())
}

// own waits for the turn to write. The caller gives it back with disown.
func (s *Store) own(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.closed.Load() {
		s.disown()
		return ErrClosed
	}
	return nil
}

func (s *Store) disown() { <-s.turn }

// explain returns the error of an operation with the database, and with what is wrong.
func (s *Store) explain(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		// The database may tell only that it was interrupted.
		return &DatabaseError{Database: s.db.Name, Op: op, Err: ended}
	}
	explained := &DatabaseError{Database: s.db.Name, Op: op, Kind: s.classify(err), Err: err}
	if errors.Is(explained.Kind, ErrDamaged) && s.db.Diagnose != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if found := s.db.Diagnose(ctx, s.db.Readers); found != "" {
			explained.Err = &diagnosis{err, found}
		}
	}
	return explained
}

// A diagnosis is an error with what a check of the database found.
type diagnosis struct {
	err   error
	found string
}

func (d *diagnosis) Error() string { return d.err.Error() + "; a check found: " + d.found }
func (d *diagnosis) Unwrap() error { return d.err }

func (s *Store) classify(err error) error {
	var gap *GapError
	var version *VersionError
	switch {
	case errors.Is(err, ErrInUse), errors.Is(err, ErrClosed), errors.As(err, &gap), errors.As(err, &version):
		return nil
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone):
		return ErrUnavailable
	}
	return s.db.Classify(err)
}
