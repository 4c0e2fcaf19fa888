package server_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestHolder: a worker's token acts on no attempt of another one's, which is told with a 403.
func TestHolder(t *testing.T) {
	w := start(t, server.Options{})
	admin := w.token("ann", api.Admin)
	w.client = w.as(admin)
	mine, yours := w.token("mine", api.WorkerRole), w.token("yours", api.WorkerRole)
	w.submit(job("a"))
	a, err := w.as(mine).Work(t.Context(), &scheduler.Ask{Worker: me})
	require.NoError(t, err)
	for _, token := range []string{yours, admin} {
		for path, content := range map[string]string{
			"/attempts/1/commit": "", "/attempts/1/end": `{"outcome": "succeeded"}`, "/attempts/1/await": `{"ids": ["a"]}`,
			"/attempts/1/log?offset=0": "x", "/beats": `{"worker": {"id": "me"}, "beats": [{"fence": 1}]}`, "/work": `{"worker": {"id": "me", "programs": ["p"]}}`,
		} {
			kind := "application/json"
			if content == "x" {
				kind = "application/octet-stream"
			}
			status, answer := w.send("POST", api.Prefix+path, content, bearer(token), header("Content-Type", kind))
			require.Equal(t, 403, status, "%s: %s", path, answer)
			require.Contains(t, answer, `"code":"not_holder"`)
		}
		var holder *scheduler.HolderError
		_, err = w.as(token).Commit(t.Context(), a.Fence)
		require.ErrorAs(t, err, &holder)
		require.Equal(t, scheduler.HolderError{Fence: 1, Worker: "me"}, *holder)
	}
	require.NoError(t, w.as(mine).AppendLog(t.Context(), a.Fence, 0, []byte("hello")))
	require.NoError(t, w.as(mine).End(t.Context(), &scheduler.End{Fence: a.Fence, Outcome: store.Succeeded}))
	require.ErrorAs(t, w.as(yours).AppendLog(t.Context(), a.Fence, 5, []byte("x")), new(*scheduler.HolderError), "of one that has ended")
	require.NoError(t, w.as(mine).AppendLog(t.Context(), a.Fence, 5, []byte("x")))
}

// TestHolderOfNoToken: what was given out while there was no token is anybody's who may make attempts.
func TestHolderOfNoToken(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(job("a"))
	a := w.work()
	w.token("ann", api.Admin)
	worker := w.token("w", api.WorkerRole)
	require.NoError(t, w.as(worker).End(t.Context(), &scheduler.End{Fence: a.Fence, Outcome: store.Succeeded}))
	_, err := w.server.CreateToken(t.Context(), api.NewToken{Name: "local", Role: api.Viewer}, "test")
	require.ErrorAs(t, err, new(*scheduler.InvalidError))
}

// TestExpiredAdmin: when no admin has a valid token, the server says who can make one, and that takes no revoking.
func TestExpiredAdmin(t *testing.T) {
	var ahead time.Duration
	w := start(t, server.Options{Now: func() time.Time { return time.Now().Add(ahead) }})
	asked := api.NewToken{Name: "ann", Role: api.Admin, Expires: time.Now().Add(time.Hour)}
	first, err := w.server.CreateToken(t.Context(), asked, "test")
	require.NoError(t, err)
	status, answer := w.send("GET", api.Prefix+"/tasks", "")
	require.Equal(t, 401, status)
	require.Contains(t, answer, "have an admin make another one")
	ahead = 2 * time.Hour
	for _, token := range []string{first.Secret, "gomr_other"} {
		status, answer = w.send("GET", api.Prefix+"/tasks", "", bearer(token))
		require.Equal(t, 401, status)
		require.Contains(t, answer, "stop the server, make one in its database with 'gomr token NAME --role admin', and start it again")
	}
	asked.Expires = time.Time{}
	second, err := w.server.CreateToken(t.Context(), asked, "test")
	require.NoError(t, err, "that of the name has expired")
	status, _ = w.send("GET", api.Prefix+"/tasks", "", bearer(second.Secret))
	require.Equal(t, 200, status)
	status, _ = w.send("GET", api.Prefix+"/tasks", "", bearer(first.Secret))
	require.Equal(t, 401, status)
}
