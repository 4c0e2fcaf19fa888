package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
)

// runFlags say how tasks are run and what is shown of it.
type runFlags struct {
	place placeFlags

	workers             int
	keepGoing, failFast bool
	acceptChecks        bool

	json, quiet, noProgress bool

	stress     seedRange
	cpuProfile string
	stale      string
	shared     sharedFlags
	pages      bool
}

func (r *runFlags) add(flags *pflag.FlagSet) {
	flags.IntVarP(&r.workers, "workers", "w", 1, "`number` of tasks to run at once")
	flags.BoolVar(&r.keepGoing, "keep-going", false, "after a failure run what does not depend on it (the default)")
	flags.BoolVar(&r.failFast, "fail-fast", false, "stop at the first failure")
	flags.BoolVar(&r.pages, "ui", false, "show the run on pages of this machine, whose address is printed; each task gets a process of its own")
	flags.BoolVar(&r.acceptChecks, "accept-checks", false, "let the output of this task appear whatever its checks say; not those of what it requires")
	r.place.addMemory(flags)
	r.place.addFingerprint(flags)
	addChoice(flags, &r.stale, "stale", "what to do about outputs whose inputs have changed", ignoreStale, warnStale, rerunStale)
}

func (r *runFlags) addStress(flags *pflag.FlagSet) {
	flags.Var(&r.stress, "stress", "leave no output, but check that it depends on nothing that a cluster may change; seeds are 17 or 1-20")
}

func (r *runFlags) addProfile(flags *pflag.FlagSet) {
	flags.StringVar(&r.cpuProfile, "cpu-profile", "", "`file` to write where processor time went, for 'go tool pprof'")
}

func (r *runFlags) addOutput(flags *pflag.FlagSet) {
	flags.BoolVar(&r.json, "json", false, "write the summary as JSON")
	flags.BoolVarP(&r.quiet, "quiet", "q", false, "show only what went wrong")
	flags.BoolVar(&r.noProgress, "no-progress", false, "show no progress while tasks run")
}

func (a *app) runVerb() taskVerb {
	var flags runFlags
	return taskVerb{
		name: "run", group: groupRun,
		short: "Run a task and all that it requires and is missing",
		long: `
Run a task, after the tasks that it requires. A task whose output exists is complete and
not run again; a second run of the same task does nothing.

Jobs run on Hadoop, which is found by HADOOP_HOME and HADOOP_CONF_DIR, or else by the
hadoop command on PATH. With --runner local they run in this process, without a cluster.

With --server the workers of a server run the tasks, and this process plans and waits.
` + exitCodesHelp,
		example: "run WordCount --date-interval 2014-06",
		flags: func(set *pflag.FlagSet) {
			flags.place.add(set)
			flags.add(set)
			flags.place.hadoopFlags.add(set)
			flags.shared.add(set)
			flags.addOutput(set)
		},
		do: func(cmd *cobra.Command, task orchestrate.Task) error { return a.run(cmd, &flags, task) },
	}
}

func (a *app) localVerb() taskVerb {
	flags := runFlags{place: placeFlags{runner: local}}
	return taskVerb{
		name: "local", group: groupRun,
		short: "Run a task in this process, without a cluster",
		long: `
Run a task and all that it requires in this process: run with --runner local. Paths of HDFS
lead below the folder --root. The results are those of a cluster, byte for byte.

With --stress the task's job runs once as it is, and once for each seed with all changed
that a cluster is free to change: order of values, calls of the combiner, splits, attempts
that are killed. The first key that comes out otherwise is reported, with the cause.
` + exitCodesHelp,
		example: "local WordCount --date-interval 2014-06",
		flags: func(set *pflag.FlagSet) {
			flags.place.addRoot(set)
			flags.add(set)
			flags.addStress(set)
			flags.addProfile(set)
			flags.addOutput(set)
		},
		do: func(cmd *cobra.Command, task orchestrate.Task) error { return a.run(cmd, &flags, task) },
	}
}

