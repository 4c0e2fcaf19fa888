package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestNewerPrograms: a submitter and a worker that say more than the server knows are served all the same.
func TestNewerPrograms(t *testing.T) {
	w := start(t, server.Options{})
	ask := func(path, content string, want int) (answer string) {
		t.Helper()
		status, answer := w.send("POST", "/api/v1"+path, content)
		require.Equal(t, want, status, "%s: %s", path, answer)
		return answer
	}
	const worker = `{"id": "w", "programs": ["p"], "slots": 1, "new": 1, "load": {"cpu": 0.5, "new": {"new": []}}}`

	ask("/submissions", `{"nodes": [{"id": "a", "family": "T", "program": "p", "retry": {"attempts": 2, "new": 1}, "new": [{}]}], "roots": ["a"], "new": "x"}`, http.StatusOK)
	var work api.Assignment
	require.NoError(t, json.Unmarshal([]byte(ask("/work", `{"worker": `+worker+`, "wait": 1, "new": null}`, http.StatusOK)), &work))
	require.Equal(t, "a", work.Task.ID)
	ask("/beats", fmt.Sprintf(`{"worker": %s, "beats": [{"fence": %d, "details": {"k": "v"}, "new": true}], "new": {}}`, worker, work.Fence), http.StatusOK)
	workers, err := w.client.Workers(t.Context())
	require.NoError(t, err)
	require.InDelta(t, 0.5, *workers[0].Load.CPU, 1e-9, "what the server knows counts")

	attempt := fmt.Sprintf("/attempts/%d", work.Fence)
	ask(attempt+"/log?offset=0&new=1", "a line\n", http.StatusNoContent)
	ask(attempt+"/commit?new=1", "", http.StatusOK)
	require.Contains(t, ask(attempt+"/await", `{"ids": ["none"], "wait": 0, "new": 1}`, http.StatusUnprocessableEntity), "a waits for none, which is not known")
	ask(attempt+"/end", `{"outcome": "succeeded", "new": 1}`, http.StatusNoContent)
	task, err := w.client.Explain(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, store.Done, task.Task.State)
}

// forPrograms are the operations that pass over fields they don't know. All others are for people.
var forPrograms = map[string]bool{
	"/api/v1/submissions": true, "/api/v1/work": true, "/api/v1/beats": true, "/api/v1/attempts/{fence}/end": true, "/api/v1/attempts/{fence}/await": true,
	"/api/v1/attempts/{fence}/hold": true, "/api/v1/attempts/{fence}/release": true, "/api/v1/holds": true, "/api/v1/holds/release": true,
}

// TestUnknownFields: what a person has written and the server does not know is refused, and named.
func TestUnknownFields(t *testing.T) {
	w := start(t, server.Options{})
	told := 0
	for _, o := range w.operations() {
		if o.method != http.MethodPost || !o.body || o.bytes {
			continue
		}
		status, answer := w.send(o.method, filled(o.path), `{"surely_unknown": 1}`)
		if forPrograms[o.path] {
			assert.NotContains(t, answer, "surely_unknown", o.path)
			told++
			continue
		}
		assert.Equal(t, http.StatusUnprocessableEntity, status, o.path)
		assert.Contains(t, answer, `{"location":"body.surely_unknown","message":"this server knows no such field: `, o.path)
		status, _ = w.send(o.method, filled(o.path)+"?surely_unknown=1", `{}`)
		assert.Equal(t, http.StatusUnprocessableEntity, status, o.path)
	}
	require.Len(t, forPrograms, told)
	status, answer := w.send("POST", "/api/v1/schedules", `{"schedules": [{"name": "a", "time": "@yearly", "program": "p", "task": ["T"], "catchup": "all"}]}`)
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, answer, "body.schedules[0].catchup")
	status, _ = w.send("GET", "/api/v1/tasks?surely_unknown=1", "")
	require.Equal(t, http.StatusUnprocessableEntity, status)
}
