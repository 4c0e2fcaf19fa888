package server_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
)

// allowed is who may do what: v is a viewer, w a worker, o an operator, a an admin, and - who has
// no token.
var allowed = map[string]string{
	"GET /healthz": "-vwoa",
	"GET /readyz":  "-vwoa",
	"GET /metrics": "vwoa",

	"GET /session":      "vwoa",
	"POST /session":     "-vwoa",
	"POST /session/end": "-vwoa",

	"GET /tasks":      "vwoa",
	"GET /grid":       "vwoa",
	"GET /task":       "vwoa",
	"GET /task/why":   "vwoa",
	"GET /counts":     "vwoa",
	"GET /today":      "vwoa",
	"GET /health":     "vwoa",
	"GET /due":        "vwoa",
	"GET /statistics": "vwoa",
	"GET /graph":      "vwoa",
	"GET /timeline":   "vwoa",

	"GET /task/forecast": "vwoa",
	"GET /task/accepted": "vwoa",
	"POST /task/accept":  "oa",

	"GET /runs":        "vwoa",
	"GET /runs/{key}":  "vwoa",
	"GET /attempts":    "vwoa",
	"GET /events":      "vwoa",
	"GET /events/live": "vwoa",
	"GET /resources":   "vwoa",
	"GET /workers":     "vwoa",
	"GET /holds":       "vwoa",

	"POST /tasks/surrounding": "vwoa",
	"POST /holds":             "oa",
	"POST /holds/release":     "oa",

	"GET /attempts/{fence}/log":     "vwoa",
	"POST /attempts/{fence}/log":    "wa",
	"POST /attempts/{fence}/commit": "wa",
	"POST /attempts/{fence}/end":    "wa",
	"POST /attempts/{fence}/await":  "wa",

	"POST /attempts/{fence}/hold":    "wa",
	"POST /attempts/{fence}/release": "wa",

	"POST /work":        "wa",
	"POST /beats":       "wa",
	"POST /submissions": "woa",

	"POST /runs/retry":      "oa",
	"POST /drain":           "oa",
	"GET /schedules":        "vwoa",
	"GET /schedule":         "vwoa",
	"POST /schedules":       "oa",
	"POST /schedule/run":    "oa",
	"POST /schedule/pause":  "oa",
	"POST /schedule/resume": "oa",
	"POST /schedule/remove": "oa",

	"POST /task/forgive": "oa",
	"POST /task/mark":    "oa",
	"POST /task/kill":    "oa",
	"POST /pause":        "oa",
	"POST /unpause":      "oa",
	"POST /resources":    "oa",

	"GET /notifications":         "vwoa",
	"POST /notifications/test":   "oa",
	"POST /notifications/reload": "oa",
	"POST /silences":             "oa",
	"POST /silences/end":         "oa",
	"GET /backfills":             "vwoa",
	"GET /backfills/{id}":        "vwoa",
	"POST /backfills":            "oa",
	"POST /backfills/pause":      "oa",
	"POST /backfills/resume":     "oa",
	"POST /backfills/cancel":     "oa",

	"POST /backfills/surveys":       "oa",
	"GET /backfills/surveys/{name}": "vwoa",

	"POST /clears":       "oa",
	"GET /clears/{name}": "vwoa",
	"POST /undos":        "oa",
	"GET /undos/{name}":  "vwoa",

	"GET /tokens":         "a",
	"POST /tokens":        "a",
	"POST /tokens/revoke": "a",
}

func TestRoles(t *testing.T) {
	w := start(t, server.Options{})
	tokens := map[string]string{"-": ""}
	for _, role := range []api.Role{api.Admin, api.Viewer, api.WorkerRole, api.Operator} {
		tokens[string(role[0])] = w.token(string(role), role)
	}
	var described []string
	for _, o := range w.operations() {
		described = append(described, o.method+" "+strings.TrimPrefix(o.path, api.Prefix))
	}
	described = append(described, "GET /metrics") // which is not JSON
	require.ElementsMatch(t, described, slices.Collect(maps.Keys(allowed)), "the table has each operation")

	for operation, who := range allowed {
		method, path, _ := strings.Cut(operation, " ")
		path = filled(path)
		if path != "/healthz" && path != "/readyz" && path != "/metrics" {
			path = api.Prefix + path
		}
		for role, token := range tokens {
			want := "let in"
			if !strings.Contains(who, role) {
				want = "forbidden"
				if role == "-" {
					want = "unauthorized"
				}
			}
			assert.Equal(t, want, w.admission(method, path, token), "%s as %s", operation, role)
		}
	}
}

