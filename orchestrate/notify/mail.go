package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	mail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/log"
)

// A TLSMode says how a connection to an SMTP server is encrypted.
type TLSMode string

// The modes.
const (
	StartTLS    TLSMode = "starttls" // and nothing is said before it; mostly at port 587
	ImplicitTLS TLSMode = "implicit" // from the first byte on; mostly at port 465
	NoTLS       TLSMode = "none"
)

// A Mail is how mail is sent.
type Mail struct {
	Host string
	Port int // zero is that of the mode: 587, 465, or 25

	TLS      TLSMode
	Insecure bool   // NoTLS may leave this machine
	CAFile   string // certificates in PEM that are trusted beside those of the system

	// Auth is "auto", "plain", "login", "cram-md5", "scram-sha-256" or "xoauth2", whose token is the password. It
	// counts where there is a user name.
	Auth     string
	Username string
	Password Secret

	From string
	To   []string // addresses, or "owner" for that of the tasks that a message is about
}

// mechanisms are the ways to authenticate. Those in the clear are only for connections that are, because
// somebody has said so.
var mechanisms = map[string]struct{ encrypted, clear mail.SMTPAuthType }{
	"plain":         {mail.SMTPAuthPlain, mail.SMTPAuthPlainNoEnc},
	"login":         {mail.SMTPAuthLogin, mail.SMTPAuthLoginNoEnc},
	"cram-md5":      {mail.SMTPAuthCramMD5, mail.SMTPAuthCramMD5},
	"scram-sha-256": {mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA256},
	"xoauth2":       {mail.SMTPAuthXOAUTH2, mail.SMTPAuthXOAUTH2},
}

type mailSender struct {
	mail    *Mail
	tls     *tls.Config
	port    int
	timeout time.Duration
}

func newMailSender(m *Mail, timeout time.Duration) (*mailSender, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	config, err := tlsConfig(m.CAFile)
	if err != nil {
		return nil, err
	}
	config.ServerName = m.Host
	port := m.Port
	if port == 0 {
		port = map[TLSMode]int{StartTLS: 587, ImplicitTLS: 465, NoTLS: 25}[m.TLS]
	}
	return &mailSender{m, config, port, timeout}, nil
}

// send delivers a mail to all that are to have it. Where the server does not know one of them, the others
// get theirs.
func (s *mailSender) send(ctx context.Context, m *Message) (said []string, err error) {
	to := s.mail.recipients(m.Owner)
	if len(to) == 0 {
		return nil, &DeliveryError{Permanent: true, Err: errors.New("nobody is to have it: the tasks have no owner with a mail address")}
	}
	said, err = s.sendTo(ctx, m, to)
	var refused *mail.SendError
	if errors.As(err, &refused) && refused.Reason == mail.ErrSMTPRcptTo && refused.ErrorCode() >= 500 && len(to) > 1 {
		for _, one := range to {
			more, oneErr := s.sendTo(ctx, m, []string{one})
			said = append(said, more...)
			if oneErr == nil {
				err = nil
			}
		}
	}
	if err != nil {
		return said, s.explain(ctx, err)
	}
	return said, nil
}

func (s *mailSender) sendTo(ctx context.Context, m *Message, to []string) (said []string, err error) {
	msg, err := s.compose(m, to)
	if err != nil {
		return nil, &DeliveryError{Permanent: true, Err: err}
	}
	listener := &conversation{}
	ctx, cancel := context.WithCancel(ctx) // closes the connection, whoever has it
	defer cancel()
	client, err := s.client(ctx, listener)
	if err != nil {
		return nil, err
	}
	// What has been taken stays so, though the good-bye fails.
	if err = client.DialAndSendWithContext(ctx, msg); msg.IsDelivered() {
		err = nil
	}
	// The client tells neither the last word of the server nor its refusals.
	if err == nil {
		listener.insert("< 354", "< "+oneLine(msg.ServerResponse()))
	} else {
		listener.add("! " + oneLine(err.Error()))
	}
	return listener.lines(s.mail.Password), err
}

