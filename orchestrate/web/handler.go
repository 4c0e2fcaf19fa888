package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

// policy is the Content-Security-Policy of all pages: scripts and styles are files of this server,
// and nobody frames its pages.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

//go:embed dist/app.js dist/app.css
var dist embed.FS

// Paths are those of the pages. What comes behind a question mark is the page's own.
var Paths = []string{
	"/", "/grid", "/graph", "/tasks", "/task", "/runs", "/run", "/workers", "/resources", "/history",
	"/schedules", "/schedule", "/backfills", "/backfill", "/backfill/start", "/due", "/notifications", "/audit", "/tokens", "/sign-in",
}

var shell = template.Must(template.New("shell").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>gomr</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{{.Style}}">
<script type="module" src="{{.Script}}"></script>
</head>
<body>
<div id="app"></div>
<noscript><main><p>These pages need JavaScript. <a href="/plain">What has failed, runs and logs</a> are there without it.</p></main></noscript>
</body>
</html>
`))

// Handler answers with the pages, and what they are made of. The server that they are of answers those
// that need no script, which begin with /plain.
func Handler(server http.Handler) http.Handler {
	script, style := loadAsset("app.js", "text/javascript; charset=utf-8"), loadAsset("app.css", "text/css; charset=utf-8")
	var page bytes.Buffer
	if err := shell.Execute(&page, map[string]string{"Script": script.path, "Style": style.path}); err != nil {
		panic(err) // the template is a constant
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+script.path, script)
	mux.Handle("GET "+style.path, style)
	withoutScript := plain(server, style.path)
	mux.Handle("/plain", withoutScript)
	mux.Handle("/plain/", withoutScript)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if !slices.Contains(Paths, r.URL.Path) {
			w.WriteHeader(http.StatusNotFound) // the page says so too
		}
		_, _ = w.Write(page.Bytes())
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Referrer-Policy", "same-origin")
		mux.ServeHTTP(w, r)
	})
}

// An asset is a file whose path has the hash of its content, so that browsers may keep it for ever.
type asset struct {
	path, kind    string
	plain, zipped []byte
}

func loadAsset(name, kind string) *asset {
	content, err := dist.ReadFile("dist/" + name)
	if err != nil {
		panic(err) // the compiler embeds it
	}
	hash := sha256.Sum256(content)
	return &asset{
		path: fmt.Sprintf("/assets/%s/%s", hex.EncodeToString(hash[:8]), name), kind: kind,
		plain: content, zipped: zipped(content),
	}
}

func zipped(content []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // memory has no errors
	}
	return b.Bytes()
}

func (a *asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", a.kind)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Vary", "Accept-Encoding")
	content := a.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		content = a.zipped
	}
	_, _ = w.Write(content)
}
