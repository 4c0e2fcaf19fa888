package server

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/gomr/gomr/orchestrate/api"
)

// bodyLimit is the size of all bodies but submissions.
const bodyLimit = 1 << 20

// A router adds operations.
type router struct {
	huma.API

	server *Server
}

// A body is an input or an output that has nothing else.
type body[T any] struct{ Body T }

// nothing is an input or an output that has nothing.
type nothing struct{}

// An operation is what is said of one beside its types.
type operation struct {
	method, path string // the path without the prefix, unless it begins with //
	access       access
	summary      string
	limit        int64         // of its body; zero is bodyLimit
	reading      time.Duration // how long its body may take; zero is half a minute
	waits        bool          // for something to come; others have doTime
	programs     bool          // make its requests, also such as are newer than the server, see tolerate
	adjust       func(*huma.Operation)
}

// doTime is how long a request may take that waits for nothing, so that there is time left to answer.
const doTime = answerTime - 5*time.Second

// errSlow is the cause of the end of one that has taken longer.
var errSlow = api.NewProblem(http.StatusServiceUnavailable, api.Unavailable,
	"the state can't be read or written in time; the server's log says why, and whether anything was done is not known: look, or ask again")

// handle adds an operation.
func handle[I, O any](r *router, o operation, do func(context.Context, *I) (*O, error)) {
	op := o.describe(r)
	huma.Register(r.API, op, func(ctx context.Context, in *I) (*O, error) {
		limited := ctx
		if !o.waits {
			var done func()
			limited, done = context.WithTimeoutCause(ctx, doTime, errSlow)
			defer done()
		}
		out, err := do(limited, in)
		if err == nil {
			return out, nil
		}
		p := api.ProblemOf(err)
		switch {
		case ctx.Err() != nil:
			return nil, p // whoever asked has gone
		case limited.Err() != nil:
			p = errSlow
		}
		if p.Code == api.Internal || p.Code == api.Unavailable && !errors.As(err, new(*api.Problem)) {
			r.server.options.Logger.ErrorContext(ctx, "request failed", "operation", op.OperationID, "error", err)
		}
		return nil, p
	})
	if o.programs {
		r.tolerate(op.Path)
	}
}

func (o *operation) describe(r *router) huma.Operation {
	path, ok := strings.CutPrefix(o.path, "//")
	if ok {
		path = "/" + path
	} else {
		path = api.Prefix + o.path
	}
	name := strings.Trim(strings.NewReplacer("{", "", "}", "", "/", "-").Replace(strings.TrimPrefix(path, api.Prefix)), "-")
	op := huma.Operation{
		OperationID: strings.ToLower(o.method) + "-" + name, Method: o.method, Path: path, Summary: o.summary,
		// One byte more than the limit, for huma takes a body of just its limit for too large.
		MaxBodyBytes: max(o.limit, bodyLimit) + 1, BodyReadTimeout: max(o.reading, 30*time.Second),
		Metadata:  map[string]any{accessKey: o.access},
		Responses: map[string]*huma.Response{"default": r.problemResponse()},

		RejectUnknownQueryParameters: !o.programs,
	}
	if o.access != open {
		op.Security = []map[string][]string{{"token": {}}}
		op.Description = "For " + o.access.describe() + "."
	}
	if o.adjust != nil {
		o.adjust(&op)
	}
	return op
}

func (r *router) problemResponse() *huma.Response {
	return &huma.Response{
		Description: "A problem",
		Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: r.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.Problem](), true, "")},
		},
	}
}

// mayBeEmpty describes the answer of an operation that may have waited for nothing.
func mayBeEmpty(op *huma.Operation) {
	op.Responses["204"] = &huma.Response{Description: "There was nothing in the time"}
}

var errNoUTF8 = errors.New("the body is not UTF-8")

// jsonFormat is JSON that replaces no bytes of text.
var jsonFormat = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
	Unmarshal: func(data []byte, v any) error {
		if !utf8.Valid(data) {
			return errNoUTF8
		}
		return json.Unmarshal(data, v)
	},
}

// problems makes the errors that huma finds by itself ours. What they say of the request stays,
// without the values: one may be a secret.
func (s *Server) problems(_ huma.Context, _ string, v any) (any, error) {
	found, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	code := api.Invalid
	switch {
	case found.Status == http.StatusRequestEntityTooLarge:
		code = api.TooLarge
	case found.Status >= http.StatusInternalServerError:
		code = api.Internal
	}
	p := api.NewProblem(found.Status, code, found.Detail)
	for _, e := range found.Errors {
		if e != nil {
			message := e.Message
			if message == validation.MsgUnexpectedProperty {
				message = "this server knows no such field: it is misspelled, or newer than the server"
			}
			p.Fields = append(p.Fields, api.Field{Location: e.Location, Message: message})
		}
	}
	return p, nil
}

// writeProblem answers outside of huma.
func writeProblem(w http.ResponseWriter, p *api.Problem) {
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		return // nobody is left to tell
	}
}

// named answers requests for what there is not with problems too.
func named(mux *http.ServeMux, pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		if pages != nil && !strings.HasPrefix(r.URL.Path, "/api/") {
			pages.ServeHTTP(w, r)
			return
		}
		found := &statusOnly{header: w.Header(), status: http.StatusNotFound}
		h.ServeHTTP(found, r) // sets Allow where it is the method
		if found.status == http.StatusMethodNotAllowed {
			writeProblem(w, api.NewProblem(found.status, api.NotFound, r.Method+" is no method of this path; Allow has those that are"))
			return
		}
		writeProblem(w, api.NewProblem(http.StatusNotFound, api.NotFound, "there is no such path; /api/openapi.json has all"))
	})
}

// A statusOnly takes the headers and the status of an answer.
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) WriteHeader(status int)      { s.status = status }
func (s *statusOnly) Write(p []byte) (int, error) { return len(p), nil }
