package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// A session is the one connection that writes. It has the lock, so it cannot write without.
type session struct {
	dialect    *Dialect
	conn       *sql.Conn
	statements map[string]*sql.Stmt // prepared on conn, by their text

	rows   map[rowsKey]rowsStatement // those that write rows
	values []any                     // of the rows that are being written
	named  []driver.NamedValue       // the same, for the driver
}

// connect opens the session where there is none.
func (s *Store) connect(ctx context.Context) error {
	if s.session != nil {
		return nil
	}
	conn, err := s.db.Writer.Conn(ctx)
	if err != nil {
		return err
	}
	s.session = &session{dialect: &s.db.Dialect, conn: conn, statements: map[string]*sql.Stmt{}, rows: map[rowsKey]rowsStatement{}}
	if err := s.db.Lock(ctx, conn); err != nil {
		s.disconnect()
		return err
	}
	return nil
}

// disconnect ends the session and its connection, and with it a transaction that is open.
func (s *Store) disconnect() {
	if s.session == nil {
		return
	}
	for _, statement := range s.session.statements {
		statement.Close()
	}
	// A connection that says it is bad does not go back to the pool.
	_ = s.session.conn.Raw(func(any) error {
		for _, statement := range s.session.rows {
			_ = statement.Close()
		}
		return driver.ErrBadConn
	})
	_ = s.session.conn.Close() // as a rule it is closed already
	s.session = nil
}

// change runs f in a transaction, and commits it if f returns no error. The context ends
// f, but no commit that has begun.
func (s *Store) change(ctx context.Context, op string, f func(context.Context, *session) error) error {
	if err := s.own(ctx); err != nil {
		return s.explain(ctx, op, err)
	}
	defer s.disown()
	if err := s.begin(ctx); err != nil {
		return s.explain(ctx, op, err)
	}
	err := f(ctx, s.session)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = s.session.exec(context.WithoutCancel(ctx), "COMMIT")
		if err != nil {
			s.disconnect() // it may stand in a transaction that is neither open nor done
		} else if s.db.Committed != nil {
			s.db.Committed()
		}
		return s.explain(ctx, op, err)
	}
	if s.session.exec(context.WithoutCancel(ctx), "ROLLBACK") != nil {
		s.disconnect()
	}
	return s.explain(ctx, op, err)
}

// begin starts a transaction. A connection that was lost since the last one is made again.
func (s *Store) begin(ctx context.Context) error {
	for again := s.session != nil; ; again = false {
		if err := s.connect(ctx); err != nil {
			return err
		}
		err := s.session.exec(ctx, s.db.Begin)
		if err == nil {
			return nil
		}
		s.disconnect()
		if !again || !errors.Is(s.classify(err), ErrUnavailable) {
			return err
		}
	}
}

// exec runs a statement without parameters.
func (s *session) exec(ctx context.Context, text string) error {
	_, err := s.conn.ExecContext(ctx, text)
	return err
}

// run runs a statement that is prepared when it comes for the first time, and returns how many rows it
// changed.
func (s *session) run(ctx context.Context, text string, args ...any) (int64, error) {
	statement, err := s.prepared(ctx, text) //nolint:sqlclosecheck // disconnect closes it
	if err != nil {
		return 0, err
	}
	result, err := statement.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// number runs a query for one number.
func (s *session) number(ctx context.Context, text string, args ...any) (n int64, err error) {
	statement, err := s.prepared(ctx, text) //nolint:sqlclosecheck // disconnect closes it
	if err != nil {
		return 0, err
	}
	return n, statement.QueryRowContext(ctx, args...).Scan(&n)
}

func (s *session) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if statement, ok := s.statements[text]; ok {
		return statement, nil
	}
	statement, err := s.conn.PrepareContext(ctx, s.dialect.text(text))
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	s.statements[text] = statement
	return statement, nil
}
