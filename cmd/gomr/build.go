package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/internal/cli"
	"github.com/gomr/gomr/streaming"
)

func buildCommand() *cobra.Command {
	var output, version string
	system := host
	cmd := &cobra.Command{
		Use:   "build [flags]",
		Short: "Build the program in this folder as one static executable",
		Long: "Build the program in this folder as one static executable, which has all commands but\n" +
			"build and new and needs no Go. The same source gives the same bytes, whatever the folder.\n" +
			"It is compiled with default.pgo, a profile in this folder, or else with a profile of gomr's engine.",
		Example: "  gomr build -o wc --os linux --arch amd64",
		Args:    cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := loadProgram(cmd.Context(), ".", system)
			if err != nil {
				return err
			}
			final := outputPath(output, p.name(), system)
			if err := p.compileTo(cmd.Context(), final, system, version); err != nil {
				return err
			}
			info, err := os.Stat(final)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s/%s, static, %.1f MB\n", final, system.os, system.arch, float64(info.Size())/1e6)
			return err
		},
		DisableFlagsInUseLine: true,
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVarP(&output, "output", "o", "", "executable `file` to write, or the folder for it (default: the name of the package)")
	cmd.Flags().StringVar(&system.os, "os", system.os, "`system` it is for, as GOOS")
	cmd.Flags().StringVar(&system.arch, "arch", system.arch, "`processor` it is for, as GOARCH")
	cmd.Flags().StringVar(&version, "version", "", "`version` of the program that it tells with the command version")
	return cmd
}

// outputPath returns where the executable goes.
func outputPath(output, name string, system target) string {
	if system.os == "windows" {
		name += ".exe"
	}
	if output == "" {
		return name
	}
	if info, err := os.Stat(output); err == nil && info.IsDir() || strings.HasSuffix(output, string(filepath.Separator)) {
		return filepath.Join(output, name)
	}
	return output
}

// checkToolchain is the check of doctor that gomr can compile.
func checkToolchain(ctx context.Context) streaming.Check {
	check := streaming.Check{Name: "go command", Mend: "install Go, and put its bin folder on PATH"}
	out, err := exec.CommandContext(ctx, "go", "version").Output()
	if err != nil {
		check.Detail = err.Error()
		return check
	}
	return streaming.Check{Name: check.Name, OK: true, Detail: strings.TrimSpace(string(out))}
}
