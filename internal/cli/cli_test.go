package cli_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/internal/cli"
	"github.com/gomr/gomr/orchestrate"
)

// runCLI runs a command line in this process.
func runCLI(ctx context.Context, tasks []orchestrate.Task, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = cli.Run(ctx, cli.Config{Tasks: tasks, Args: args, Stdout: &out, Stderr: &err})
	return code, out.String(), err.String()
}

// Clash has a parameter with the name of a flag.
type Clash struct {
	orchestrate.ExternalTask
	JSON bool `param:"json"`
}

func (Clash) Output() orchestrate.Target { return hdfs.File("/clash") }

func TestAParameterWithTheNameOfAFlagIsRefused(t *testing.T) {
	code, _, stderr := runCLI(t.Context(), []orchestrate.Task{Clash{}}, "list")
	require.Equal(t, orchestrate.ExitError, code)
	require.Equal(t, "gomr: Clash.--json: the command line has a flag of that name itself; give the parameter another name in its param tag\n", stderr)
}

// Misspelt has a method that nothing would call.
type Misspelt struct{ orchestrate.ExternalTask }

func (Misspelt) Output() orchestrate.Target    { return hdfs.File("/misspelt") }
func (Misspelt) DependsOn() []orchestrate.Task { return nil }

func TestEveryMistakeInATypeIsToldAtTheStart(t *testing.T) {
	code, _, stderr := runCLI(t.Context(), []orchestrate.Task{Misspelt{}, Clash{}, Clash{}}, "list")
	require.Equal(t, orchestrate.ExitError, code)
	require.Regexp(t, `(?m)^gomr: cli_test\.Misspelt\.DependsOn: .*rename it to Requires`, stderr)
	require.Regexp(t, `(?m)^gomr: cli_test\.Clash: it has the name Clash of cli_test\.Clash`, stderr)
}

func TestAnEndedContextInterruptsTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code, stdout, stderr := runCLI(ctx, []orchestrate.Task{InputText{}}, "local", "--root", t.TempDir(), "InputText", "--date", "2014-06-01")
	require.Equal(t, orchestrate.ExitInterrupted, code, "%s%s", stdout, stderr)
}

func TestAProgramWithoutTasksSaysSo(t *testing.T) {
	code, _, stderr := runCLI(t.Context(), nil, "run")
	require.Equal(t, orchestrate.ExitUsage, code)
	require.Contains(t, stderr, "gomr: run what? Name a task; this program has none")
}

// Ordered has a parameter with the name of an option of backfills.
type Ordered struct {
	orchestrate.ExternalTask

	Order string `param:"order" help:"of the list"`
}

func (Ordered) Output() orchestrate.Target { return hdfs.File("/ordered") }

func TestAParameterMayHaveTheNameOfAnOptionOfBackfills(t *testing.T) {
	code, stdout, _ := runCLI(t.Context(), []orchestrate.Task{Ordered{}}, "backfill", "start", "Ordered", "--help")
	require.Zero(t, code)
	require.Contains(t, stdout, "--order <string>")
	require.Contains(t, stdout, "--backfill-order oldest|newest")
}
