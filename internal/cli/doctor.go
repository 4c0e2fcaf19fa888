package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
)

// A Check is something that doctor looks at.
type Check struct {
	Name string
	// Run returns a word on what is well, or an error that says what is wrong and the mend.
	Run func(ctx context.Context) (detail string, err error)
}

// A checkResult is a check in the JSON of doctor.
type checkResult struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

func (a *app) doctorCommand() *cobra.Command {
	var flags placeFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor [flags]",
		Short: "Check that tasks can run here, and say how to mend what is wrong",
		Long: "Check what runs need: the folders of this machine and, unless --runner is local,\n" +
			"Hadoop's command, its streaming jar and configuration, HDFS and YARN. Nothing is changed.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.check(cmd); err != nil {
				return err
			}
			results := runChecks(cmd.Context(), append(a.checksFor(&flags), a.checks...))
			if asJSON {
				if err := writeJSON(a.stdout, map[string]any{"checks": results}); err != nil {
					return err
				}
			} else {
				a.writeChecks(results)
			}
			for _, result := range results {
				if !result.OK {
					return exitCode(orchestrate.ExitError)
				}
			}
			return nil
		},
		DisableFlagsInUseLine: true,
	}
	cmd.Flags().SortFlags = false
	flags.addDoctor(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

func (p *placeFlags) addDoctor(flags *pflag.FlagSet) {
	p.add(flags)
	flags.StringVar(&p.jar, "streaming-jar", "", "path of the jar of Hadoop Streaming (default: found)")
}

func runChecks(ctx context.Context, checks []Check) []checkResult {
	results := []checkResult{}
	for _, check := range checks {
		detail, err := check.Run(ctx)
		if err != nil {
			detail = err.Error()
		}
		results = append(results, checkResult{check.Name, err == nil, detail})
	}
	return results
}

func (a *app) writeChecks(results []checkResult) {
	paint := a.painterFor(a.stdout)
	width := 0
	for _, result := range results {
		width = max(width, len(result.Name))
	}
	for _, result := range results {
		mark := paint.green("ok  ")
		if !result.OK {
			mark = paint.red("BAD ")
		}
		detail := strings.ReplaceAll(result.Detail, "\n", "\n"+strings.Repeat(" ", width+6))
		fmt.Fprintf(a.stdout, "%s%-*s  %s\n", mark, width, result.Name, detail)
	}
}

// checksFor returns the checks for the place that the flags choose.
func (a *app) checksFor(flags *placeFlags) []Check {
	locks := (&place{name: flags.runner}).lockDir(a.getenv)
	checks := []Check{
		{"lock folder", func(context.Context) (string, error) { return locks, checkWritable(locks) }},
		{"temporary folder", func(context.Context) (string, error) { return os.TempDir(), checkWritable(os.TempDir()) }},
	}
	if flags.runner == local {
		return append(checks, Check{"root folder", func(context.Context) (string, error) {
			root, err := filepath.Abs(flags.root)
			if err != nil {
				return "", err
			}
			return root, checkWritable(root)
		}})
	}
	return append(checks, hadoopChecks(flags.hadoopFlags)...)
}

// checkWritable reports whether a file can be made in the folder, or the folder itself where
// it is missing. It leaves nothing behind.
func checkWritable(dir string) error {
	existing := dir
	for {
		info, err := os.Stat(existing)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("%s is a file where a folder is needed; move it away", existing)
		}
		if err == nil {
			break
		}
		parent := filepath.Dir(existing)
		if parent == existing {
			return err
		}
		existing = parent
	}
	file, err := os.CreateTemp(existing, ".gomr-doctor-*")
	if err != nil {
		return fmt.Errorf("%w; make the folder writable, or choose another", err)
	}
	file.Close()
	return os.Remove(file.Name())
}
