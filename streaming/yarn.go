package streaming

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gomr/gomr/hdfs"
)

const (
	requestTimeout = 15 * time.Second
	maxAnswer      = 64 << 20 // bytes of an answer that are read; a job with many tasks has large ones
)

// A yarnClient asks the web services of YARN: the resource manager, the
// application master of a running job behind its proxy, the job history server
// and the node managers.
type yarnClient struct {
	resourceManagers []string // base URLs; more than one where they stand in for each other
	history          string   // base URL of the job history server
	user             string   // sent along where the services don't ask for Kerberos
	http             *http.Client
}

func newYARNClient(p hdfs.Properties, user string) *yarnClient {
	return &yarnClient{
		resourceManagers: resourceManagers(p),
		history:          historyServer(p),
		user:             user,
		// The addresses are those of the cluster, so no proxy of the environment.
		http: &http.Client{Timeout: requestTimeout, Transport: &http.Transport{IdleConnTimeout: requestTimeout}},
	}
}

// close closes the connections that are kept for the next request.
func (y *yarnClient) close() { y.http.CloseIdleConnections() }

// A statusError is an answer of a web service that is not the one asked for.
type statusError struct {
	URL     string
	Code    int
	Message string // what the service said, one line
}

func (e *statusError) Error() string {
	text := fmt.Sprintf("%s answered %d %s", e.URL, e.Code, http.StatusText(e.Code))
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// hasStatus tells whether err is an answer with that status code.
func hasStatus(err error, code int) bool {
	var status *statusError
	return errors.As(err, &status) && status.Code == code
}

// askRM asks the resource managers one after the other until one answers.
func (y *yarnClient) askRM(ctx context.Context, method, path string, body, answer any) error {
	var failed []error
	for _, base := range y.resourceManagers {
		err := y.ask(ctx, method, base+path, body, answer)
		var status *statusError
		if err == nil || errors.As(err, &status) && status.Code < http.StatusInternalServerError {
			return err
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// ask sends a request and decodes the JSON of the answer.
func (y *yarnClient) ask(ctx context.Context, method, address string, body, answer any) error {
	text, contentType, err := y.send(ctx, method, address, body)
	if err != nil {
		return err
	}
	if media, _, _ := mime.ParseMediaType(contentType); media != "application/json" {
		// The proxy answers with a page of HTML for a job that is no more.
		return &statusError{URL: address, Code: http.StatusNotFound, Message: "the answer is no JSON but " + contentType}
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("%s: answer not understood: %w", address, err)
	}
	return nil
}

// send sends a request and returns the answer and its content type.
func (y *yarnClient) send(ctx context.Context, method, address string, body any) ([]byte, string, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, "", err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, y.withUser(address), content)
	if err != nil {
		return nil, "", err
	}
	request.Header.Set("Accept", "application/json, text/plain;q=0.5")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := y.http.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", address, err)
	}
	if response.StatusCode >= 300 {
		return nil, "", &statusError{URL: address, Code: response.StatusCode, Message: remoteMessage(text)}
	}
	return text, response.Header.Get("Content-Type"), nil
}

// withUser adds who asks: without it, the services take the caller for nobody in particular.
func (y *yarnClient) withUser(address string) string {
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + "user.name=" + url.QueryEscape(y.user)
}

// remoteMessage returns what a service says is wrong, or "" for a page of HTML.
func remoteMessage(text []byte) string {
	var answer struct {
		RemoteException struct {
			Message string `json:"message"`
		} `json:"RemoteException"` //nolint:tagliatelle // Hadoop's name
	}
	if json.Unmarshal(text, &answer) == nil {
		return topLine(strings.TrimPrefix(answer.RemoteException.Message, "java.lang.Exception: "))
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("<")) {
		return ""
	}
	return topLine(string(text))
}

func topLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(line)
}
