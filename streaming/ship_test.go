package streaming

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckBinary(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o755))
		return path
	}
	build := func(name string, env ...string) string {
		source := write("main.go", "package main\n\nfunc main() {}\n")
		command := exec.Command("go", "build", "-o", filepath.Join(dir, name), source)
		command.Env = append(os.Environ(), env...)
		out, err := command.CombinedOutput()
		require.NoError(t, err, string(out))
		return filepath.Join(dir, name)
	}
	static := build("static", "CGO_ENABLED=0", "GOOS=linux")
	require.NoError(t, CheckBinary(static))

	elf, err := os.ReadFile(static)
	require.NoError(t, err)
	cases := map[string]struct{ path, want string }{
		"script":      {write("script", "#!/bin/sh\nexit 0 # longer than a header\n"), "no Linux executable"},
		"empty":       {write("empty", ""), "no Linux executable"},
		"cut off":     {write("cut", string(elf[:100])), "no Linux executable"},
		"for FreeBSD": {write("bsd", string(elf[:7])+"\x09"+string(elf[8:])), "not for Linux"},
		"shared":      {write("core", string(elf[:16])+"\x04"+string(elf[17:])), "ET_CORE"},
		"cgo":         {"/bin/sh", "linked dynamically"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := CheckBinary(c.path)
			var binary *BinaryError
			require.ErrorAs(t, err, &binary)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "CGO_ENABLED=0")
		})
	}
	err = CheckBinary(filepath.Join(dir, "nothing"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