// client returns a client whose connection ends with the context of the delivery.
func (s *mailSender) client(delivery context.Context, listener *conversation) (*mail.Client, error) {
	options := []mail.Option{
		mail.WithPort(s.port), mail.WithTimeout(s.timeout), mail.WithTLSConfig(s.tls), mail.WithoutNoop(),
		mail.WithDebugLog(), mail.WithLogger(listener),
		mail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			connection, err := s.dial(ctx, network, address)
			if err == nil {
				context.AfterFunc(delivery, func() { _ = connection.Close() })
			}
			return connection, err
		}),
	}
	switch s.mail.TLS {
	case StartTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case ImplicitTLS:
		options = append(options, mail.WithSSL())
	default:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if s.mail.Username != "" {
		options = append(options, s.authentication(), mail.WithUsername(s.mail.Username), mail.WithPassword(s.mail.Password.reveal()))
	}
	return mail.NewClient(s.mail.Host, options...)
}

func (s *mailSender) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if s.mail.TLS == ImplicitTLS {
		return (&tls.Dialer{Config: s.tls}).DialContext(ctx, network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

func (s *mailSender) authentication() mail.Option {
	pick := func(name string) mail.SMTPAuthType {
		if s.mail.TLS == NoTLS {
			return mechanisms[name].clear
		}
		return mechanisms[name].encrypted
	}
	if s.mail.Auth == "" || s.mail.Auth == "auto" {
		return mail.WithOpportunisticSMTPAuth(pick("scram-sha-256"), pick("cram-md5"), pick("plain"), pick("login"))
	}
	return mail.WithSMTPAuth(pick(s.mail.Auth))
}

// explain tells whether an error is for good: the server's refusal of this mail is. That of the user may be mended.
func (s *mailSender) explain(ctx context.Context, err error) error {
	text := oneLine(hide(err.Error(), s.mail.Password))
	var sent *mail.SendError
	var composed *DeliveryError
	if errors.As(err, &composed) || errors.As(err, &sent) && sent.ErrorCode() >= 500 {
		return &DeliveryError{Permanent: true, Err: errors.New(text)}
	}
	if isTimeout(ctx, err) {
		text = fmt.Sprintf("no answer within %s: %s", s.timeout, text)
	}
	return fmt.Errorf("%s:%d: %s", s.mail.Host, s.port, text)
}

// compose makes the mail of a message.
func (s *mailSender) compose(m *Message, to []string) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.From(s.mail.From); err != nil {
		return nil, err
	}
	if err := msg.To(to...); err != nil {
		return nil, err
	}
	msg.Subject(mailSubject(m))
	msg.SetDateWithValue(m.At)
	msg.SetMessageIDWithValue(messageID(m.ID, m.Installation))
	if m.Incident != "" && m.Incident != m.ID {
		opened := "<" + messageID(m.Incident, m.Installation) + ">" // so that they are one thread
		msg.SetGenHeader("In-Reply-To", opened)
		msg.SetGenHeader("References", opened)
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // so that nobody's absence answers
	if m.Severity == Error && m.Status == StatusOpen {
		msg.SetImportance(mail.ImportanceHigh)
	}
	page, err := htmlText(m)
	if err != nil {
		return nil, err
	}
	msg.SetBodyString(mail.TypeTextPlain, plainText(m))
	msg.AddAlternativeString(mail.TypeTextHTML, page)
	return msg, nil
}

// messageID names a message among those of all schedulers.
func messageID(id, installation string) string { return id + "@" + installation + ".gomr" }

func mailSubject(m *Message) string {
	return shorten("[gomr] "+oneLine(m.Subject), longestSubject)
}

// A conversation remembers what a client and a server say to each other. It is a [log.Logger].
type conversation struct {
	mu   sync.Mutex
	said []string
}

// Debugf adds a line.
func (c *conversation) Debugf(l log.Log) {
	mark := "< "
	if l.Direction == log.DirClientToServer {
		mark = "> "
	}
	for line := range strings.Lines(fmt.Sprintf(l.Format, l.Messages...)) {
		c.add(mark + oneLine(line))
	}
}

func (c *conversation) add(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, line)
}

// Infof, Warnf and Errorf are not used by the client.
func (c *conversation) Infof(l log.Log)  { c.Debugf(l) }
func (c *conversation) Warnf(l log.Log)  { c.Debugf(l) }
func (c *conversation) Errorf(l log.Log) { c.Debugf(l) }

// insert adds a line behind the one that begins so.
func (c *conversation) insert(behind, line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.IndexFunc(c.said, func(said string) bool { return strings.HasPrefix(said, behind) })
	if at < 0 {
		at = len(c.said) - 1
	}
	c.said = slices.Insert(c.said, at+1, line)
}

// lines returns what was said, without secrets.
func (c *conversation) lines(secrets ...Secret) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := slices.Clone(c.said)
	for i, line := range lines {
		lines[i] = hide(line, secrets...)
	}
	return lines
}
