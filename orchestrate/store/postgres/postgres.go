// Package postgres keeps a [store.Store] in a schema of a PostgreSQL database.
//
//	s, err := postgres.Open(ctx, "postgres://gomr@db.example.com/production", postgres.Options{})
//
// The one connection that writes has an advisory lock on the schema. When it is lost, the next write
// connects again and takes the lock again, unless another process has it by then. That needs a
// session of its own: a pooler between must pool sessions, not transactions.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/gomr/gomr/orchestrate/store"
)

// Options say how a database is opened. The zero value works.
type Options struct {
	Schema  string // has all tables, and is made where it is missing; the default is "gomr"
	Readers int    // connections that read at one time; the default is 4
}

// connectTimeout is for servers that do not answer, where the address sets no other.
const connectTimeout = 10 * time.Second

// Open opens the database at an address as libpq has them: a URL or words such as
// "host=db.example.com dbname=production". What the address leaves out comes from the environment, such as
// PGPASSWORD, and from ~/.pgpass. Errors are those of [store.Open]; none has the password.
func Open(ctx context.Context, address string, options Options) (*store.Store, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// The error of the parser may quote the address, and that the password.
		return nil, errors.New("the address of the database is malformed: write it as postgres://user@host:5432/database")
	}
	if options.Schema == "" {
		options.Schema = "gomr"
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	config.RuntimeParams["search_path"] = pgx.Identifier{options.Schema}.Sanitize()
	config.RuntimeParams["application_name"] = applicationName()
	lock := &advisoryLock{schema: options.Schema}
	return store.Open(ctx, store.Database{
		Name:     databaseName(config, options.Schema),
		Writer:   openWriter(config),
		Readers:  openReaders(config, options.Readers),
		Lock:     lock.take,
		Unlock:   lock.free,
		Classify: classify,
		Dialect: store.Dialect{
			Product:  "PostgreSQL",
			Size:     "SELECT pg_database_size(current_database())",
			Numbered: true,
			Begin:    "BEGIN",
			Versions: "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema'",
			Rows:     []int{1000, 100, 10},
			Arrays:   true,
			Words: map[string]string{
				"key": "BIGINT PRIMARY KEY", "bytes": "BYTEA",
				// B-trees refuse long texts.
				"equal": "USING hash", "unique": "EXCLUDE USING hash (id WITH =)",
			},
		},
	})
}

// writerSettings keep the server from reading whole tables for batches, which look up rows by
// their keys. It does so as long as it has no statistics of a table that grows.
var writerSettings = map[string]string{
	"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "plan_cache_mode": "force_generic_plan",
}

func openWriter(config *pgx.ConnConfig) *sql.DB {
	config = config.Copy()
	maps.Copy(config.RuntimeParams, writerSettings)
	writer := stdlib.OpenDB(*config)
	writer.SetMaxOpenConns(1)
	return writer
}

func openReaders(config *pgx.ConnConfig, n int) *sql.DB {
	if n <= 0 {
		n = 4
	}
	// A ping before each use keeps queries from connections that a restart of the server has ended.
	always := stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return true })
	readers := stdlib.OpenDB(*config, always)
	readers.SetMaxOpenConns(n)
	readers.SetMaxIdleConns(n)
	return readers
}

// applicationName tells others who has the lock; see pg_stat_activity.
func applicationName() string {
	name := fmt.Sprintf("gomr %d", os.Getpid())
	if host, err := os.Hostname(); err == nil {
		name += " " + host
	}
	return name[:min(len(name), 63)] // what the server keeps of it
}

func databaseName(config *pgx.ConnConfig, schema string) string {
	return fmt.Sprintf("database %s at %s, schema %s", config.Database, net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))), schema)
}
