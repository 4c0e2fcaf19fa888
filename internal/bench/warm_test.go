package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFolderThatIsNotThereIsNoError(t *testing.T) {
	require.NoError(t, readFolder(filepath.Join(t.TempDir(), "none")))
}
