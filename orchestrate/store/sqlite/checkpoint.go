package sqlite

import (
	"database/sql"
	"sync"
)

const (
	// checkpointEvery is after how many commits the log of writes is copied into the database. A busy
	// scheduler's hold some 25 pages each.
	checkpointEvery = 50

	// mostLogPages is how long the log grows before whoever commits copies it, and waits for that. Where
	// the checkpointer keeps up, little is left to copy by then: a log that is copied whole begins
	// anew, which no copying beside a writer can bring about.
	mostLogPages = "2000"
)

// A checkpointer copies what the log of writes (WAL) has gathered into the database, on a connection of
// its own. Left to SQLite, the commit that fills the log does it, and all who wait for that commit wait
// for some thousand pages to be written and synchronised.
type checkpointer struct {
	db      *sql.DB
	commits int
	due     chan struct{} // has room for one
	start   sync.Once
	done    chan struct{} // closed when the goroutine has ended
}

func newCheckpointer(path string) (*checkpointer, error) {
	db, err := sql.Open("sqlite", dataSource(path))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return &checkpointer{db: db, due: make(chan struct{}, 1), done: make(chan struct{})}, nil
}

// committed runs after each commit, of which there is one at a time.
func (c *checkpointer) committed() {
	if c.commits++; c.commits%checkpointEvery != 0 {
		return
	}
	c.start.Do(func() { go c.run() })
	select {
	case c.due <- struct{}{}:
	default: // it is still at the last one, and copies these as well
	}
}

// run copies whenever it is due. Where it can't, the commit that makes the log too long tries again.
func (c *checkpointer) run() {
	defer close(c.done)
	for range c.due {
		_, _ = c.db.Exec("PRAGMA wal_checkpoint(PASSIVE)") //nolint:noctx // close waits for it
	}
}

// close ends the checkpointer. There are no commits any more.
func (c *checkpointer) close() error {
	c.start.Do(func() { close(c.done) })
	close(c.due)
	<-c.done
	return c.db.Close()
}
