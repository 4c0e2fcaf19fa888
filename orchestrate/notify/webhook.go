package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
)

// A Webhook gets messages as signed documents, see the package comment.
type Webhook struct {
	URL    Secret
	Secret Secret // signs; without one there is no signature
	Token  Secret // is sent as a bearer token, where there is one
	CAFile string // certificates in PEM that are trusted beside those of the system
}

type webhookSender struct {
	*poster

	webhook *Webhook
	now     func() time.Time
}

func newWebhookSender(w *Webhook) (*webhookSender, error) {
	p, err := newPoster(w.URL, w.CAFile, w.Secret, w.Token)
	if err != nil {
		return nil, err
	}
	return &webhookSender{p, w, time.Now}, nil
}

func (s *webhookSender) send(ctx context.Context, m *Message) ([]string, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, &DeliveryError{Permanent: true, Err: err}
	}
	stamp := strconv.FormatInt(s.now().Unix(), 10)
	header := map[string]string{"X-Gomr-Delivery": m.ID, "X-Gomr-Timestamp": stamp}
	if !s.webhook.Secret.none() {
		header["X-Gomr-Signature"] = sign(s.webhook.Secret, stamp, body)
	}
	if !s.webhook.Token.none() {
		header["Authorization"] = "Bearer " + s.webhook.Token.reveal()
	}
	return s.post(ctx, body, header)
}

// sign returns the signature of a body that is sent at a time.
func sign(secret Secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret.reveal()))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
