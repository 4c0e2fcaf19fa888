package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// A mailServer is an SMTP server with a certificate of its own, which keeps what it gets.
type mailServer struct {
	port   int
	caFile string

	mechanisms []string // of AUTH; nil asks for none
	mail       func(from string) error
	rcpt       func(to string) error
	data       func(c *smtp.Conn, text string) error

	mu      sync.Mutex
	letters []received
}

// A received is a mail as the server has got it.
type received struct {
	from, user, text string
	to               []string
	tls              bool
}

const mailUser, mailPassword = "ann", "hunter2hunter2"

// startMailServer starts a server. The mode says when it speaks TLS.
func startMailServer(t *testing.T, mode TLSMode, set func(s *mailServer)) *mailServer {
	t.Helper()
	m := &mailServer{mechanisms: []string{sasl.Plain, sasl.Login}}
	if set != nil {
		set(m)
	}
	certificate := m.certify(t)
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &mailSession{server: m, conn: c}, nil }))
	server.Domain, server.AllowInsecureAuth = "localhost", mode == NoTLS
	server.ErrorLog = log.New(io.Discard, "", 0)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	m.port = listener.Addr().(*net.TCPAddr).Port
	switch mode {
	case StartTLS:
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	case ImplicitTLS:
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
	}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
	return m
}

// certify makes a certificate for this machine, and the file that lets clients trust it.
func (m *mailServer) certify(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	m.caFile = filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(m.caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (m *mailServer) received() []received {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]received(nil), m.letters...)
}

// A mailSession is a connection to the server.
type mailSession struct {
	server *mailServer
	conn   *smtp.Conn
	letter received
}

func (s *mailSession) AuthMechanisms() []string { return s.server.mechanisms }

func (s *mailSession) Auth(mechanism string) (sasl.Server, error) {
	check := func(user, password string) error {
		if user != mailUser || password != mailPassword {
			// Some servers say too much.
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "not the password of ann: " + password}
		}
		s.letter.user = user
		return nil
	}
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
	case sasl.Login:
		return &loginServer{check: check}, nil
	case "XOAUTH2":
		return &xoauth2Server{check}, nil
	}
	return nil, errors.New("no such mechanism")
}

// A loginServer is the other end of AUTH LOGIN.
type loginServer struct {
	check func(user, password string) error
	said  []string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if response != nil {
		l.said = append(l.said, string(response))
	}
	switch len(l.said) {
	case 0:
		return []byte("Username:"), false, nil
	case 1:
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.said[0], l.said[1])
}

// An xoauth2Server is the other end of AUTH XOAUTH2.
type xoauth2Server struct {
	check func(user, token string) error
}

func (x *xoauth2Server) Next(response []byte) (challenge []byte, done bool, err error) {
	parts := strings.Split(string(response), "\x01")
	if len(parts) < 2 {
		return []byte{}, false, nil
	}
	return nil, true, x.check(strings.TrimPrefix(parts[0], "user="), strings.TrimPrefix(parts[1], "auth=Bearer "))
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.mechanisms != nil && s.letter.user == "" {
		return smtp.ErrAuthRequired
	}
	if s.server.mail != nil {
		if err := s.server.mail(from); err != nil {
			return err
		}
	}
	s.letter.from = from
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.rcpt != nil {
		if err := s.server.rcpt(to); err != nil {
			return err
		}
	}
	s.letter.to = append(s.letter.to, to)
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.server.data != nil {
		if err := s.server.data(s.conn, string(text)); err != nil {
			return err
		}
	}
	s.letter.text = string(text)
	_, s.letter.tls = s.conn.TLSConnectionState()
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.letters = append(s.server.letters, s.letter)
	return nil
}

func (s *mailSession) Reset()        { s.letter = received{user: s.letter.user} }
func (s *mailSession) Logout() error { return nil }
