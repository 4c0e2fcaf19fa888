// Command gomr is the command line for the source of a program of tasks.
//
// In the folder of such a program, or for the one that -C names, it compiles the program
// and hands its arguments over to it:
//
//	gomr run WordCount --date-interval 2014-06
//
// is the run of the program that stands here. The program is compiled again only when
// its source has changed; see the file stamp.go for how that is known without asking
// the go command. Besides, gomr has the verbs that need a Go toolchain:
//
//	gomr new wordcount                             make a working program in a new folder
//	gomr build -o wc [--os linux --arch amd64]     build the static executable
//
// The built executable has all verbs but these two.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/internal/cli"
	"github.com/gomr/gomr/internal/demo"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/streaming"
)

func main() { os.Exit(run(context.Background(), os.Args[1:])) }

// run runs the command and returns its exit code, unless another program takes over the process.
func run(ctx context.Context, args []string) int {
	if os.Getenv(demoVariable) != "" {
		return cli.Run(ctx, cli.Config{Tasks: demo.Tasks(), Args: args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr})
	}
	args, err := enterFolder(args)
	if err == nil && handsOver(args) {
		err = handOver(ctx, args)
	}
	if err != nil {
		return complain(err)
	}
	return cli.Run(ctx, cli.Config{
		Args:     args,
		Stdin:    os.Stdin,
		Stdout:   os.Stdout,
		Stderr:   os.Stderr,
		Commands: []*cobra.Command{buildCommand(), newCommand(), demoCommand()}, //nolint:contextcheck // verbs get the context from cobra
		Checks:   []func(context.Context) streaming.Check{checkToolchain},
	})
}

// errFolder returns the error of a folder that holds no program.
func errFolder(dir, problem string) error {
	return &cli.UsageError{Err: fmt.Errorf("%s: %s; go to the folder of a program that calls gomr.Main, name it with -C, or make one with 'gomr new'", dir, problem)}
}

func complain(err error) int {
	var code cli.ExitCode
	if errors.As(err, &code) {
		return int(code)
	}
	fmt.Fprintf(os.Stderr, "gomr: %v\n", err)
	var usage *cli.UsageError
	if errors.As(err, &usage) {
		return orchestrate.ExitUsage
	}
	return orchestrate.ExitError
}

// enterFolder goes to the folder of a leading -C, as the go command does, and cuts it off.
func enterFolder(args []string) ([]string, error) {
	if len(args) == 0 {
		return args, nil
	}
	dir, given := strings.CutPrefix(args[0], "-C=")
	rest := args[1:]
	if args[0] == "-C" {
		if len(rest) == 0 {
			return nil, errFolder("-C", "the folder is missing")
		}
		dir, rest, given = rest[0], rest[1:], true
	}
	if !given {
		return args, nil
	}
	if err := os.Chdir(dir); err != nil {
		return nil, errFolder(dir, errors.Unwrap(err).Error())
	}
	return rest, nil
}

// programVerbs are the verbs that are about the tasks of a program.
var programVerbs = []string{"run", "local", "plan", "why", "graph", "list", "doctor"}

// handsOver reports whether the arguments are for the program in this folder.
func handsOver(args []string) bool {
	if len(args) == 0 {
		return false
	}
	switch verb := args[0]; {
	case verb == "doctor": // works anywhere
		return holdsGo(".")
	case verb == "why" && namesServer(args): // which knows the task too
		return holdsGo(".")
	case slices.Contains(programVerbs, verb):
		return true
	case verb == "help", strings.HasPrefix(verb, "__complete"):
		return len(args) > 1 && slices.Contains(programVerbs, args[1]) && holdsGo(".")
	}
	return false
}

// namesServer reports whether a verb of the arguments can ask a server.
func namesServer(args []string) bool {
	return os.Getenv("GOMR_SERVER") != "" || slices.ContainsFunc(args, func(arg string) bool {
		name, _, _ := strings.Cut(arg, "=")
		return name == "--server"
	})
}

// holdsGo reports whether the folder has Go files.
func holdsGo(dir string) bool {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	return err == nil && len(files) > 0
}
