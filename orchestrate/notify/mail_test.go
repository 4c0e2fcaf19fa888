package notify

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mailTo returns how to send mail to a server.
func mailTo(s *mailServer, mode TLSMode, set func(m *Mail)) *Mail {
	m := &Mail{
		Host: "localhost", Port: s.port, TLS: mode, CAFile: s.caFile, Auth: "auto", Username: mailUser, Password: NewSecret(mailPassword),
		From: "gomr <gomr@example.com>", To: []string{"ops@example.com", "Ann <ann@example.com>"},
	}
	if set != nil {
		set(m)
	}
	return m
}

// trySend sends a message, and returns what was said.
func trySend(t *testing.T, m *Mail, timeout time.Duration, message *Message) ([]string, error) {
	t.Helper()
	sender, err := newMailSender(m, timeout)
	require.NoError(t, err)
	return sender.send(t.Context(), message)
}

// A parsedMail is a mail as a program for mail has it.
type parsedMail struct {
	header     mail.Header
	subject    string
	text, html string
}

func parseMail(t *testing.T, text string) parsedMail {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(text))
	require.NoError(t, err)
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	require.NoError(t, err)
	p := parsedMail{header: m.Header, subject: subject}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/alternative", kind)
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return p
		}
		require.NoError(t, err)
		require.Equal(t, "quoted-printable", part.Header.Get("Content-Transfer-Encoding"))
		decoded, err := io.ReadAll(quotedprintable.NewReader(part))
		require.NoError(t, err)
		decoded = bytes.ReplaceAll(decoded, []byte("\r\n"), []byte("\n"))
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/plain") {
			p.text = string(decoded)
		} else {
			p.html = string(decoded)
		}
	}
}

// TestMail sends mail by each kind of connection and each way to authenticate.
func TestMail(t *testing.T) {
	for _, c := range []struct {
		name, auth string
		mode       TLSMode
		mechanisms []string
	}{
		{"starttls", "auto", StartTLS, []string{sasl.Plain, sasl.Login}},
		{"implicit", "auto", ImplicitTLS, []string{sasl.Plain}},
		{"login", "auto", StartTLS, []string{sasl.Login}},
		{"implicit login", "login", ImplicitTLS, []string{sasl.Plain, sasl.Login}},
		{"plain", "plain", StartTLS, []string{sasl.Login, sasl.Plain}},
		{"token", "xoauth2", StartTLS, []string{"XOAUTH2"}},
		{"this machine", "auto", NoTLS, []string{sasl.Plain}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startMailServer(t, c.mode, func(s *mailServer) { s.mechanisms = c.mechanisms })
			said, err := trySend(t, mailTo(s, c.mode, func(m *Mail) { m.Auth = c.auth }), time.Minute, failedMessage())
			require.NoError(t, err)
			got := s.received()
			require.Len(t, got, 1)
			require.Equal(t, []any{"gomr@example.com", "ann", c.mode != NoTLS}, []any{got[0].from, got[0].user, got[0].tls})
			require.Equal(t, []string{"ops@example.com", "ann@example.com"}, got[0].to)
			m := parseMail(t, got[0].text)
			require.Equal(t, "[gomr] WordCount(date=2014-06-01) failed: disk quota exceeded (200 tasks wait)", m.subject)
			require.Equal(t, "<i41@k3j4.gomr>", m.header.Get("Message-Id"))
			require.Equal(t, "auto-generated", m.header.Get("Auto-Submitted"))
			require.Equal(t, plainText(failedMessage()), m.text)
			page, err := htmlText(failedMessage())
			require.NoError(t, err)
			require.Equal(t, strings.TrimSpace(page), strings.TrimSpace(m.html))
			require.Contains(t, strings.Join(said, "\n"), "< 2.0.0 OK")
			require.NotContains(t, strings.Join(said, "\n"), mailPassword)
		})
	}
}

// TestMailToOwner: the owner of the tasks is told beside the others, and no mail goes out where nobody is told.
func TestMailToOwner(t *testing.T) {
	s := startMailServer(t, StartTLS, nil)
	m := failedMessage()
	m.Owner = "cid@example.com"
	to := func(addresses ...string) *Mail { return mailTo(s, StartTLS, func(m *Mail) { m.To = addresses }) }
	_, err := trySend(t, to("ops@example.com", "owner"), time.Minute, m)
	require.NoError(t, err)
	require.Equal(t, []string{"ops@example.com", "cid@example.com"}, s.received()[0].to)
	m.Owner = "team web"
	_, err = trySend(t, to("owner"), time.Minute, m)
	var refused *DeliveryError
	require.ErrorAs(t, err, &refused)
	require.True(t, refused.Permanent)
}

// TestMailWithoutAuth: a relay that asks nobody gets no password.
func TestMailWithoutAuth(t *testing.T) {
	s := startMailServer(t, StartTLS, func(s *mailServer) { s.mechanisms = nil })
	_, err := trySend(t, mailTo(s, StartTLS, func(m *Mail) { m.Username, m.Password = "", Secret{} }), time.Minute, failedMessage())
	require.NoError(t, err)
	require.Len(t, s.received(), 1)
}

