package notify

import (
	"log/slog"
	"slices"
	"strings"
)

// A Secret is a text that is shown nowhere, however it is printed.
type Secret struct{ text string }

// NewSecret returns a secret.
func NewSecret(text string) Secret { return Secret{text} }

func (s Secret) reveal() string { return s.text }

func (s Secret) none() bool { return s.text == "" }

// String returns what stands for any secret.
func (s Secret) String() string { return left }

// GoString is String.
func (s Secret) GoString() string { return left }

// MarshalText is String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(left), nil }

// LogValue is String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(left) }

// hide returns a text without some secrets, and what looks like one.
func hide(text string, secrets ...Secret) string {
	// The longest first, for one may be a part of another.
	secrets = slices.SortedFunc(slices.Values(secrets), func(a, b Secret) int { return len(b.text) - len(a.text) })
	for _, s := range secrets {
		if len(s.text) >= 4 {
			text = strings.ReplaceAll(text, s.text, left)
		}
	}
	return Redact(text)
}
