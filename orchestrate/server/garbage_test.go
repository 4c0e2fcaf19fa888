package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// An operation is one of the description.
type operation struct {
	method, path string
	properties   []string // of the body
	body         bool     // it has one
	bytes        bool     // the body is no JSON
}

// operations returns what the server says of itself.
func (w *world) operations() []operation { return operationsOf(w.t, w.server) }

func operationsOf(t testing.TB, h http.Handler) (all []operation) {
	var description struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					} `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/openapi.json", nil))
	require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &description))
	for path, methods := range description.Paths {
		for method, o := range methods {
			_, bytes := o.RequestBody.Content["application/octet-stream"]
			one := operation{method: strings.ToUpper(method), path: path, body: len(o.RequestBody.Content) > 0, bytes: bytes}
			name := strings.TrimPrefix(o.RequestBody.Content["application/json"].Schema.Ref, "#/components/schemas/")
			for property := range description.Components.Schemas[name].Properties {
				one.properties = append(one.properties, property)
			}
			slices.Sort(one.properties)
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return all
}

var parameter = regexp.MustCompile(`\{\w+\}`)

// filled returns a path with numbers for its parameters.
func filled(path string) string { return parameter.ReplaceAllString(path, "1") }

// garbage is no request for anything.
var garbage = map[string]string{
	"nothing":           "",
	"null":              "null",
	"a list":            "[]",
	"a truth":           "true",
	"a number":          "17",
	"too large a one":   "1e999",
	"text":              `"text"`,
	"half an object":    `{"id": `,
	"two objects":       `{}{}`,
	"bytes":             "\xff\xfe\x00",
	"text of bytes":     "{\"id\": \"\xff\"}",
	"deep lists":        strings.Repeat("[", 20_000),
	"deep objects":      strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000),
	"an unknown field":  `{"surely_unknown": 1}`,
	"XML":               "<task/>",
	"a form":            "id=a&note=b",
	"fields in a field": `{"": {"": {"": ""}}}`,
}

// values are of all kinds of JSON.
var values = []string{"null", "true", "-1", "0.5", "1e30", "9223372036854775808", `""`, `"\u0000"`, `"\ud800"`, `[]`, `[null]`, `[[]]`, `[{}]`, `{}`, `{"a": null}`}

// TestGarbage: no request is the server's fault.
func TestGarbage(t *testing.T) {
	w := start(t, server.Options{})
	for _, o := range w.operations() {
		if o.method != http.MethodPost {
			continue
		}
		for name, content := range garbage {
			status, answer := w.send(o.method, filled(o.path), content)
			assert.True(t, status >= 400 && status < 500, "%s with %s: %d %s", o.path, name, status, answer)
			assert.Contains(t, answer, `"code":"`, "%s with %s", o.path, name)
		}
		for _, property := range o.properties {
			for _, value := range values {
				content := `{"` + property + `": ` + value + `}`
				status, answer := w.send(o.method, filled(o.path), content)
				assert.Less(t, status, 500, "%s with %s: %s", o.path, content, answer)
			}
		}
	}
	for _, o := range w.operations() {
		for _, value := range []string{"x", "-1", "0", "99999999999999999999", "1.5", "%00", "%ff"} {
			if path := parameter.ReplaceAllString(o.path, value); path != o.path {
				status, answer := w.send(o.method, path, "{}")
				assert.True(t, status >= 400 && status < 500, "%s: %d %s", path, status, answer)
			}
		}
	}
}

// FuzzBodies sends bodies of all kinds to all operations.
func FuzzBodies(f *testing.F) {
	for i, content := range garbage {
		f.Add(uint8(len(i)), []byte(content))
	}
	for i, content := range []string{
		`{"nodes": [{"id": "a", "program": "p", "timeout": "1h", "retry": {"attempts": 3}}, {"id": "b", "wrapper": true, "requires": ["a"]}], "roots": ["b"]}`,
		`{"worker": {"id": "w", "programs": ["p"]}, "holds": [1]}`,
		`{"worker": {"id": "w"}, "beats": [{"fence": 1, "details": {"a": "b"}}]}`,
		`{"outcome": "failed", "exit": 1, "permanent": true}`,
		`{"ids": ["a"]}`, `{"id": "a", "state": "done", "note": "n"}`, `{"resource": "r", "limit": -1}`, `{"name": "n", "role": "admin", "expires": "2026-01-02T03:04:05Z"}`,
	} {
		for n := range 20 {
			f.Add(uint8(n+i), []byte(content))
		}
	}
	s, err := scheduler.Open(f.Context(), storetest.NewMemory(), scheduler.Config{})
	require.NoError(f, err)
	f.Cleanup(s.Close)
	handler, err := server.New(f.Context(), server.Options{Scheduler: s, Store: storetest.NewMemory()})
	require.NoError(f, err)
	f.Cleanup(handler.Close)
	var posts []operation
	for _, o := range operationsOf(f, handler) {
		// With a token of somebody all else would be refused.
		if o.method == http.MethodPost && !strings.Contains(o.path, "/tokens") {
			posts = append(posts, o)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		o := posts[int(which)%len(posts)]
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, o.method, filled(o.path), strings.NewReader(string(content))))
		if ctx.Err() == nil { // else it has waited for something
			require.Less(t, recorder.Code, 500, "%s: %s", o.path, recorder.Body)
		}
	})
}
