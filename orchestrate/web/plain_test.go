package web_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
	"github.com/gomr/gomr/orchestrate/web"
)

// hostile is what a page must not take for its own.
const hostile = `Count(name="><script>alert(1)</script>&x='y')`

// A site is a server with its pages, and a browser without scripts.
type site struct {
	t       *testing.T
	url     string
	server  *server.Server
	browser *http.Client
}

// newSite starts a server on which a task has failed.
func newSite(t *testing.T) *site {
	t.Helper()
	ctx := t.Context()
	st, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "scheduler.db"), sqlite.Options{Synchronous: sqlite.Normal})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, st.Close()) })
	s, err := scheduler.Open(ctx, st, scheduler.Config{})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	served, err := server.New(ctx, server.Options{Scheduler: s, Store: st, Pages: web.Handler})
	require.NoError(t, err)
	t.Cleanup(served.Close)
	listening := httptest.NewServer(served)
	t.Cleanup(listening.Close)
	_, err = s.Submit(ctx, &scheduler.Submission{
		Nodes: []scheduler.Node{{Spec: store.Spec{ID: hostile, Program: "p", Retry: store.Retry{Attempts: 1}}}}, Roots: []string{hostile}, By: "eve",
	})
	require.NoError(t, err)
	work, err := s.Work(ctx, &scheduler.Ask{Worker: scheduler.WorkerInfo{ID: "w", Programs: []string{"p"}}})
	require.NoError(t, err)
	require.NoError(t, st.AppendLog(ctx, work.Fence, 0, []byte("the <b>last</b> line\n")))
	require.NoError(t, s.End(ctx, &scheduler.End{Fence: work.Fence, Outcome: store.Errored, Error: "no <i>ink</i>"}))
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &site{t, listening.URL, served, &http.Client{Jar: jar}}
}

// get returns a page, and the path that it was led to.
func (s *site) get(path string) (status int, page, landed string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	require.NoError(s.t, err)
	response, err := s.browser.Do(request)
	require.NoError(s.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	require.Contains(s.t, response.Header.Get("Content-Security-Policy"), "default-src 'none'")
	return response.StatusCode, string(body), response.Request.URL.RequestURI()
}

// TestPlain: from what has failed to the line that says why, without a script.
func TestPlain(t *testing.T) {
	s := newSite(t)
	id := url.QueryEscape(hostile)
	for _, test := range []struct {
		path string
		want []string
	}{
		{"/plain", []string{"failed", "no &lt;i&gt;ink&lt;/i&gt;", `href="/plain/log?fence=1"`}},
		{"/plain/task?id=" + id, []string{"it has failed", `href="/plain/log?fence=1"`}},
		{"/plain/log?fence=1", []string{"the <b>last</b> line"}}, // as text
		{"/plain/runs", []string{`href="/plain/run?key=1"`, "eve"}},
		{"/plain/run?key=1", []string{"Run 1", "failed"}},
	} {
		status, page, _ := s.get(test.path)
		require.Equal(t, http.StatusOK, status, test.path)
		for _, want := range test.want {
			require.Contains(t, page, want, test.path)
		}
		require.NotContains(t, page, "<script", test.path)
	}
	for path, want := range map[string]int{
		"/plain/task?id=none": http.StatusNotFound, "/plain/log?fence=x": http.StatusBadRequest,
		"/plain/run?key=..": http.StatusBadRequest, "/plain/run?key=7": http.StatusNotFound, "/plain/nothing": http.StatusNotFound,
	} {
		status, _, _ := s.get(path)
		require.Equal(t, want, status, path)
	}
}

// TestPlain_SignIn: who has no token is asked for one, and comes back to where it was.
func TestPlain_SignIn(t *testing.T) {
	s := newSite(t)
	secret, err := s.server.CreateToken(t.Context(), api.NewToken{Name: "root", Role: api.Admin}, "test")
	require.NoError(t, err)
	_, page, landed := s.get("/plain/run?key=1")
	require.Contains(t, page, `type="password"`)
	require.Equal(t, "/plain/sign-in?next=%2Fplain%2Frun%3Fkey%3D1", landed)

	require.Contains(t, s.signIn(landed, "gomr_wrong"), "the token is not known")
	require.Contains(t, s.signIn(landed, secret.Secret), "<h1>Run 1</h1>")
	_, page, _ = s.get("/plain")
	require.Contains(t, page, "What needs somebody")
	require.Contains(t, s.signIn("/plain/sign-in?next=https://elsewhere.example/", secret.Secret), "What needs somebody", "it leads to no other site")
}

func (s *site) signIn(path, secret string) string {
	s.t.Helper()
	response, err := s.browser.PostForm(s.url+path, url.Values{"secret": {secret}})
	require.NoError(s.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return string(body)
}
