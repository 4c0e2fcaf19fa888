//go:build hadoop

package hdfs_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A proxy passes bytes on to an address.
type proxy struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	conns []net.Conn
	lost  string // the call whose answer is to be lost, once
}

func newProxy(t *testing.T, to string) *proxy {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{listener: listener, to: to}
	go p.serve()
	t.Cleanup(func() {
		listener.Close()
		p.cut()
	})
	return p
}

// address names the host as the cluster does, for Kerberos goes by the name.
func (p *proxy) address() string {
	return fmt.Sprintf("localhost:%d", p.listener.Addr().(*net.TCPAddr).Port)
}

func (p *proxy) serve() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.to)
		if err != nil {
			in.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, in, out)
		p.mu.Unlock()
		go p.pass(in, out)
	}
}

// pass passes requests and answers on until one side hangs up.
func (p *proxy) pass(in, out net.Conn) {
	defer in.Close()
	defer out.Close()
	go func() {
		defer in.Close()
		_, _ = io.Copy(in, out) // until one side hangs up
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := in.Read(buffer)
		if err != nil {
			return
		}
		if p.loses(buffer[:n]) {
			in.Close() // the client sees the end of the connection, the namenode the call
			_, _ = out.Write(buffer[:n])
			return
		}
		if _, err := out.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (p *proxy) loses(request []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lost == "" || !bytes.Contains(request, []byte(p.lost)) {
		return false
	}
	p.lost = ""
	return true
}

func (p *proxy) loseAnswer(call string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost = call
}

func (p *proxy) toLose() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost
}

func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.conns {
		conn.Close()
	}
	p.conns = nil
}
