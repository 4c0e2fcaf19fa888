package server

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

// An access is a set of operations that the same roles may do.
type access int

const (
	open access = iota // everybody
	look
	submit
	attempt
	control
	administer
)

// roles may do what. Open operations are for those without a role too.
var roles = map[access][]api.Role{
	look:       {api.Viewer, api.WorkerRole, api.Operator, api.Admin},
	submit:     {api.WorkerRole, api.Operator, api.Admin},
	attempt:    {api.WorkerRole, api.Admin},
	control:    {api.Operator, api.Admin},
	administer: {api.Admin},
}

func (a access) describe() string {
	var words []string
	for _, role := range roles[a] {
		words = append(words, string(role))
	}
	return strings.Join(words, ", ")
}

// accessKey is where an operation has its access.
const accessKey = "access"

// localName is who does something while there are no tokens.
const localName = "local"

type contextKey int

const (
	whoKey      contextKey = iota // who asks, an api.Token of which name and role count
	responseKey                   // an *http.ResponseController
	secureKey                     // whether the request came over TLS
)

// by returns the name of who asks.
func by(ctx context.Context) string { return who(ctx).Name }

func who(ctx context.Context) api.Token {
	t, _ := ctx.Value(whoKey).(api.Token)
	return t
}

// authenticate tells who asks, and whether they may.
func (s *Server) authenticate(r *http.Request, a access) (who api.Token, problem *api.Problem) {
	if a == open {
		return api.Token{}, nil
	}
	if s.tokens.none() && !s.exposed.Load() {
		return api.Token{Name: localName, Role: api.Admin}, nil
	}
	t, problem := s.bearer(r, a)
	if problem != nil {
		s.options.Logger.WarnContext(r.Context(), "refused", "method", r.Method, "path", r.URL.Path, "from", r.RemoteAddr, "reason", problem.Detail)
		return api.Token{}, problem
	}
	return *t, nil
}

// bearer returns the token of a request, if it may do this.
func (s *Server) bearer(r *http.Request, a access) (*api.Token, *api.Problem) {
	secret, ok := secretOf(r)
	if !ok {
		return nil, api.NewProblem(http.StatusUnauthorized, api.Unauthorized, "a token is needed: send it as Authorization: Bearer, as GOMR_TOKEN has gomr do it; without one, "+s.tokens.whoHelps())
	}
	t, problem := s.tokenOf(secret)
	if problem == nil && !slices.Contains(roles[a], t.Role) {
		return nil, api.NewProblem(http.StatusForbidden, api.Forbidden, "the token "+t.Name+" is a "+string(t.Role)+"'s, and this is for "+a.describe())
	}
	return t, problem
}

// tokenOf returns the token that has a secret.
func (s *Server) tokenOf(secret string) (*api.Token, *api.Problem) {
	t, expired := s.tokens.find(secret)
	switch {
	case expired:
		return nil, api.NewProblem(http.StatusUnauthorized, api.Unauthorized, "the token has expired: "+s.tokens.whoHelps())
	case t == nil:
		return nil, api.NewProblem(http.StatusUnauthorized, api.Unauthorized, "the token is not known: it was revoked, or is another server's; "+s.tokens.whoHelps())
	}
	return t, nil
}

// admit lets those requests through that may come in, with what their handlers need to know.
func (s *Server) admit(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	a, _ := ctx.Operation().Metadata[accessKey].(access)
	token, problem := s.authenticate(r, a)
	if problem != nil {
		writeProblem(w, problem)
		return
	}
	response := http.NewResponseController(w)
	if isLarge(ctx.Operation(), r) {
		if err := s.takePlace(r); err != nil {
			_ = response.SetWriteDeadline(time.Now().Add(answerTime))
			writeProblem(w, api.ProblemOf(err))
			return
		}
		defer func() { <-s.large }()
	}
	ctx = huma.WithValue(pace(ctx, r, response), whoKey, token)
	ctx = huma.WithValue(ctx, secureKey, isSecure(r))
	if token.Name != localName {
		ctx = huma.WithContext(ctx, scheduler.WithToken(ctx.Context(), token.Name))
	}
	next(huma.WithValue(ctx, responseKey, response))
}

// guarded is admit for other handlers.
func (s *Server) guarded(a access, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, problem := s.authenticate(r, a); problem != nil {
			writeProblem(w, problem)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// audit notes in the history what people did; workers do much, of which attempts tell. It has
// happened already, so where that can't be written it is only logged.
func (s *Server) audit(ctx context.Context, did, task, note string) {
	if who(ctx).Role == api.WorkerRole {
		return
	}
	if note != "" {
		did += ": " + note
	}
	if err := s.scheduler.Record(ctx, auditKind, task, by(ctx), did); err != nil {
		s.options.Logger.ErrorContext(ctx, "not in the history", "by", by(ctx), "did", did, "error", err)
	}
}

// auditKind is the kind of the events that tell what people did.
const auditKind = "audit"
