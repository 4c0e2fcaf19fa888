package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/postgres"
	"github.com/gomr/gomr/orchestrate/store/postgres/postgrestest"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// TestMain has fewer random batches than a file of SQLite's, since each makes a schema, which takes a
// server a second. The flag says otherwise.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "15"); err != nil {
		panic(err)
	}
	m.Run()
}

// schemas returns what makes a new schema each time.
func schemas(server *postgrestest.Server) func(t testing.TB) storetest.Database {
	n := 0
	return func(t testing.TB) storetest.Database {
		n++
		schema := fmt.Sprintf(`%s "odd", é %d`, t.Name()[:4], n)
		ctx := t.Context()
		return storetest.Database{
			Open: func() (*store.Store, error) {
				return postgres.Open(ctx, server.Address(), postgres.Options{Schema: schema})
			},
			Exec: func(statement string) error {
				return execute(ctx, server, "SET search_path = "+pgx.Identifier{schema}.Sanitize()+"; "+statement)
			},
		}
	}
}

func TestStore(t *testing.T) {
	server := postgrestest.Start(t)
	storetest.Test(t, schemas(server))
	for _, test := range []struct {
		name string
		run  func(*testing.T, *postgrestest.Server)
	}{
		{"default schema", testDefaultSchema},
		{"password", testPassword},
		{"without rights", testWithoutRights},
		{"lost connection", testLostConnection},
		{"restart", testRestart},
		{"lock lost to another", testLockLost},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, server) })
	}
}

func Benchmark(b *testing.B) { storetest.Benchmark(b, schemas(postgrestest.Start(b))) }

func open(t *testing.T, server *postgrestest.Server, schema string) *store.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), server.Address(), postgres.Options{Schema: schema})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// change runs a statement beside the stores.
func change(t *testing.T, server *postgrestest.Server, statement string) {
	t.Helper()
	require.NoError(t, execute(t.Context(), server, statement))
}

func execute(ctx context.Context, server *postgrestest.Server, statement string) error {
	db, err := sql.Open("pgx", server.Address())
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

// event returns a batch with an event.
func event(seq int64) *store.Batch { return &store.Batch{Events: []store.Event{{Seq: seq}}} }

func lastEvent(t *testing.T, s *store.Store) int64 {
	t.Helper()
	live, err := s.Load(t.Context())
	require.NoError(t, err)
	return live.LastEvent
}

func testDefaultSchema(t *testing.T, server *postgrestest.Server) {
	s := open(t, server, "")
	require.NoError(t, s.Write(t.Context(), event(1)))
	change(t, server, "UPDATE gomr.events SET seq = 2")
	require.Equal(t, int64(2), lastEvent(t, s))
	open(t, server, "other") // has a lock of its own
}

func testPassword(t *testing.T, server *postgrestest.Server) {
	const secret = "hunter2"
	var listener net.ListenConfig
	free, err := listener.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := free.Addr().String()
	require.NoError(t, free.Close())
	for name, address := range map[string]string{
		"wrong":        server.AddressWith("postgres", secret),
		"no such user": server.AddressWith("somebody", secret),
		"no server":    "postgres://user:" + secret + "@" + closed + "/db",
		"no host":      "postgres://user:" + secret + "@no.such.host.invalid/db",
		"bad port":     "postgres://user:" + secret + "@host:port/db",
		"bad URL":      "postgres://user:" + secret + "%zz@host/db",
		"space in URL": "postgres://user:" + secret + " @host/db",
		"bad word":     "host=a password=" + secret + " port=x",
		"no word":      "password='" + secret,
		"bad option":   "host=a password=" + secret + " sslmode=odd",
	} {
		_, err := postgres.Open(t.Context(), address, postgres.Options{})
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), secret, name)
		require.NotContains(t, fmt.Sprintf("%+v", err), secret, name)
	}
	_, err = postgres.Open(t.Context(), "postgres://user@"+closed+"/db", postgres.Options{})
	require.ErrorIs(t, err, store.ErrUnavailable)
}

func testWithoutRights(t *testing.T, server *postgrestest.Server) {
	change(t, server, "CREATE ROLE reader LOGIN PASSWORD 'secret'")
	_, err := postgres.Open(t.Context(), server.AddressWith("reader", "secret"), postgres.Options{Schema: "unmade"})
	require.ErrorIs(t, err, store.ErrReadOnly)
	change(t, server, "CREATE SCHEMA made AUTHORIZATION reader")
	s, err := postgres.Open(t.Context(), server.AddressWith("reader", "secret"), postgres.Options{Schema: "made"})
	require.NoError(t, err, "it need not be allowed to make schemas where there is one")
	require.NoError(t, s.Close())
}

func testLostConnection(t *testing.T, server *postgrestest.Server) {
	s := open(t, server, "lost")
	_, err := s.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err)
	for seq := int64(1); seq < 4; seq++ {
		change(t, server, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name LIKE 'gomr %'")
		require.NoError(t, s.Write(t.Context(), event(seq)))
		change(t, server, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name LIKE 'gomr %'")
		events, err := s.Events(t.Context(), store.EventQuery{})
		require.NoError(t, err)
		require.Len(t, events, int(seq))
	}
}

func testRestart(t *testing.T, server *postgrestest.Server) {
	s := open(t, server, "restart")
	require.NoError(t, s.Write(t.Context(), event(1)))
	server.Stop(t)
	for range 2 {
		require.ErrorIs(t, s.Write(t.Context(), event(2)), store.ErrUnavailable)
		_, err := s.Events(t.Context(), store.EventQuery{})
		require.ErrorIs(t, err, store.ErrUnavailable)
	}
	server.Start(t)
	require.Equal(t, int64(1), lastEvent(t, s))
	require.NoError(t, s.Write(t.Context(), event(3)))

	server.Stop(t)
	server.Start(t)
	require.NoError(t, s.Write(t.Context(), event(4)), "nobody needs to open it again")
	events, err := s.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err)
	require.Len(t, events, 3)
}

func testLockLost(t *testing.T, server *postgrestest.Server) {
	first := open(t, server, "contended")
	require.NoError(t, first.Write(t.Context(), event(1)))
	server.Stop(t)
	server.Start(t)
	second := open(t, server, "contended")
	for range 2 {
		err := first.Write(t.Context(), event(2))
		require.ErrorIs(t, err, store.ErrInUse)
		require.ErrorContains(t, err, fmt.Sprintf("gomr %d", os.Getpid()))
	}
	require.NoError(t, second.Write(t.Context(), event(3)))
	require.NoError(t, second.Close())
	require.NoError(t, first.Write(t.Context(), event(4)))
	require.Equal(t, int64(4), lastEvent(t, first))
}
