package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A program is compiled with the profile in its folder, or else with that of the engine.
func TestProfile(t *testing.T) {
	p := &program{dir: t.TempDir()}
	name, err := p.profile(t.TempDir())
	require.NoError(t, err)
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, engineProfile, content)
	require.Equal(t, "\x1f\x8b", string(content[:2]), "a profile is gzip")

	require.NoError(t, os.WriteFile(filepath.Join(p.dir, ownProfile), nil, 0o600))
	name, err = p.profile(t.TempDir())
	require.NoError(t, err)
	require.Equal(t, "auto", name)
}
