package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

// A post is an SMTP server that asks for a password and speaks TLS.
type post struct {
	port   int
	caFile string
	taken  chan *mail.Message // as they are
	hold   chan struct{}      // while it is open, what was taken is not answered
}

func startPost(t *testing.T, dir string) *post {
	t.Helper()
	p := &post{caFile: filepath.Join(dir, "ca.pem"), taken: make(chan *mail.Message, 100), hold: make(chan struct{})}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(p.caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &postSession{p: p}, nil }))
	server.Domain, server.ErrorLog = "localhost", log.New(io.Discard, "", 0)
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p.port = listener.Addr().(*net.TCPAddr).Port
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return p
}

type postSession struct {
	p    *post
	user string
}

func (s *postSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *postSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "hunter2hunter2" {
			return smtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}

func (s *postSession) Mail(string, *smtp.MailOptions) error {
	if s.user == "" {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (s *postSession) Rcpt(string, *smtp.RcptOptions) error { return nil }

func (s *postSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(strings.NewReader(string(text)))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(m.Body)
	m.Body = strings.NewReader(string(body))
	s.p.taken <- m
	<-s.p.hold
	return err
}

func (s *postSession) Reset()        {}
func (s *postSession) Logout() error { return nil }

// next returns the next mail.
func (p *post) next(t *testing.T) (id, subject, body string) {
	t.Helper()
	select {
	case m := <-p.taken:
		text, err := io.ReadAll(m.Body)
		require.NoError(t, err)
		return m.Header.Get("Message-Id"), m.Header.Get("Subject"), string(text)
	case <-time.After(2 * time.Minute):
		require.FailNow(t, "no mail has come")
		return "", "", ""
	}
}

// TestFailureComesByMail: a task that fails is told, though the server is killed before it says so, and once more
// before it hears that the mail was taken; and when it is mended, that is told.
func TestFailureComesByMail(t *testing.T) {
	dir := t.TempDir()
	p := startPost(t, dir)
	config := filepath.Join(dir, "notify.toml")
	file := fmt.Sprintf(`
window = "2s"

[[channel]]
name = "oncall"
type = "mail"
host = "localhost"
port = %d
ca_file = %q
username = "gomr"
password_file = "password"
from = "gomr@example.com"
to = ["ops@example.com"]
`, p.port, p.caFile)
	require.NoError(t, os.WriteFile(config, []byte(file), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "password"), []byte("hunter2hunter2\n"), 0o600))
	s := newShared(t, gated)
	killProcess(s.server)
	s.flags = []string{"--notify", config, "--public-url", "https://gomr.example.com"}
	s.startServer(t)
	s.startWorker(t, "worker")
	id := "Gated(dir=" + s.dir + ", name=1)"

	s.gate(t, "open-0", "open-1", "fail-1")
	_, _, code := s.try(t, s.arguments("All", "--dir", s.dir, "--count", "2")...)
	require.Equal(t, orchestrate.ExitFailed, code)
	killProcess(s.server)
	s.startServer(t)
	first, subject, body := p.next(t)
	require.Contains(t, subject, "[gomr] Gated(dir=")
	require.Contains(t, subject, "failed: no luck (1 task waits)")
	unwrapped := strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(body)
	require.Contains(t, unwrapped, "gated forgive '"+id+"' --server https://gomr.example.com")
	require.Contains(t, unwrapped, "running 1", "the end of the log")
	killProcess(s.server) // which has not heard that the mail was taken
	close(p.hold)
	s.startServer(t)
	again, _, _ := p.next(t)
	require.Equal(t, first, again, "its receiver can tell that it has it")

	ask := func(args ...string) string { return s.run(t, append(args, "--server", s.url())...) }
	require.Eventually(t, func() bool { return strings.Contains(ask("notify"), "mail  0        1") }, time.Minute, 50*time.Millisecond)
	require.Regexp(t, `(?m)^i\d+ +\S+ +oncall +1 +Gated task failed: no luck$`, ask("notify", "ls"))
	require.NoError(t, os.Remove(filepath.Join(s.dir, "fail-1")))
	ask("forgive", id)
	recovered, subject, _ := p.next(t)
	require.Contains(t, subject, "is done")
	require.NotEqual(t, first, recovered)

	said := ask("notify", "test", "oncall")
	require.Contains(t, said, "< 235 2.0.0 Authentication succeeded\n")
	require.Contains(t, said, "oncall has taken it\n")
	_, subject, _ = p.next(t)
	require.Contains(t, subject, "a test of the channel oncall")
	require.Contains(t, ask("silence", "Gated", "--for", "2h", "--note", "it is known"), "Gated is silent until ")
	require.Regexp(t, `(?m)^Gated +\S+ +local +it is known$`, ask("notify"))
	ask("unsilence", "Gated")
	require.Empty(t, p.taken)

	s.testReload(t, p, config, file)

	_, stderr, code := s.try(t, "notify", "test", "none", "--server", s.url())
	require.Equal(t, orchestrate.ExitError, code)
	require.Contains(t, stderr, `there is no channel "none"; there are ["oncall"]`)
	for _, wrong := range [][]string{{"notify", "oncall"}, {"silence", "Gated"}, {"silence"}, {"unsilence"}} {
		_, stderr, code := s.try(t, append(wrong, "--server", s.url())...)
		require.Equal(t, orchestrate.ExitUsage, code, stderr)
	}
}

// testReload has a file with a mistake read, and then one by which owners are told.
func (s *shared) testReload(t *testing.T, p *post, config, file string) {
	t.Helper()
	require.NoError(t, os.WriteFile(config, []byte(strings.Replace(file, "from =", "fron =", 1)), 0o644))
	_, stderr, code := s.try(t, "notify", "reload", "--server", s.url())
	require.Equal(t, orchestrate.ExitError, code)
	require.Contains(t, stderr, config+":12: there is no key fron in a [[channel]]; did you mean from?; what was before stays in force")
	require.Regexp(t, `^the file was read again \S+ ago and can't be used, so that of .* is in force: .*no key fron`, s.run(t, "notify", "--server", s.url()))

	require.NoError(t, os.WriteFile(config, []byte(strings.Replace(file, "ops@example.com", "owner", 1)), 0o644))
	require.Equal(t, "the file is read again, with the channels oncall\n", s.run(t, "notify", "reload", "--server", s.url()))
	require.NotContains(t, s.run(t, "notify", "--server", s.url()), "can't be used")
	s.gate(t, "open-owned", "fail-owned")
	_, _, code = s.try(t, s.arguments("Gated", "--dir", s.dir, "--name", "owned")...)
	require.Equal(t, orchestrate.ExitFailed, code)
	select {
	case m := <-p.taken:
		require.Equal(t, "<ann@example.com>", m.Header.Get("To"))
	case <-time.After(2 * time.Minute):
		require.FailNow(t, "no mail has come")
	}
}

// TestNotifyFileIsWrong: a server with one does not start, and says what is wrong where.
func TestNotifyFileIsWrong(t *testing.T) {
	program := build(t, gated)
	dir := t.TempDir()
	config := filepath.Join(dir, "notify.toml")
	require.NoError(t, os.WriteFile(config, []byte("[[channel]]\nname = \"x\"\ntype = \"slack\"\nurl_evn = \"HOOK\"\n"), 0o644))
	_, stderr, code := program.try(t, "server", "--listen", "127.0.0.1:0", "--database", filepath.Join(dir, "db"), "--notify", config)
	require.Equal(t, orchestrate.ExitError, code)
	require.Contains(t, stderr, config+":4: there is no key url_evn in a [[channel]]; did you mean url_env?")
}
