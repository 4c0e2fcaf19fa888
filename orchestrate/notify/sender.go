package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// A sender delivers messages of one channel. Several may be sent at a time, for one may be a test.
type sender interface {
	// send delivers a message, and returns what was said in short, a line for each step, also where it
	// failed. The error may be a [*DeliveryError]; any other passes.
	send(ctx context.Context, m *Message) (said []string, err error)
}

// A DeliveryError is a message that was not taken.
type DeliveryError struct {
	Permanent  bool          // it is refused for good
	RetryAfter time.Duration // how long the receiver wants to be left alone; zero where it does not say
	Err        error
}

func (e *DeliveryError) Error() string { return e.Err.Error() }

// Unwrap returns what went wrong.
func (e *DeliveryError) Unwrap() error { return e.Err }

// newSender returns what delivers messages of a channel.
func newSender(c *Channel) (sender, error) {
	switch {
	case c.Mail != nil:
		return newMailSender(c.Mail, c.Timeout)
	case c.Slack != nil:
		return newSlackSender(c.Slack)
	case c.Webhook != nil:
		return newWebhookSender(c.Webhook)
	}
	return nil, fmt.Errorf("the channel %s has no way: Mail, Slack or Webhook", c.Name)
}

// tlsConfig trusts the system's authorities, and those of a file.
func tlsConfig(caFile string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca_file: %s has no certificate in PEM", caFile)
	}
	config.RootCAs = pool
	return config, nil
}

// isLoopback tells whether a host is this machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// isTimeout tells whether an error came from the time that a delivery has.
func isTimeout(ctx context.Context, err error) bool {
	var network net.Error
	return errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}
