package sqlite

import (
	"errors"
	"io/fs"
	"syscall"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/gomr/gomr/orchestrate/store"
)

// kinds are what primary result codes of SQLite mean.
var kinds = map[int]error{
	lib.SQLITE_CORRUPT:  store.ErrDamaged,
	lib.SQLITE_NOTADB:   store.ErrNotDatabase,
	lib.SQLITE_FULL:     store.ErrFull,
	lib.SQLITE_READONLY: store.ErrReadOnly,
	lib.SQLITE_PERM:     store.ErrReadOnly,
	lib.SQLITE_BUSY:     store.ErrBusy,
	lib.SQLITE_LOCKED:   store.ErrBusy,
}

// classify returns what is wrong, or nil where it does not know.
func classify(err error) error {
	for _, kind := range []error{store.ErrNotDatabase, store.ErrDamaged} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	var code *driver.Error
	switch {
	case errors.As(err, &code):
		return kinds[code.Code()&0xff]
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return store.ErrFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return store.ErrReadOnly
	}
	return nil
}
