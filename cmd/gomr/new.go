package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/internal/cli"
)

// templates are the files of a new program.
//
//go:embed template
var templates embed.FS

// newFiles names the template of each file of a new program.
var newFiles = []struct{ name, template string }{
	{"main.go", "main.go.txt"},
	{"main_test.go", "main_test.go.txt"},
	{"README.md", "README.md.txt"},
	{".gitignore", "gitignore.txt"},
	{"testdata/2014-06-01.txt", "text.txt"},
	{"testdata/2014-06-01.counts", "counts.txt"},
	{".gomr/hdfs/data/text/2014-06-01.txt", "text.txt"},
}

// A newProgram says what is made.
type newProgram struct {
	Dir     string // where it goes
	Module  string // the path of its module
	Name    string // the last element of that
	Replace string // the folder with the source of gomr; empty for the released one
}

func newCommand() *cobra.Command {
	var n newProgram
	cmd := &cobra.Command{
		Use:   "new FOLDER [flags]",
		Short: "Make a working program with a test in a new folder",
		Long: "Make a program that counts words, with its test, a text to try it on and a module, in\n" +
			"a folder that is new or empty.",
		Example: "  gomr new wordcount",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &cli.UsageError{Err: errors.New("new takes the folder to make, such as: gomr new wordcount")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			n.Dir = args[0]
			if err := n.make(cmd.Context()); err != nil {
				return err
			}
			return n.showNext(cmd.OutOrStdout())
		},
		DisableFlagsInUseLine: true,
	}
	cmd.Flags().StringVar(&n.Module, "module", "", "`path` of the program's module (default: the folder's name)")
	cmd.Flags().StringVar(&n.Replace, "replace", "", "`folder` with the source of gomr, to use instead of a released one")
	return cmd
}

var modulePathPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.~-]*(/[A-Za-z0-9_][A-Za-z0-9_.~-]*)*$`)

func (n *newProgram) make(ctx context.Context) error {
	dir, err := filepath.Abs(n.Dir)
	if err != nil {
		return err
	}
	if n.Module == "" {
		n.Module = filepath.Base(dir)
	}
	if !modulePathPattern.MatchString(n.Module) {
		return &cli.UsageError{Err: fmt.Errorf("%q can't be the path of a module; choose one with --module, such as example.com/wordcount", n.Module)}
	}
	n.Name = path.Base(n.Module)
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return &cli.UsageError{Err: fmt.Errorf("%s is not empty", n.Dir)}
	}
	module, err := n.moduleFiles(ctx)
	if err != nil {
		return err
	}
	if err := n.writeFiles(dir, module); err != nil {
		return err
	}
	if n.Replace != "" {
		return nil
	}
	_, err = runGo(ctx, dir, host, "mod", "tidy")
	return err
}

// writeFiles writes the templates and the files of the module.
func (n *newProgram) writeFiles(dir string, module map[string]string) error {
	files := module
	for _, file := range newFiles {
		text, err := templates.ReadFile("template/" + file.template)
		if err != nil {
			return err
		}
		var filled bytes.Buffer
		if err := template.Must(template.New(file.name).Parse(string(text))).Execute(&filled, n); err != nil {
			return err
		}
		files[file.name] = filled.String()
	}
	for name, content := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// moduleFiles returns go.mod and what belongs to it. With the source of gomr at hand,
// they hold all that gomr itself requires, so that no network is needed.
func (n *newProgram) moduleFiles(ctx context.Context) (map[string]string, error) {
	if n.Replace == "" {
		if version := releasedVersion(); version != "" {
			return map[string]string{"go.mod": fmt.Sprintf("module %s\n\ngo 1.26\n\nrequire %s %s\n", n.Module, modulePath, version)}, nil
		}
		if n.Replace = sourceTree(); n.Replace == "" {
			return nil, &cli.UsageError{Err: errors.New("this gomr is no released version: name the folder of its source by --replace")}
		}
	}
	source, err := filepath.Abs(n.Replace)
	if err != nil {
		return nil, err
	}
	n.Replace = source
	return replacedModule(ctx, n.Module, source)
}

// replacedModule returns the files of a module that uses the gomr in a folder.
func replacedModule(ctx context.Context, name, source string) (map[string]string, error) {
	sum, err := os.ReadFile(filepath.Join(source, "go.sum"))
	if err != nil {
		return nil, &cli.UsageError{Err: fmt.Errorf("--replace wants the source of gomr: %w", err)}
	}
	out, err := runGo(ctx, source, host, "mod", "edit", "-json")
	if err != nil {
		return nil, err
	}
	var its struct {
		Module  struct{ Path string }
		Go      string
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(out, &its); err != nil { //nolint:musttag // as the go command names them
		return nil, err
	}
	if its.Module.Path != modulePath {
		return nil, &cli.UsageError{Err: fmt.Errorf("%s is the source of %s and not of %s", source, its.Module.Path, modulePath)}
	}
	var mod strings.Builder
	fmt.Fprintf(&mod, "module %s\n\ngo %s\n\nrequire %s v0.0.0\n\nreplace %s => %s\n\nrequire (\n", name, its.Go, modulePath, modulePath, quotePath(source))
	for _, required := range its.Require {
		fmt.Fprintf(&mod, "\t%s %s // indirect\n", required.Path, required.Version)
	}
	mod.WriteString(")\n")
	return map[string]string{"go.mod": mod.String(), "go.sum": string(sum)}, nil
}

// quotePath quotes a path for go.mod where it needs it.
func quotePath(path string) string {
	if strings.ContainsAny(path, " \t\"'`()[]{},;") || strings.Contains(path, "//") {
		return fmt.Sprintf("%q", path)
	}
	return path
}

var releasePattern = regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

// releasedVersion returns the version of gomr that this command is, empty for a work in progress.
func releasedVersion() string {
	build, ok := debug.ReadBuildInfo()
	if !ok || build.Main.Path != modulePath || !releasePattern.MatchString(build.Main.Version) || sourceTree() != "" {
		return ""
	}
	return build.Main.Version
}

// sourceTree returns the folder of the work tree that this command was built in, if it is still there.
func sourceTree() string {
	_, file, _, ok := runtime.Caller(0) // the path at compile time
	if !ok || strings.Contains(file, "@") {
		return ""
	}
	root := filepath.Join(filepath.Dir(file), "..", "..")
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil || !strings.HasPrefix(string(mod), "module "+modulePath+"\n") {
		return ""
	}
	return root
}

func (n *newProgram) showNext(w io.Writer) error {
	_, err := fmt.Fprintf(w, "Made %s. Try it:\n\n    cd %s\n    go test ./...\n    gomr local WordCount --date-interval 2014-06-01\n", n.Dir, n.Dir)
	return err
}
