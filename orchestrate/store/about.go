package store

import "context"

// Product returns what the database is, such as "SQLite".
func (s *Store) Product() string { return s.db.Product }

// Size returns how many bytes the database has. It reads beside what is written.
func (s *Store) Size(ctx context.Context) (bytes int64, err error) {
	if err := s.db.Readers.QueryRowContext(ctx, s.db.Dialect.Size).Scan(&bytes); err != nil {
		return 0, s.explain(ctx, "ask for the size", err)
	}
	return bytes, nil
}
