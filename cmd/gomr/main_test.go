package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the command gomr of the test binary.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gomr": main})
}

func TestScripts(t *testing.T) {
	caches := goCaches(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			env.Setenv("GOPROXY", "off") // a new program needs no network
			env.Setenv("GOFLAGS", "")
			env.Setenv("BIN", filepath.SplitList(env.Getenv("PATH"))[0])
			for name, value := range caches {
				env.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"age": age,
		},
	})
}

// goCaches returns the caches of the go command, which scripts use though they have a HOME of their own.
func goCaches(t *testing.T) map[string]string {
	t.Helper()
	caches := make(map[string]string)
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		caches[name] = strings.TrimSpace(string(out))
	}
	return caches
}

// age FOLDER makes the files look as if nobody had changed them for an hour, as sources mostly are.
func age(ts *testscript.TestScript, _ bool, args []string) {
	before := time.Now().Add(-time.Hour)
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(name string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(name, before, before)
	}))
}