var exitCodesHelp = fmt.Sprintf(`
Exit codes:
  %-3d  all is complete
  %-3d  any other error
  %-3d  bad command line
  %-3d  a task failed
  %-3d  the output of an external task is missing
  %-3d  another process runs one of the tasks
  %-3d  the tasks can't be planned: a cycle, or an output that can't be checked
  %-3d  interrupted`,
	orchestrate.ExitComplete, orchestrate.ExitError, orchestrate.ExitUsage, orchestrate.ExitFailed, orchestrate.ExitMissingExternal,
	orchestrate.ExitAlreadyRunning, orchestrate.ExitScheduling, orchestrate.ExitInterrupted)

func (r *runFlags) check() error {
	switch {
	case r.workers < 1:
		return usagef("--workers is %d, and must be at least 1", r.workers)
	case r.keepGoing && r.failFast:
		return usagef("--keep-going and --fail-fast can't both be")
	case r.pages && (r.shared.server != "" || r.failFast || r.stress.given()):
		return usagef("--ui goes with neither --server, whose pages show the run, nor --fail-fast and --stress")
	case r.pages && r.cpuProfile != "":
		return usagef("--cpu-profile goes not with --ui, where each task has a process of its own")
	}
	return r.shared.check()
}

// run runs a task and shows how it went.
func (a *app) run(cmd *cobra.Command, flags *runFlags, task orchestrate.Task) (err error) {
	if err := flags.check(); err != nil {
		return err
	}
	stop, err := startProfile(flags.cpuProfile)
	if err != nil {
		return err
	}
	defer func() {
		if failed := stop(); err == nil {
			err = failed
		}
	}()
	if err := a.attendToStale(cmd, flags, task); err != nil {
		return err
	}
	if flags.shared.server != "" {
		return a.runShared(cmd, flags, task)
	}
	if flags.pages {
		return a.runWithPages(cmd, flags, task)
	}
	ui := a.newUI(flags.quiet || flags.noProgress)
	defer ui.close()
	place, err := flags.place.open(cmd, ui)
	if err != nil {
		return err
	}
	defer place.close()
	config := orchestrate.Config{
		Workers:  flags.workers,
		Exists:   existsAll,
		Jobs:     place.jobs,
		FailFast: flags.failFast,
		LockDir:  place.lockDir(a.getenv),
		Observe:  ui.observe,
		Record:   flags.place.recorder(ui.log, nil),
		Command:  a.rerunCommand(cmd),
		History:  a.sizesOf(place),
	}
	if flags.acceptChecks {
		config.Accept = acceptOnly(task)
	}
	ctx := hdfs.NewContext(cmd.Context(), place.files)
	if flags.stress.given() {
		return a.runStress(ctx, flags, place, ui, config, task)
	}
	summary, _ := orchestrate.Run(ctx, config, task)
	ui.close()
	return a.showSummary(flags, place, summary, summary) // with all that the error says
}

// rerunCommand returns what the user types before the name of a task to run it as now.
func (a *app) rerunCommand(cmd *cobra.Command) string {
	words := []string{a.name}
	for verb := cmd; verb.HasParent(); verb = verb.Parent() {
		if !verb.Parent().HasParent() {
			words = append(words, verb.Name())
		}
	}
	for _, name := range []string{"runner", "root"} {
		if f := cmd.Flag(name); f != nil && f.Changed {
			words = append(words, "--"+name+"="+shellQuote(f.Value.String()))
		}
	}
	return strings.Join(words, " ")
}

var plainWord = regexp.MustCompile(`^[\w./:=@%+,-]+$`)

// shellQuote returns text as one word of a POSIX shell.
func shellQuote(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// showSummary writes the end of a run: counters and summary, or the one JSON document.
func (a *app) showSummary(flags *runFlags, place *place, summary *orchestrate.Summary, document any) error {
	code := summary.ExitCode()
	complete := code == orchestrate.ExitComplete
	switch {
	case flags.json:
		if err := writeJSON(a.stdout, document); err != nil {
			return err
		}
	case summary.Scheduling == nil && (!complete || !flags.quiet):
		if !flags.quiet {
			writeCounters(a.stdout, summary)
		}
		fmt.Fprint(a.stdout, summary)
	}
	if summary.Scheduling != nil {
		a.printError(summary.Scheduling)
	}
	if code == orchestrate.ExitMissingExternal && place.note != "" {
		fmt.Fprintf(a.stderr, "gomr: %s\n", place.note)
	}
	if !complete {
		return ExitCode(code)
	}
	return nil
}
