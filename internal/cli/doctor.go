package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/streaming"
)

func (a *app) doctorCommand() *cobra.Command {
	var flags placeFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor [flags]",
		Short: "Check that tasks can run here, and say how to mend what is wrong",
		Long: "Check what runs need: the folders of this machine and, unless --runner is local,\n" +
			"Hadoop's command, its streaming jar and configuration, HDFS and YARN.",
		Args: NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.check(cmd); err != nil {
				return err
			}
			return a.showChecks(a.diagnose(cmd.Context(), &flags), asJSON)
		},
		DisableFlagsInUseLine: true,
	}
	cmd.Flags().SortFlags = false
	flags.add(cmd.Flags())
	flags.addJar(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// diagnose checks what the place of the flags needs.
func (a *app) diagnose(ctx context.Context, flags *placeFlags) []streaming.Check {
	locks := (&place{name: flags.runner}).lockDir(a.getenv)
	checks := []streaming.Check{
		checkWritable("folder for locks", filepath.Dir(locks)),
		checkWritable("temporary folder", os.TempDir()),
	}
	if flags.runner == local {
		checks = append(checks, checkWritable("root folder", flags.root))
	} else {
		checks = append(checks, hadoopChecks(ctx, flags)...)
	}
	for _, check := range a.checks {
		checks = append(checks, check(ctx))
	}
	return checks
}

// checkWritable checks that a file can be made in the folder, or the folder itself where
// it is missing. It leaves nothing behind.
func checkWritable(name, dir string) streaming.Check {
	check := streaming.Check{Name: name, OK: true, Detail: dir}
	if err := tryWrite(dir); err != nil {
		check.OK, check.Detail, check.Mend = false, err.Error(), "make the folder writable, or choose another one"
	}
	return check
}

func tryWrite(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	info, err := os.Stat(dir)
	for os.IsNotExist(err) && filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
		info, err = os.Stat(dir)
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is a file", dir)
	}
	file, err := os.CreateTemp(dir, ".gomr-doctor-*")
	if err != nil {
		return err
	}
	file.Close()
	return os.Remove(file.Name())
}

// A shownCheck is a check in the JSON of doctor.
type shownCheck struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Mend   string `json:"mend,omitempty"`
}

// showChecks writes the checks; the error ends the command with a code where one failed.
func (a *app) showChecks(checks []streaming.Check, asJSON bool) error {
	shown := make([]shownCheck, len(checks))
	failed := false
	for i, check := range checks {
		shown[i] = shownCheck(check)
		failed = failed || !check.OK
	}
	if !asJSON {
		a.writeChecks(checks)
	} else if err := writeJSON(a.stdout, map[string]any{"checks": shown}); err != nil {
		return err
	}
	if failed {
		return ExitCode(orchestrate.ExitError)
	}
	return nil
}

func (a *app) writeChecks(checks []streaming.Check) {
	paint := a.painterFor(a.stdout)
	width := 0
	for _, check := range checks {
		width = max(width, len(check.Name))
	}
	indent := strings.Repeat(" ", len("bad")+width+4)
	for _, check := range checks {
		mark := paint.green("ok ")
		if !check.OK {
			mark = paint.red("bad")
		}
		detail := strings.ReplaceAll(strings.TrimSpace(check.Detail), "\n", "\n"+indent)
		fmt.Fprintf(a.stdout, "%s  %-*s  %s\n", mark, width, check.Name, detail)
		if check.Mend != "" {
			fmt.Fprintf(a.stdout, "%smend: %s\n", indent, check.Mend)
		}
	}
}
