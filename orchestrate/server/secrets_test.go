package server_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// A transcript is all that a server has written, to whomever.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// TestSecretsStayHidden: whatever is asked for, with whichever token in whichever place, no
// secret comes out again: not in answers, the log, metrics, or the store.
func TestSecretsStayHidden(t *testing.T) {
	var said transcript
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	w := start(t, server.Options{
		Now:    func() time.Time { return now },
		Logger: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	secrets := map[string]string{"no server's": "gomr_" + strings.Repeat("wrong", 8)}
	for _, role := range []api.Role{api.Admin, api.Viewer, api.WorkerRole, api.Operator} {
		secrets[string(role)] = w.token(string(role), role)
	}
	expired, err := w.server.CreateToken(t.Context(), api.NewToken{Name: "old", Role: api.Admin, Expires: now.Add(time.Hour)}, "test")
	require.NoError(t, err)
	secrets["expired"] = expired.Secret
	now = now.Add(2 * time.Hour)

	for _, o := range w.operations() {
		for _, secret := range secrets {
			for place, change := range map[string]func(*http.Request){
				"the right place": bearer(secret),
				"a wrong scheme":  header("Authorization", "Basic "+secret),
				"twice":           header("Authorization", "Bearer "+secret+" "+secret),
				"another header":  header("Cookie", "token="+secret),
				"the query":       func(r *http.Request) { bearer(secrets["admin"])(r); r.URL.RawQuery = "token=" + secret },
			} {
				if strings.HasSuffix(o.path, "/live") && !strings.HasPrefix(place, "a wrong") {
					continue // it goes on and on
				}
				recorder := httptest.NewRecorder()
				request := httptest.NewRequestWithContext(t.Context(), o.method, filled(o.path), strings.NewReader(`{"note": 1, "wait": "`+secret+`"}`))
				change(request)
				w.server.ServeHTTP(recorder, request)
				fmt.Fprintln(&said, recorder.Header(), recorder.Body)
			}
		}
	}
	for _, path := range []string{"/metrics", "/api/v1/tokens", "/api/v1/events?limit=10000", "/api/v1/workers", "/api/openapi.json"} {
		_, answer := w.send("GET", path, "", bearer(secrets["admin"]))
		fmt.Fprintln(&said, answer)
	}
	contents := w.store.Contents()
	fmt.Fprintln(&said, contents.Settings, contents.Events, contents.Tasks)
	require.Contains(t, said.String(), "refused")
	for whose, secret := range secrets {
		for line := range strings.Lines(said.String()) {
			assert.NotContains(t, line, strings.TrimPrefix(secret, "gomr_"), "that of %s", whose)
		}
	}
}

// TestBrowsersEverywhere: no operation that changes anything is a way in for the pages of a browser.
func TestBrowsersEverywhere(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(job("a"))
	events := len(w.store.Contents().Events)
	for _, o := range w.operations() {
		if o.method != http.MethodPost {
			continue
		}
		for name, change := range map[string]func(*http.Request){
			"a page of another site":           header("Sec-Fetch-Site", "cross-site"),
			"a page of the same site":          header("Sec-Fetch-Site", "same-site"),
			"an origin":                        header("Origin", "http://evil.example"),
			"an origin with another port":      header("Origin", "http://127.0.0.1:1"),
			"no origin that may be told":       header("Origin", "null"),
			"a name that was bound to here":    func(r *http.Request) { r.Host = "evil.example" },
			"the same, and its own page of it": func(r *http.Request) { r.Host = "evil.example"; r.Header.Set("Sec-Fetch-Site", "same-origin") },
		} {
			status, answer := w.send(o.method, filled(o.path), "{}", change)
			assert.Equal(t, 403, status, "%s from %s: %s", o.path, name, answer)
			assert.Contains(t, answer, `"code":"forbidden"`)
		}
		if o.bytes {
			continue // that it takes any content is what a page of another site doesn't get to
		}
		for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain; application/json"} {
			status, answer := w.send(o.method, filled(o.path), `{"id": "a"}`, header("Content-Type", kind))
			if o.body {
				assert.True(t, status >= 400 && status < 500, "%s as %s: %d %s", o.path, kind, status, answer)
			}
		}
	}
	require.Len(t, w.store.Contents().Events, events, "nothing was done")
	status, _ := w.send("GET", "/api/v1/counts", "", header("Origin", "http://evil.example"))
	require.Equal(t, 200, status)
	response, err := w.http.Client().Get(w.http.URL + "/api/v1/counts")
	require.NoError(t, err)
	defer response.Body.Close()
	require.Empty(t, response.Header.Get("Access-Control-Allow-Origin"), "no page of another site reads it")
}

// TestWrongTokensEverywhere: no operation takes a token that is wrong, has expired or was revoked.
func TestWrongTokensEverywhere(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	w := start(t, server.Options{Now: func() time.Time { return now }})
	admin := w.token("root", api.Admin)
	expired, err := w.server.CreateToken(t.Context(), api.NewToken{Name: "old", Role: api.Admin, Expires: now.Add(time.Hour)}, "test")
	require.NoError(t, err)
	now = now.Add(time.Hour)
	revoked := w.token("gone", api.Admin)
	require.NoError(t, w.as(admin).RevokeToken(t.Context(), "gone"))
	_, err = w.as(admin).Submit(t.Context(), &scheduler.Submission{Nodes: []scheduler.Node{job("a")}})
	require.NoError(t, err)
	stored := w.store.Contents().Settings["token root"]
	for name, change := range map[string]func(*http.Request){
		"none":                  func(*http.Request) {},
		"an empty one":          bearer(""),
		"another's":             bearer("gomr_" + strings.Repeat("x", 43)),
		"half of one":           bearer(admin[:len(admin)/2]),
		"one and more":          bearer(admin + "x"),
		"in capitals":           bearer(strings.ToUpper(admin)),
		"one that has expired":  bearer(expired.Secret),
		"one that was revoked":  bearer(revoked),
		"what the store has":    bearer(stored[strings.Index(stored, `"sha256":"`)+10:][:64]),
		"a password":            header("Authorization", "Basic "+admin),
		"without its scheme":    header("Authorization", admin),
		"another's in a cookie": header("Cookie", "gomr_token=gomr_"+strings.Repeat("x", 43)),
		"a cookie of others":    header("Cookie", "token="+admin),
		"a very long one":       bearer(strings.Repeat("x", 50_000)),
	} {
		for _, o := range w.operations() {
			if strings.Contains(allowed[o.method+" "+strings.TrimPrefix(o.path, api.Prefix)], "-") {
				continue // it is for everybody
			}
			status, answer := w.send(o.method, filled(o.path), "{}", change)
			assert.Equal(t, 401, status, "%s with %s: %s", o.path, name, answer)
			assert.Contains(t, answer, `"code":"unauthorized"`)
		}
	}
	explanation, err := w.as(admin).Explain(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, store.Pending, explanation.Task.State)
}
