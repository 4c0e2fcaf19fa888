package server

import (
	"context"
	"net/http"

	"github.com/gomr/gomr/orchestrate/api"
)

func (s *Server) routeTokens(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/tokens", access: administer, summary: "List tokens, without their secrets"}, s.listTokens)
	handle(r, operation{method: http.MethodPost, path: "/tokens", access: administer, summary: "Make a token"}, s.createToken)
	handle(r, operation{method: http.MethodPost, path: "/tokens/revoke", access: administer, summary: "Revoke a token"}, s.revokeToken)
}

func (s *Server) listTokens(context.Context, *nothing) (*body[api.Tokens], error) {
	return &body[api.Tokens]{api.Tokens{Tokens: s.tokens.list()}}, nil
}

func (s *Server) createToken(ctx context.Context, in *body[api.NewToken]) (*body[api.Secret], error) {
	secret, err := s.tokens.create(ctx, &in.Body, by(ctx))
	if err != nil {
		return nil, err
	}
	s.audit(ctx, "made the token "+in.Body.Name+" of a "+string(in.Body.Role), "", "")
	return &body[api.Secret]{secret}, nil
}

func (s *Server) revokeToken(ctx context.Context, in *body[api.TokenName]) (*nothing, error) {
	if err := s.tokens.revoke(ctx, in.Body.Name); err != nil {
		return nil, err
	}
	s.audit(ctx, "revoked the token "+in.Body.Name, "", "")
	return nil, nil
}

// CreateToken makes a token in the name of somebody, for programs that have the server in them.
func (s *Server) CreateToken(ctx context.Context, asked api.NewToken, by string) (api.Secret, error) {
	return s.tokens.create(ctx, &asked, by)
}
