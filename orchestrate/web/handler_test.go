package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/web"
)

// mostBundled is how large all that a browser loads may be, packed.
const mostBundled = 120 << 10

// TestHandler_Pages: each page is the same document, and the policy that is sent with it lets nothing
// in that is not of this server.
func TestHandler_Pages(t *testing.T) {
	first := ask(t, "/", "").Body.String()
	for _, path := range web.Paths {
		answer := ask(t, path+"?id=a%20b", "")
		require.Equal(t, http.StatusOK, answer.Code, path)
		require.Equal(t, first, answer.Body.String(), path)
		require.Equal(t, "text/html; charset=utf-8", answer.Header().Get("Content-Type"))
		require.Equal(t, "same-origin", answer.Header().Get("Referrer-Policy"))
		require.Equal(t, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "+
			"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", answer.Header().Get("Content-Security-Policy"))
		require.NotContains(t, answer.Header().Get("Cache-Control"), "immutable", "a new program has other files")
	}
	require.NotRegexp(t, `<script[^>]*>[^<]|<style| style=| on\w+=`, first, "what the policy refuses")
	require.Contains(t, first, "<noscript>")
}

// TestHandler_UnknownPaths: the page says that there is no such page, and so does the status.
func TestHandler_UnknownPaths(t *testing.T) {
	first := ask(t, "/", "").Body.String()
	for _, path := range []string{"/nothing", "/tasks/", "/task/1", "/assets/app.js", "/assets/0123456789abcdef/app.js", "/index.html"} {
		answer := ask(t, path, "")
		require.Equal(t, http.StatusNotFound, answer.Code, path)
		require.Equal(t, first, answer.Body.String(), path)
		require.NotEmpty(t, answer.Header().Get("Content-Security-Policy"), path)
	}
}

// TestHandler_Assets: what pages are made of may be kept for ever, is the same packed and plain, and is small.
func TestHandler_Assets(t *testing.T) {
	page := ask(t, "/", "").Body.String()
	total := 0
	for _, asset := range []struct{ find, kind string }{
		{`src="(/assets/[0-9a-f]{16}/app\.js)"`, "text/javascript; charset=utf-8"},
		{`href="(/assets/[0-9a-f]{16}/app\.css)"`, "text/css; charset=utf-8"},
	} {
		found := regexp.MustCompile(asset.find).FindStringSubmatch(page)
		require.Len(t, found, 2, "in %s", page)
		plain, packed := ask(t, found[1], ""), ask(t, found[1], "br, gzip")
		for _, answer := range []*httptest.ResponseRecorder{plain, packed} {
			require.Equal(t, http.StatusOK, answer.Code)
			require.Equal(t, asset.kind, answer.Header().Get("Content-Type"))
			require.Equal(t, "public, max-age=31536000, immutable", answer.Header().Get("Cache-Control"))
			require.Equal(t, "Accept-Encoding", answer.Header().Get("Vary"))
		}
		require.Empty(t, plain.Header().Get("Content-Encoding"))
		require.Equal(t, "gzip", packed.Header().Get("Content-Encoding"))
		total += packed.Body.Len()
		r, err := gzip.NewReader(packed.Body)
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, plain.Body.String(), string(content))
	}
	require.Less(t, total, mostBundled)
}

// ask returns the answer for a path to a browser that takes an encoding.
func ask(t *testing.T, path, encoding string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	request.Header.Set("Accept-Encoding", encoding)
	answer := httptest.NewRecorder()
	web.Handler(http.NotFoundHandler()).ServeHTTP(answer, request)
	return answer
}