// admission tells whether a request is let in. What becomes of it doesn't matter.
func (w *world) admission(method, path, token string) string {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.http.URL+path, strings.NewReader("{}"))
	require.NoError(w.t, err)
	if token != "" {
		bearer(token)(request)
	}
	response, err := w.http.Client().Do(request)
	require.NoError(w.t, err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusForbidden && response.StatusCode != http.StatusUnauthorized {
		return "let in"
	}
	var p api.Problem
	require.NoError(w.t, json.NewDecoder(response.Body).Decode(&p))
	require.Equal(w.t, response.StatusCode, p.Status)
	require.Equal(w.t, response.StatusCode == http.StatusUnauthorized, response.Header.Get("Www-Authenticate") == "Bearer")
	return string(p.Code)
}

func TestTokens(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var log bytes.Buffer
	w := start(t, server.Options{Now: func() time.Time { return now }, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ctx := t.Context()

	_, err := w.client.CreateToken(ctx, api.NewToken{Name: "eve", Role: api.Viewer})
	require.ErrorContains(t, err, "the first token must be an admin's")
	secret, err := w.client.CreateToken(ctx, api.NewToken{Name: "root", Role: api.Admin})
	require.NoError(t, err)
	require.Equal(t, "local", secret.Token.By)
	require.Len(t, strings.TrimPrefix(secret.Secret, "gomr_"), 43, "256 bits")

	isA[*api.Problem](t, w.client.Pause(ctx, ""))
	admin := w.as(secret.Secret)
	require.NoError(t, admin.Pause(ctx, "somebody else"))
	events, err := w.store.Events(ctx, eventsOf("paused"))
	require.NoError(t, err)
	require.Equal(t, "root", events[0].By, "the token says who it is")

	short, err := admin.CreateToken(ctx, api.NewToken{Name: "short", Role: api.Viewer, Expires: now.Add(time.Hour)})
	require.NoError(t, err)
	_, err = admin.CreateToken(ctx, api.NewToken{Name: "short", Role: api.Viewer})
	isA[*scheduler.InvalidError](t, err)
	_, err = admin.CreateToken(ctx, api.NewToken{Name: "past", Role: api.Viewer, Expires: now})
	isA[*scheduler.InvalidError](t, err)
	isA[*scheduler.InvalidError](t, admin.RevokeToken(ctx, "root"))
	isA[*scheduler.InvalidError](t, admin.RevokeToken(ctx, "none"))
	tokens, err := admin.Tokens(ctx)
	require.NoError(t, err)
	require.Equal(t, []api.Token{secret.Token, short.Token}, tokens)

	require.Empty(t, w.refusal(short.Secret))
	now = now.Add(time.Hour)
	require.Contains(t, w.refusal(short.Secret), "has expired")
	require.Contains(t, w.refusal("gomr_wrong"), "not known")
	require.Contains(t, w.refusal(""), "a token is needed")
	require.NoError(t, admin.RevokeToken(ctx, "short"))
	require.Contains(t, w.refusal(short.Secret), "not known")

	again, err := server.New(ctx, server.Options{Scheduler: w.scheduler, Store: w.store})
	require.NoError(t, err)
	defer again.Close()
	w.http.Config.Handler = again // as after a restart
	require.NotEmpty(t, w.refusal(""))
	require.Empty(t, w.refusal(secret.Secret))

	require.NotContains(t, w.store.Contents().Settings["token root"], secret.Secret)
	require.NotContains(t, log.String(), secret.Secret)
	for _, e := range w.store.Contents().Events {
		require.NotContains(t, e.Message, secret.Secret)
	}
}

// refusal returns why a token is refused, or nothing.
func (w *world) refusal(token string) string {
	_, err := w.as(token).Counts(w.t.Context())
	if err == nil {
		return ""
	}
	require.Equal(w.t, api.Unauthorized, as[*api.Problem](w.t, err).Code)
	return err.Error()
}
