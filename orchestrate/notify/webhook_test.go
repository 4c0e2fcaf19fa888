package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A delivery is a request as a server has got it.
type delivery struct {
	header http.Header
	body   []byte
}

// hook starts a server that answers so.
func hook(t *testing.T, answer http.HandlerFunc) (url, caFile string, deliveries <-chan delivery) {
	t.Helper()
	got := make(chan delivery, 10)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- delivery{r.Header, body}
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(server.Close)
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	return server.URL + "/hooks/s3cr3tpath", caFile, got
}

// TestWebhook: the document is the message, and its receiver can tell who has sent it.
func TestWebhook(t *testing.T) {
	url, ca, got := hook(t, nil)
	s, err := newWebhookSender(&Webhook{URL: NewSecret(url), CAFile: ca, Secret: NewSecret("a key"), Token: NewSecret("a token")})
	require.NoError(t, err)
	said, err := s.send(t.Context(), failedMessage())
	require.NoError(t, err)
	d := <-got
	var m Message
	require.NoError(t, json.Unmarshal(d.body, &m))
	require.Equal(t, failedMessage(), &m)
	require.Equal(t, "application/json", d.header.Get("Content-Type"))
	require.Equal(t, "i41", d.header.Get("X-Gomr-Delivery"))
	require.Equal(t, "Bearer a token", d.header.Get("Authorization"))
	stamp := d.header.Get("X-Gomr-Timestamp")
	mac := hmac.New(sha256.New, []byte("a key"))
	mac.Write([]byte(stamp + "." + string(d.body)))
	require.Equal(t, "sha256="+hex.EncodeToString(mac.Sum(nil)), d.header.Get("X-Gomr-Signature"))
	for _, line := range said {
		require.NotContains(t, line, "s3cr3tpath")
		require.NotContains(t, line, "a token")
	}
	require.Contains(t, said[1], "200 OK")
}

// TestSignature has an example for those who write a receiver:
//
//	printf '1401678245.{}' | openssl dgst -sha256 -hmac key
func TestSignature(t *testing.T) {
	require.Equal(t, "sha256=c3c97ddd90f9c7b3520d22427b116691dd654614efdde39901a02860055b0d66", sign(NewSecret("key"), "1401678245", []byte("{}")))
}

// TestAnswers: which refuse for good, which pass, and when to come again. The address is in none of the errors.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name       string
		answer     http.HandlerFunc
		permanent  bool
		retryAfter time.Duration
		want       string
	}{
		{"busy", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
		}, false, 30 * time.Second, "429 Too Many Requests"},
		{"very busy", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "99999999")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, false, time.Hour, "503"},
		{"broken", func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "no luck with "+r.URL.Path+"\n and token=abc", http.StatusInternalServerError)
		}, false, 0, "no luck with"},
		{"token", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, false, 0, "403"},
		{"refused", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "invalid_blocks", http.StatusBadRequest) }, true, 0, "invalid_blocks"},
		{"gone", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, true, 0, "410"},
		{"elsewhere", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(http.StatusFound)
		}, false, 0, "302"},
		{"cut off", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, 0, "EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, ca, _ := hook(t, c.answer)
			s, err := newSlackSender(&Slack{URL: NewSecret(url), CAFile: ca})
			require.NoError(t, err)
			said, err := s.send(t.Context(), failedMessage())
			require.ErrorContains(t, err, c.want)
			var refused *DeliveryError
			if errors.As(err, &refused) {
				require.Equal(t, []any{c.permanent, c.retryAfter}, []any{refused.Permanent, refused.RetryAfter})
			}
			require.NotEmpty(t, said)
			for _, text := range append(said, err.Error()) {
				require.NotContains(t, text, "token=abc")
				require.NotContains(t, text, "\n")
				require.NotContains(t, text, url)
			}
		})
	}
}

// TestHookHangs: it is left after the time for that.
func TestHookHangs(t *testing.T) {
	release := make(chan struct{})
	url, ca, _ := hook(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	s, err := newWebhookSender(&Webhook{URL: NewSecret(url), CAFile: ca})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = s.send(ctx, failedMessage())
	require.ErrorContains(t, err, "no answer within")
	require.NotContains(t, err.Error(), "s3cr3tpath")
}

// TestSlackMarkUp: nothing in a message makes a link, calls somebody, ends a block of code, or is too long for Slack.
func TestSlackMarkUp(t *testing.T) {
	m := failedMessage()
	m.Subject = "<!channel> & <https://evil.example.com|click>"
	m.Log = []string{"```", "<@U123>", strings.Repeat("é&", 4000)}
	doc := slackDocument(m)
	texts := []string{doc.Text}
	for _, b := range doc.Blocks {
		require.LessOrEqual(t, len(b.Text.Text), 3000)
		require.NotEmpty(t, b.Text.Text)
		texts = append(texts, b.Text.Text)
	}
	for _, text := range texts {
		require.NotContains(t, text, "<!")
		require.NotContains(t, text, "<@")
		require.NotContains(t, text, "<https://evil")
		require.NotContains(t, text, "\n```\n```")
	}
	require.LessOrEqual(t, len(doc.Blocks), 50)
}
