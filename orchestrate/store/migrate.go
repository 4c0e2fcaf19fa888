package store

import (
	"context"
	"embed"
	"fmt"
	"strings"
)

// migrations has a file for each version, from 1.sql on. A version that was released is
// never edited: what changes is a new one.
//
//go:embed migrations
var migrations embed.FS

const knownVersion = 3

// migrate brings the tables to the known version, or leaves them as they are.
func (s *session) migrate(ctx context.Context) error {
	if err := s.exec(ctx, s.dialect.Begin); err != nil {
		return err
	}
	// Where something fails, the caller ends the connection and with it the transaction.
	found, err := s.version(ctx)
	if err != nil {
		return err
	}
	if found > knownVersion {
		return &VersionError{Found: found, Known: knownVersion}
	}
	for version := found + 1; version <= knownVersion; version++ {
		if err := s.migrateTo(ctx, version); err != nil {
			return fmt.Errorf("migrate the tables to version %d: %w", version, err)
		}
	}
	return s.exec(ctx, "COMMIT")
}

// version returns that of the tables, 0 where there are none.
func (s *session) version(ctx context.Context) (int64, error) {
	tables, err := s.number(ctx, s.dialect.Versions)
	if tables == 0 || err != nil {
		return 0, err
	}
	return s.number(ctx, "SELECT COALESCE(MAX(version), 0) FROM schema")
}

func (s *session) migrateTo(ctx context.Context, version int64) error {
	text, err := migrations.ReadFile(fmt.Sprintf("migrations/%d.sql", version))
	if err != nil {
		return err
	}
	if version == 1 {
		text = append([]byte("CREATE TABLE schema (version BIGINT NOT NULL);\n"), text...)
	}
	if err := s.exec(ctx, s.dialect.words().Replace(string(text))); err != nil {
		return err
	}
	_, err = s.run(ctx, "INSERT INTO schema (version) VALUES (?)", version)
	return err
}

func (d *Dialect) words() *strings.Replacer {
	var pairs []string
	for name, word := range d.Words {
		pairs = append(pairs, "{"+name+"}", word)
	}
	return strings.NewReplacer(pairs...)
}
