package hdfs

import (
	"context"
	"errors"
	"net"
	"reflect"
	"sync"
	"time"

	"github.com/colinmarc/hdfs/v2"
	"github.com/jcmturner/gokrb5/v8/client"
	"google.golang.org/protobuf/proto"
)

// Limits of the Java client: ipc.client.connect.timeout and
// ipc.client.rpc-timeout.ms, in the latter's place also for datanodes.
const (
	dialTimeout = 20 * time.Second
	ioTimeout   = 2 * time.Minute
)

// A connection is one connection to the namenode, with the leases of the files
// that are written through it. It carries one call at a time.
type connection struct {
	*hdfs.Client
	namenode   executor
	kerberos   *client.Client // nil without Kerberos
	defaults   hdfs.ServerDefaults
	protection string // of the wire to the datanodes, as configured

	mu      sync.Mutex
	files   int // open files that use the connection
	retired bool
}

// An executor carries out one call of the namenode's ClientProtocol.
// *rpc.NamenodeConnection of the library is one.
type executor interface {
	Execute(method string, request, response proto.Message) error
}

// executorOf returns the namenode connection inside a client. The library keeps it
// to itself, and has no call for a rename that does not overwrite, on which every
// commit rests. Reaching in reuses its Kerberos, failover and framing; the
// alternative is a second implementation of them. A version of the library
// where the field is another fails here, at Connect, not in the middle of work.
func executorOf(c *hdfs.Client) (executor, error) {
	field := reflect.ValueOf(c).Elem().FieldByName("namenode")
	if field.IsValid() {
		if e, ok := reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).Elem().Interface().(executor); ok {
			return e, nil
		}
	}
	return nil, errors.New("this version of github.com/colinmarc/hdfs is not supported: build with v2.4.0")
}

// dial connects to the active namenode, and makes one call to see that it answers.
func (s *settings) dial(isClosed func() bool) (*connection, error) {
	options := s.options()
	options.NamenodeDialFunc = dialFunc(isClosed)
	options.DatanodeDialFunc = dialFunc(isClosed)
	c := &connection{protection: options.DataTransferProtection}
	if s.kerberos {
		login, err := s.config.kerberosLogin()
		if err != nil {
			return nil, &loginError{err}
		}
		c.kerberos, options.KerberosClient = login, login
	}
	var err error
	if c.Client, err = hdfs.NewClient(options); err != nil {
		c.logout()
		return nil, err
	}
	if c.namenode, err = executorOf(c.Client); err == nil {
		// This also fills a cache of the library that it does not guard, while
		// only this goroutine has the client.
		c.defaults, err = c.ServerDefaults()
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// hold keeps the connection open for one more file, until release.
func (c *connection) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.files++
}

func (c *connection) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.files--
	if c.retired && c.files == 0 {
		c.close()
	}
}

// retire closes the connection when its last file is closed.
func (c *connection) retire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retired = true
	if c.files == 0 {
		c.close()
	}
}

func (c *connection) close() {
	c.Client.Close()
	c.logout()
}

func (c *connection) logout() {
	if c.kerberos != nil {
		c.kerberos.Destroy()
	}
}

// dialFunc returns a function that opens network connections with limits on time.
func dialFunc(isClosed func() bool) func(context.Context, string, string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if isClosed() {
			return nil, net.ErrClosed
		}
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &limitedConn{conn}, nil
	}
}

// A limitedConn fails where the other side is silent for ioTimeout. It closes itself
// after a failed read: what follows would be out of step, and the library
// neither closes nor replaces it.
type limitedConn struct{ net.Conn }

func (c *limitedConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(ioTimeout)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	if err != nil {
		c.Close()
	}
	return n, err
}

func (c *limitedConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(ioTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
