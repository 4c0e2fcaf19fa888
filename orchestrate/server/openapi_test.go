package server_test

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/server"
)

var update = flag.Bool("update", false, "write the golden files")

// TestOpenAPI: whatever changes for others shows in the description.
func TestOpenAPI(t *testing.T) {
	const golden = "testdata/openapi.json"
	w := start(t, server.Options{})
	_, answer := w.send("GET", "/api/openapi.json", "")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(answer+"\n"), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), answer+"\n")
}
