package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gomr/gomr/orchestrate/api"
)

// sessionCookie has the secret of a token, for browsers: a page can't read it, and no other site has
// it sent.
const sessionCookie = "gomr_token"

// sessionTime is how long a browser keeps a secret. A token that is revoked or expires ends it at once.
const sessionTime = 30 * 24 * time.Hour

func (s *Server) routeSession(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/session", access: look, summary: "Tell who asks"}, s.session)
	handle(r, operation{
		method: http.MethodPost, path: "/session", access: open, summary: "Have a browser send a token from now on",
		adjust: func(op *huma.Operation) {
			op.Description = "In a cookie that pages can't read. Programs send the token in the header Authorization, and need no session."
		},
	}, s.signIn)
	handle(r, operation{method: http.MethodPost, path: "/session/end", access: open, summary: "Have a browser forget its token"}, s.signOut)
}

func (s *Server) session(ctx context.Context, _ *nothing) (*body[api.Session], error) {
	return &body[api.Session]{api.Session{Name: by(ctx), Role: who(ctx).Role}}, nil
}

// A signedIn is a session with its cookie.
type signedIn struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      api.Session
}

func (s *Server) signIn(ctx context.Context, in *body[api.SignIn]) (*signedIn, error) {
	secret := strings.TrimSpace(in.Body.Secret)
	t, problem := s.tokenOf(secret)
	if problem != nil {
		s.options.Logger.WarnContext(ctx, "refused to sign in", "reason", problem.Detail)
		return nil, problem
	}
	return &signedIn{s.cookie(ctx, secret, sessionTime), api.Session{Name: t.Name, Role: t.Role}}, nil
}

// A signedOut takes the cookie away.
type signedOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *Server) signOut(ctx context.Context, _ *body[api.SignOut]) (*signedOut, error) {
	return &signedOut{s.cookie(ctx, "", -time.Second)}, nil
}

// cookie returns the cookie of a session that lasts so long. It goes over TLS alone where the request
// came over it, to this server or to a proxy in front.
func (s *Server) cookie(ctx context.Context, secret string, lasts time.Duration) http.Cookie {
	secure, _ := ctx.Value(secureKey).(bool)
	return http.Cookie{ //nolint:gosec // without TLS, a secure one would never be sent
		Name: sessionCookie, Value: secret, Path: "/", MaxAge: int(lasts / time.Second),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure,
	}
}

// isSecure tells whether a request came over TLS.
func isSecure(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// secretOf returns the secret that a request has, in its header or its cookie.
func secretOf(r *http.Request) (secret string, ok bool) {
	if r.Header.Get("Authorization") != "" {
		scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		return strings.TrimSpace(secret), strings.EqualFold(scheme, "Bearer")
	}
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return "", false
	}
	return cookie.Value, true
}
