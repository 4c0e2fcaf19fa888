package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// A poster sends documents to one address.
type poster struct {
	url     Secret
	host    string // of it, which may be shown
	client  *http.Client
	secrets []Secret
	refused []int // the statuses that refuse a message for good
}

// refusedForGood are statuses after which the same document is of no use again. Those that an operator can mend,
// such as a token that has expired, are not among them.
var refusedForGood = []int{
	http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusGone,
	http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
}

func newPoster(address Secret, caFile string, secrets ...Secret) (*poster, error) {
	parsed, err := url.Parse(address.reveal())
	if err != nil {
		return nil, errors.New("the url can't be read") // it would show it
	}
	config, err := tlsConfig(caFile)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: config, ForceAttemptHTTP2: true,
		DisableKeepAlives: true, // messages are rare
	}
	return &poster{
		url: address, host: parsed.Scheme + "://" + parsed.Host, secrets: append(secrets, address), refused: refusedForGood,
		client: &http.Client{
			Transport: transport,
			// A redirected POST loses its body, and may go where nobody meant it to.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// answerLimit is how much of an answer is read, in bytes. It is shown where it says what is wrong.
const answerLimit = 500

// post sends a document.
func (p *poster) post(ctx context.Context, body []byte, header map[string]string) (said []string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url.reveal(), bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the url can't be used")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "gomr")
	for _, name := range slices.Sorted(maps.Keys(header)) {
		request.Header.Set(name, header[name])
	}
	said = []string{fmt.Sprintf("> POST %s/…, %d bytes", p.host, len(body))}
	start := time.Now()
	response, err := p.client.Do(request)
	if err != nil {
		err = p.plain(err)
		if isTimeout(ctx, err) {
			err = fmt.Errorf("no answer within %s: %w", shortDuration(time.Since(start)), err)
		}
		return append(said, "! "+err.Error()), err
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, answerLimit)) // what is there of it
	words := hide(oneLine(string(answer)), p.secrets...)
	said = append(said, fmt.Sprintf("< %s %s", response.Status, words))
	if response.StatusCode >= 200 && response.StatusCode < 300 {
		return said, nil
	}
	return said, &DeliveryError{
		Permanent:  slices.Contains(p.refused, response.StatusCode),
		RetryAfter: retryAfter(response.Header.Get("Retry-After"), time.Now()),
		Err:        errors.New(oneLine(fmt.Sprintf("%s answered %s %s", p.host, response.Status, words))),
	}
}

// plain returns an error without the address in it.
func (p *poster) plain(err error) error {
	if wrapped := new(url.Error); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if text := hide(err.Error(), p.secrets...); text != err.Error() {
		return fmt.Errorf("%s: %s", p.host, text) // what it wraps has the secret
	}
	return fmt.Errorf("%s: %w", p.host, err)
}

// retryAfter reads the header of that name: seconds, or a time.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return min(time.Duration(seconds)*time.Second, longestRetryAfter)
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return min(at.Sub(now), longestRetryAfter)
	}
	return 0
}

// longestRetryAfter bounds what a receiver may ask for.
const longestRetryAfter = time.Hour
