package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
)

//go:embed templates
var templates embed.FS

// plainPages are pages that need no script: what has failed, runs, and logs. They ask the API in this process,
// as whoever asks for them.
type plainPages struct {
	api       http.Handler
	style     string // path
	templates *template.Template
}

// plain returns the handler of the paths that begin with /plain.
func plain(server http.Handler, style string) http.Handler {
	p := &plainPages{api: server, style: style}
	p.templates = template.Must(template.New("").Funcs(template.FuncMap{
		"when": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"took": took,
	}).ParseFS(templates, "templates/*.html"))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /plain", p.page("failed.html", p.failed))
	mux.HandleFunc("GET /plain/runs", p.page("runs.html", p.runs))
	mux.HandleFunc("GET /plain/run", p.page("run.html", p.run))
	mux.HandleFunc("GET /plain/task", p.page("task.html", p.task))
	mux.HandleFunc("GET /plain/log", p.log)
	mux.HandleFunc("GET /plain/sign-in", p.page("sign-in.html", func(*http.Request) (any, error) { return "", nil }))
	mux.HandleFunc("POST /plain/sign-in", p.signIn)
	return mux
}

func took(a api.Attempt) string {
	if a.Ended.IsZero() {
		return "under way"
	}
	return a.Ended.Sub(a.Started).Round(time.Millisecond).String()
}

// page answers with a template for what is found.
func (p *plainPages) page(name string, find func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		found, err := find(r)
		if err != nil {
			p.fail(w, r, err)
			return
		}
		p.write(w, http.StatusOK, name, found)
	}
}

func (p *plainPages) write(w http.ResponseWriter, status int, name string, found any) {
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, name, map[string]any{"Style": p.style, "Found": found}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// fail leads to where one signs in, or tells what is wrong.
func (p *plainPages) fail(w http.ResponseWriter, r *http.Request, err error) {
	problem := api.ProblemOf(err)
	if problem.Status == http.StatusUnauthorized && r.Method == http.MethodGet {
		http.Redirect(w, r, "/plain/sign-in?"+url.Values{"next": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		return
	}
	p.write(w, problem.Status, "problem.html", problem.Detail)
}

// mostPlain is how many records a page lists.
const mostPlain = "100"

func (p *plainPages) failed(r *http.Request) (any, error) {
	return ask[api.Tasks](p, r, "/tasks", url.Values{"state": {"failed,disabled,missing,retrying"}, "limit": {mostPlain}})
}

func (p *plainPages) runs(r *http.Request) (any, error) {
	return ask[api.Runs](p, r, "/runs", url.Values{"limit": {mostPlain}, "cursor": {r.FormValue("cursor")}})
}

func (p *plainPages) run(r *http.Request) (any, error) {
	key, err := number(r, "key")
	if err != nil {
		return nil, err
	}
	return ask[api.RunStatus](p, r, fmt.Sprintf("/runs/%d", key), nil)
}

// A plainTask is a task with the last attempts at it.
type plainTask struct {
	api.Explanation

	Tried []api.Attempt
}

func (p *plainPages) task(r *http.Request) (any, error) {
	id := r.FormValue("id")
	e, err := ask[api.Explanation](p, r, "/task", url.Values{"id": {id}})
	if err != nil {
		return nil, err
	}
	attempts, err := ask[api.Attempts](p, r, "/attempts", url.Values{"task": {id}, "limit": {"20"}})
	return plainTask{e, attempts.Attempts}, err
}

// log answers with the end of a log, as text.
func (p *plainPages) log(w http.ResponseWriter, r *http.Request) {
	fence, err := number(r, "fence")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	const most = 1 << 20
	text, err := p.send(r, http.MethodGet, fmt.Sprintf("/attempts/%d/log?offset=-%d", fence, most), nil, w.Header())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(text) //nolint:gosec // it is plain text, and no browser guesses otherwise
}

// number returns a parameter that is a number.
func number(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.FormValue(name), 10, 64)
	if err != nil {
		return 0, api.NewProblem(http.StatusBadRequest, api.Invalid, "the address has no "+name+" that is a number")
	}
	return n, nil
}

// signIn begins a session, and goes back to where it was asked for.
func (p *plainPages) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	body, err := json.Marshal(api.SignIn{Secret: r.PostFormValue("secret")})
	if err == nil {
		_, err = p.send(r, http.MethodPost, "/session", body, w.Header())
	}
	if err != nil {
		p.write(w, api.ProblemOf(err).Status, "sign-in.html", api.ProblemOf(err).Detail)
		return
	}
	next := r.FormValue("next")
	if !strings.HasPrefix(next, "/plain") {
		next = "/plain" // it may be of another site
	}
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // to a path of this server, see above
}

// ask returns what the API answers.
func ask[T any](p *plainPages, r *http.Request, path string, query url.Values) (answer T, err error) {
	for name, values := range query {
		if values[0] == "" {
			delete(query, name)
		}
	}
	body, err := p.send(r, http.MethodGet, path+"?"+query.Encode(), nil, http.Header{})
	if err != nil {
		return answer, err
	}
	return answer, json.Unmarshal(body, &answer)
}

// send sends a request to the API for another one, in the name of the same person, and returns the
// body of the answer. A cookie that is set is added to the header. The error may be an [*api.Problem].
func (p *plainPages) send(r *http.Request, method, path string, body []byte, header http.Header) ([]byte, error) {
	request, err := http.NewRequestWithContext(r.Context(), method, api.Prefix+path, bytes.NewReader(body)) //nolint:gosec // it stays in this process
	if err != nil {
		return nil, err
	}
	request.Host, request.RemoteAddr, request.TLS, request.Header = r.Host, r.RemoteAddr, r.TLS, r.Header.Clone()
	request.Header.Set("Content-Type", "application/json")
	a := answer{header: http.Header{}, status: http.StatusOK}
	p.api.ServeHTTP(&a, request)
	for _, cookie := range a.header.Values("Set-Cookie") {
		header.Add("Set-Cookie", cookie)
	}
	if a.status < 300 {
		return a.body.Bytes(), nil
	}
	problem := new(api.Problem)
	if json.Unmarshal(a.body.Bytes(), problem) != nil || problem.Status == 0 {
		return nil, fmt.Errorf("the server answers %d", a.status)
	}
	return nil, problem
}

// An answer is what the API answers, in memory.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }
