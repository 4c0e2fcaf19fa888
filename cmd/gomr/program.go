package main

import (
	"bytes"
	"context"
	_ "embed" // the profile
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gomr/gomr/internal/cli"
	"github.com/gomr/gomr/orchestrate"
)

// modulePath is the module of gomr.
const modulePath = "github.com/gomr/gomr"

// A goPackage is what go list tells of a package.
type goPackage struct {
	Dir        string
	ImportPath string
	Name       string
	Standard   bool
	GoFiles    []string
	EmbedFiles []string
	Module     *goModule
}

type goModule struct {
	Path    string
	Version string
	Dir     string
	GoMod   string
	Replace *goModule
}

// A program is the source of a program of tasks.
type program struct {
	dir      string
	packages []goPackage // the main package last, after all that it imports
}

// loadProgram asks the go command for the program in a folder.
func loadProgram(ctx context.Context, dir string, target target) (*program, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if !holdsGo(dir) {
		return nil, errFolder(dir, "there are no Go files")
	}
	p := &program{dir: dir}
	if err := target.check(ctx, dir); err != nil {
		return nil, err
	}
	out, err := runGo(ctx, dir, target, "list", "-deps", "-json=Dir,ImportPath,Name,Standard,GoFiles,EmbedFiles,Module", ".")
	if err != nil {
		return nil, err
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg goPackage
		err := decoder.Decode(&pkg) //nolint:musttag // go list names the fields as Go does
		if errors.Is(err, io.EOF) {
			return p, p.check()
		}
		if err != nil {
			return nil, fmt.Errorf("read what go list says: %w", err)
		}
		p.packages = append(p.packages, pkg)
	}
}

// check makes sure that running the program does what the user means.
func (p *program) check() error {
	usesGomr := slices.ContainsFunc(p.packages, func(pkg goPackage) bool { return pkg.ImportPath == modulePath })
	switch main := p.main(); {
	case main.Name != "main":
		return errFolder(p.dir, fmt.Sprintf("the package %s is no program", main.Name))
	case !usesGomr:
		return errFolder(p.dir, "the program doesn't import "+modulePath+", so it has no tasks")
	}
	return nil
}

func (p *program) main() goPackage { return p.packages[len(p.packages)-1] }

// name returns the name of the executable: the last element of the import path.
func (p *program) name() string {
	name := path.Base(p.main().ImportPath)
	if name == "command-line-arguments" || name == "." {
		return filepath.Base(p.dir)
	}
	return name
}

// A target is the system that an executable is for.
type target struct{ os, arch string }

var host = target{runtime.GOOS, runtime.GOARCH}

// check tells whether Go can compile for the target.
func (t target) check(ctx context.Context, dir string) error {
	if t == host {
		return nil
	}
	list, err := runGo(ctx, dir, host, "tool", "dist", "list")
	if err == nil && !slices.Contains(strings.Fields(string(list)), t.os+"/"+t.arch) {
		err = fmt.Errorf("there is no system %s/%s: 'go tool dist list' shows those that Go compiles for", t.os, t.arch)
	}
	return err
}

// runGo runs the go command without cgo, so that executables are static, and returns
// what it prints. What it has to say of a failure goes to standard error at once.
func runGo(ctx context.Context, dir string, target target, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+target.os, "GOARCH="+target.arch, "PWD="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("the go command is not on PATH: install Go, or run an executable that 'gomr build' made elsewhere")
	}
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, cli.ExitCode(orchestrate.ExitError)
	}
	return out, err
}

// compile builds the executable. From the same source come the same bytes, whatever the
// folder: no path, no revision and no time is recorded in it. Go's build ID is: without it each run would read all of the
// executable, to record what code it is.
func (p *program) compile(ctx context.Context, output string, target target, version string) error {
	docs, err := p.taskDocs()
	if err != nil {
		return err
	}
	linked, err := cli.LinkerFlags(docs, version)
	if err != nil {
		return err
	}
	profile, err := p.profile(filepath.Dir(output))
	if err != nil {
		return err
	}
	_, err = runGo(ctx, p.dir, target, "build", "-trimpath", "-buildvcs=false", "-pgo="+profile, "-ldflags=-s -w "+linked, "-o", output, ".")
	return err
}

// engineProfile tells the compiler where the local engine's time goes, with the jobs of make bench; make profile
// takes it anew. What it makes of that saves 5 to 10% of a word count.
//
//go:embed engine.pgo
var engineProfile []byte

// ownProfile is where the go command looks for a program's own profile.
const ownProfile = "default.pgo"

// profile returns the profile to compile with: the program's own, or the engine's, in a file in a folder.
func (p *program) profile(folder string) (string, error) {
	if _, err := os.Stat(filepath.Join(p.dir, ownProfile)); err == nil {
		return "auto", nil
	}
	name := filepath.Join(folder, "engine.pgo")
	return name, os.WriteFile(name, engineProfile, 0o666)
}

// compileTo builds the executable beside its final path, in a folder that is made, and puts it there in one step.
func (p *program) compileTo(ctx context.Context, final string, target target, version string) (err error) {
	folder := filepath.Dir(final)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(folder, ".gomr-build-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	built := filepath.Join(temp, "program")
	if err := p.compile(ctx, built, target, version); err != nil {
		return err
	}
	return os.Rename(built, final)
}

// isLocal reports whether the files of the package may change: those of the module cache don't.
func (pkg *goPackage) isLocal() bool {
	if pkg.Standard {
		return false
	}
	m := pkg.Module
	if m != nil && m.Replace != nil {
		m = m.Replace
	}
	return m == nil || m.Version == "" || !strings.Contains(pkg.Dir, "@"+m.Version)
}
