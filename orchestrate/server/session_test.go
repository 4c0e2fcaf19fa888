package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/server"
)

// TestSession: a browser that has signed in sends its token by itself, until it signs out.
func TestSession(t *testing.T) {
	w := start(t, server.Options{})
	admin := w.token("root", api.Admin)
	viewer := w.token("vera", api.Viewer)

	require.Equal(t, http.StatusUnauthorized, w.browse("GET", "/session", "", nil).status)
	require.Equal(t, http.StatusUnauthorized, w.browse("POST", "/session", `{"secret": "gomr_wrong"}`, nil).status)

	answer := w.browse("POST", "/session", `{"secret": " `+viewer+`\n"}`, nil)
	require.Equal(t, http.StatusOK, answer.status)
	cookies := answer.cookies
	require.Len(t, cookies, 1)
	require.True(t, cookies[0].HttpOnly)
	require.False(t, cookies[0].Secure, "over plain HTTP it would never be sent")
	require.Equal(t, http.SameSiteStrictMode, cookies[0].SameSite)

	answer = w.browse("GET", "/session", "", cookies)
	require.Equal(t, http.StatusOK, answer.status)
	require.JSONEq(t, `{"name": "vera", "role": "viewer"}`, answer.body)
	require.Equal(t, http.StatusForbidden, w.browse("POST", "/pause", "{}", cookies).status, "a viewer")

	cookies[0].Value = admin
	require.Equal(t, http.StatusNoContent, w.browse("POST", "/pause", "{}", cookies).status)
	answer = w.browse("POST", "/pause", "{}", cookies, "Sec-Fetch-Site", "cross-site")
	require.Equal(t, http.StatusForbidden, answer.status, "another site's page sends it")

	answer = w.browse("POST", "/session/end", "{}", cookies)
	require.Equal(t, http.StatusNoContent, answer.status)
	require.Negative(t, answer.cookies[0].MaxAge)

	answer = w.browse("POST", "/session", `{"secret": "`+viewer+`"}`, nil, "X-Forwarded-Proto", "https")
	require.True(t, answer.cookies[0].Secure, "behind a proxy that speaks TLS")
}

// A browsed is what a browser gets.
type browsed struct {
	status  int
	cookies []*http.Cookie
	body    string
}

// browse sends what a browser does, with headers as names and values.
func (w *world) browse(method, path, body string, cookies []*http.Cookie, headers ...string) browsed {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.http.URL+api.Prefix+path, strings.NewReader(body))
	require.NoError(w.t, err)
	for _, c := range cookies {
		request.AddCookie(c)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := w.http.Client().Do(request)
	require.NoError(w.t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	return browsed{response.StatusCode, response.Cookies(), string(content)}
}

// TestPages_ServeTheRest: what is no path of the API is a page, and an unknown path of the API is a problem.
func TestPages_ServeTheRest(t *testing.T) {
	w := start(t, server.Options{Pages: func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "the page "+r.URL.Path)
		})
	}})
	status, answer := w.send("GET", "/task", "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "the page /task", answer)
	status, answer = w.send("GET", "/api/v1/nothing", "")
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, answer, "there is no such path")
	status, _ = w.send("GET", "/api/v1/work", "")
	require.Equal(t, http.StatusMethodNotAllowed, status)
}
