package postgres

import (
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gomr/gomr/orchestrate/store"
)

// kinds are what error codes of PostgreSQL mean; those of two letters are classes.
var kinds = map[string]error{
	"08":    store.ErrUnavailable, // connections
	"57P01": store.ErrUnavailable, // the server is stopped
	"57P02": store.ErrUnavailable, // it crashed
	"57P03": store.ErrUnavailable, // it starts
	"57P05": store.ErrUnavailable, // the session was idle for too long
	"53300": store.ErrUnavailable, // too many connections
	"53100": store.ErrFull,
	"25006": store.ErrReadOnly, // a standby
	"42501": store.ErrReadOnly, // no permission
	"55P03": store.ErrBusy,     // a lock
	"XX001": store.ErrDamaged,
	"XX002": store.ErrDamaged,
}

// classify returns what is wrong, or nil where it does not know.
func classify(err error) error {
	if errors.Is(err, store.ErrDamaged) {
		return store.ErrDamaged
	}
	var server *pgconn.PgError
	if errors.As(err, &server) {
		if kind, ok := kinds[server.Code]; ok {
			return kind
		}
		return kinds[server.Code[:min(2, len(server.Code))]]
	}
	var network net.Error
	for _, cut := range []error{io.EOF, io.ErrUnexpectedEOF, pgconn.ErrConnClosed} {
		if errors.Is(err, cut) {
			return store.ErrUnavailable
		}
	}
	if connect := (*pgconn.ConnectError)(nil); errors.As(err, &connect) || errors.As(err, &network) {
		return store.ErrUnavailable
	}
	return nil
}