// TestRecoveryIsOfTheThread: programs for mail show it below the message that it is about.
func TestRecoveryIsOfTheThread(t *testing.T) {
	s := startMailServer(t, StartTLS, nil)
	_, err := trySend(t, mailTo(s, StartTLS, nil), time.Minute, recoveredMessage())
	require.NoError(t, err)
	m := parseMail(t, s.received()[0].text)
	require.Equal(t, "<i41-recovered@k3j4.gomr>", m.header.Get("Message-Id"))
	require.Equal(t, "<i41@k3j4.gomr>", m.header.Get("In-Reply-To"))
	require.Equal(t, "<i41@k3j4.gomr>", m.header.Get("References"))
}

// TestMailIsRefused: what is for good, what passes, and what is said of it. The password is never.
func TestMailIsRefused(t *testing.T) {
	status := func(code int, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: text}
	}
	for _, c := range []struct {
		name      string
		set       func(s *mailServer)
		mail      func(m *Mail)
		permanent bool
		want      string
	}{
		{"full", func(s *mailServer) {
			s.data = func(*smtp.Conn, string) error { return status(452, "insufficient system storage") }
		}, nil, false, "insufficient system storage"},
		{"greylisted", func(s *mailServer) { s.rcpt = func(string) error { return status(451, "come again") } }, nil, false, "come again"},
		{"too large", func(s *mailServer) { s.data = func(*smtp.Conn, string) error { return status(552, "too large") } }, nil, true, "too large"},
		{"sender", func(s *mailServer) { s.mail = func(string) error { return status(553, "who is that") } }, nil, true, "who is that"},
		{"everybody", func(s *mailServer) { s.rcpt = func(string) error { return status(550, "no such user") } }, nil, true, "no such user"},
		{"dies", func(s *mailServer) {
			s.data = func(c *smtp.Conn, _ string) error { _ = c.Conn().Close(); return errors.New("gone") }
		}, nil, false, ""},
		{"password", nil, func(m *Mail) { m.Password = NewSecret("wrongwrong") }, false, `535 "5.7.8 not the password of ann: [secret]"`},
		{"certificate", nil, func(m *Mail) { m.CAFile = "" }, false, "certificate"},
		{"nobody there", nil, func(m *Mail) { m.Port = 1 }, false, "connection refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startMailServer(t, StartTLS, c.set)
			said, err := trySend(t, mailTo(s, StartTLS, c.mail), time.Minute, failedMessage())
			require.ErrorContains(t, err, c.want)
			var refused *DeliveryError
			require.Equal(t, c.permanent, errors.As(err, &refused) && refused.Permanent, "%v", err)
			for _, text := range append(said, err.Error()) {
				require.NotContains(t, text, "wrongwrong")
				require.NotContains(t, text, mailPassword)
			}
			require.Empty(t, s.received())
		})
	}
}

// TestOneOfMany: who is unknown keeps the others from nothing.
func TestOneOfMany(t *testing.T) {
	s := startMailServer(t, StartTLS, func(s *mailServer) {
		s.rcpt = func(to string) error {
			if to == "ops@example.com" {
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
			}
			return nil
		}
	})
	said, err := trySend(t, mailTo(s, StartTLS, nil), time.Minute, failedMessage())
	require.NoError(t, err)
	require.Equal(t, []string{"ann@example.com"}, s.received()[0].to)
	require.Contains(t, strings.Join(said, "\n"), "no such user")
}

// TestNoTLSIsNotTaken: a server without it gets neither the password nor the mail.
func TestNoTLSIsNotTaken(t *testing.T) {
	s := startMailServer(t, NoTLS, nil)
	_, err := trySend(t, mailTo(s, StartTLS, nil), time.Minute, failedMessage())
	require.ErrorContains(t, err, "STARTTLS")
	require.Empty(t, s.received())
}

// TestSilentServer: one that takes connections and says nothing is left after the time for that.
func TestSilentServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	m := &Mail{Host: "localhost", Port: listener.Addr().(*net.TCPAddr).Port, TLS: StartTLS, From: "gomr@example.com", To: []string{"ops@example.com"}}
	_, err = trySend(t, m, 50*time.Millisecond, failedMessage())
	require.ErrorContains(t, err, "no answer within 50ms")
}

// TestHeadersAreNotInjected: whatever is in an ID or an error, it makes no header and no page.
func TestHeadersAreNotInjected(t *testing.T) {
	evil := "X(a=\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>\u202e" + strings.Repeat("ü", 300) + ")"
	m := failedMessage()
	m.Tasks = []Task{{ID: evil}, {ID: evil}}
	m.Count, m.Subject, m.Error, m.Log, m.Commands = 2, evil+" failed", evil, []string{evil, "</pre><img src=x>"}, []string{quote(evil)}
	m.Runs = []Run{{Key: 1, By: evil, Request: evil, Roots: []string{evil}}}
	s := startMailServer(t, StartTLS, nil)
	_, err := trySend(t, mailTo(s, StartTLS, nil), time.Minute, m)
	require.NoError(t, err)
	got := parseMail(t, s.received()[0].text)
	assert.Empty(t, got.header.Get("Bcc"))
	assert.Equal(t, []string{"ops@example.com", "ann@example.com"}, s.received()[0].to)
	assert.LessOrEqual(t, len(got.subject), longestSubject)
	assert.NotContains(t, got.subject, "\n")
	assert.NotContains(t, got.subject, "\u202e")
	assert.NotContains(t, got.html, "<script")
	assert.NotContains(t, got.html, "<img")
	assert.Contains(t, got.html, "&lt;script&gt;")
}
