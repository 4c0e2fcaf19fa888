package hdfs

import (
	"fmt"
	"net"
	"sync"
	"time"
)

// Pauses between tries of a call, as long as no namenode answers.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 5 * time.Second
)

// A Client is a [FileSystem] on an HDFS cluster. Make one with [Connect].
//
// Calls share a few connections. While a namenode restarts or another takes over,
// a call that is sure not to have been done, or that may be done twice without
// harm, is tried again for [Config.Patience]; the others fail with the
// connection's error, and may have been done.
type Client struct {
	settings  *settings
	user      string
	slots     chan *connection // those not in use; nil stands for one not connected yet
	closed    chan struct{}
	closeOnce sync.Once
}

var _ FileSystem = (*Client)(nil)

// Connect connects to a cluster and makes sure that its namenode answers. It does
// not wait for one that is down: the error says what was tried and what to mend.
func Connect(config Config) (*Client, error) {
	s, err := config.resolve()
	if err != nil {
		return nil, fmt.Errorf("connect to HDFS: %w", err)
	}
	c := &Client{settings: s, slots: make(chan *connection, s.config.Connections), closed: make(chan struct{})}
	first, err := s.dial(c.isClosed)
	if err != nil {
		return nil, fmt.Errorf("connect to HDFS: %w", s.dialFailed(err))
	}
	c.user = first.User()
	c.slots <- first
	for range s.config.Connections - 1 {
		c.slots <- nil
	}
	return c, nil
}

// User returns who the cluster takes the client for.
func (c *Client) User() string { return c.user }

// DefaultFS returns the URI of the file system, such as hdfs://namenode:8020.
func (c *Client) DefaultFS() string { return c.settings.defaultFS }

// Properties returns the Hadoop configuration that the client was made with.
// The caller must not change it.
func (c *Client) Properties() Properties { return c.settings.properties }

// InSafeMode reports whether the namenode is in safe mode, in which files can be read and nothing can be changed:
// after it has started, until enough datanodes have told of their blocks, or as an administrator wants it.
func (c *Client) InSafeMode() (on bool, err error) {
	err = c.do(repeatable(true), func(conn *connection) (err error) {
		on, err = conn.inSafeMode()
		return err
	})
	return on, remoteError(err)
}

// Close closes the connections, when the calls under way have returned. Files
// that are still open fail. Further calls fail with [net.ErrClosed].
func (c *Client) Close() error {
	c.closeOnce.Do(func() {
		close(c.closed)
		for range cap(c.slots) {
			if conn := <-c.slots; conn != nil {
				conn.close()
			}
		}
	})
	return nil
}

func (c *Client) isClosed() bool {
	select {
	case <-c.closed:
		return true
	default:
		return false
	}
}

// repeatable says that a call does no harm when it is done twice.
type repeatable bool

// do carries out a call on a free connection, again and again while it is worth it.
func (c *Client) do(again repeatable, call func(*connection) error) error {
	giveUp := time.Now().Add(c.settings.config.Patience)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := c.once(call)
		if err == nil {
			return nil
		}
		worthIt := outcome(err) == notDone || bool(again) && outcome(err) == mayBeDone
		if !worthIt || c.isClosed() || time.Now().Add(pause).After(giveUp) {
			return err
		}
		select {
		case <-time.After(pause):
		case <-c.closed:
			return net.ErrClosed
		}
	}
}

// once waits for a free connection and carries out a call on it. A connection that
// failed is replaced by the next call.
func (c *Client) once(call func(*connection) error) (err error) {
	var conn *connection
	select {
	case <-c.closed:
		return net.ErrClosed
	case conn = <-c.slots:
	}
	defer func() { c.slots <- conn }()
	if c.isClosed() {
		return net.ErrClosed
	}
	if conn == nil {
		if conn, err = c.settings.dial(c.isClosed); err != nil {
			return c.settings.dialFailed(err)
		}
	}
	if err = call(conn); err != nil && outcome(err) != refused {
		conn.retire()
		conn = nil
	}
	return err
}
