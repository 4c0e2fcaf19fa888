package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
)

// The names of the places, as --runner takes them.
const (
	hadoop = "hadoop"
	local  = "local"
)

// defaultRoot is the folder that stands for HDFS where none is given.
const defaultRoot = ".gomr/hdfs"

// A place is where tasks run: where the paths of their targets lead, and what runs their jobs.
type place struct {
	files hdfs.FileSystem
	jobs  orchestrate.JobRunner
	name  string                 // tells it from other places of its kind: a folder, a cluster
	note  string                 // for a user whose files are not where they were expected
	user  func() (string, error) // who owns what is made there
	close func()
}

// placeFlags choose a place.
type placeFlags struct {
	runner string
	root   string
	memory byteSize
	hadoopFlags

	noFingerprint bool
}

// add defines the flags of a verb for which the user chooses the runner.
func (p *placeFlags) add(flags *pflag.FlagSet) {
	addChoice(flags, &p.runner, "runner", "where jobs run and paths lead", hadoop, local)
	p.addRoot(flags)
}

func (p *placeFlags) addRoot(flags *pflag.FlagSet) {
	flags.StringVar(&p.root, "root", defaultRoot, "`folder` that stands for HDFS with the local runner")
}

func (p *placeFlags) addMemory(flags *pflag.FlagSet) {
	flags.Var(&p.memory, "memory", "memory for a job here, or for each task of one on Hadoop, such as 2G (default: found)")
}

// forRunner names the runner that each of these flags is for.
var forRunner = map[string]string{
	"root":          local,
	"streaming-jar": hadoop, "property": hadoop, "binary": hadoop,
}

// check reports a flag that the chosen runner would pass over.
func (p *placeFlags) check(cmd *cobra.Command) error {
	var errs []error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if runner := forRunner[f.Name]; runner != "" && runner != p.runner {
			errs = append(errs, fmt.Errorf("--%s is for --runner %s, and this is --runner %s", f.Name, runner, p.runner))
		}
	})
	if len(errs) > 0 {
		return &UsageError{errors.Join(errs...)}
	}
	return nil
}

// open returns the place that the flags choose.
func (p *placeFlags) open(cmd *cobra.Command, ui *ui) (*place, error) {
	if err := p.check(cmd); err != nil {
		return nil, err
	}
	if p.runner == local {
		return openLocal(p, ui)
	}
	return openHadoop(p, ui)
}

// inPlace does something in the place that the flags choose. Its context finds the files there.
func (a *app) inPlace(cmd *cobra.Command, flags *placeFlags, do func(ctx context.Context, place *place) error) error {
	ui := a.newUI(true)
	defer ui.close()
	place, err := flags.open(cmd, ui)
	if err != nil {
		return err
	}
	defer place.close()
	return do(hdfs.NewContext(cmd.Context(), place.files), place)
}

// newPlan plans tasks, with all that they require where the whole is wanted, complete or not.
func newPlan(ctx context.Context, whole bool, tasks ...orchestrate.Task) (*orchestrate.Plan, error) {
	plan, err := orchestrate.NewPlan(ctx, orchestrate.Config{Exists: existsAll, Whole: whole}, tasks...)
	if err != nil {
		return nil, &planError{err}
	}
	return plan, nil
}

// lockDir returns the folder for the locks of the place. All processes of a user find
// the same one, also those that cron starts with hardly any environment.
func (p *place) lockDir(getenv func(string) string) string {
	return filepath.Join(stateDir(getenv), "locks", fmt.Sprintf("%x", sha256.Sum256([]byte(p.name)))[:16])
}

// stateDir returns the folder for what gomr has to know of this user on this machine.
func stateDir(getenv func(string) string) string {
	base := getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(base) {
		base = filepath.Join(getenv("HOME"), ".local", "state")
	}
	if !filepath.IsAbs(base) {
		base = filepath.Join(os.TempDir(), "gomr-"+strconv.Itoa(os.Getuid()))
	}
	return filepath.Join(base, "gomr")
}

// maxChecks bounds the checks of targets outside HDFS that are under way at once.
const maxChecks = 16

// existsAll tells which targets exist: those of HDFS by listing their folders, and
// the others one by one.
func existsAll(ctx context.Context, targets []orchestrate.Target) ([]bool, error) {
	exists := make([]bool, len(targets))
	var files []hdfs.Target
	var fileIndex, otherIndex []int
	for i, target := range targets {
		if file, ok := target.(hdfs.Target); ok {
			files = append(files, file)
			fileIndex = append(fileIndex, i)
		} else {
			otherIndex = append(otherIndex, i)
		}
	}
	found, err := hdfs.ExistsAll(ctx, files)
	if err != nil {
		return nil, err
	}
	for i, index := range fileIndex {
		exists[index] = found[i]
	}
	return exists, checkEach(ctx, targets, otherIndex, exists)
}

// checkEach asks the targets at the indices by themselves.
func checkEach(ctx context.Context, targets []orchestrate.Target, indices []int, exists []bool) error {
	errs := make([]error, len(targets))
	slots := make(chan struct{}, maxChecks)
	var checks sync.WaitGroup
	for _, i := range indices {
		slots <- struct{}{}
		checks.Go(func() {
			defer func() { <-slots }()
			exists[i], errs[i] = targets[i].Exists(ctx)
		})
	}
	checks.Wait()
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return fmt.Errorf("check whether %s exists: %w", targets[i], errs[i])
	}
	return nil
}

// jobPaths returns the paths of the inputs and the output of a job, which are all in HDFS.
func jobPaths(run orchestrate.JobRun) (inputs []string, output string, err error) {
	for _, input := range run.Inputs {
		file, ok := input.(hdfs.Target)
		if !ok {
			return nil, "", fmt.Errorf("the job of %s can't read %s: a job reads hdfs.File and hdfs.Dir, and this is a %T; "+
				"put a task between them that copies it to HDFS", run.ID, input, input)
		}
		inputs = append(inputs, file.Path())
	}
	if len(inputs) == 0 {
		return nil, "", fmt.Errorf("the job of %s has no input: its Requires method names no task with an output", run.ID)
	}
	folder, ok := run.Output.(hdfs.Target)
	if !ok || !folder.IsDir() {
		return nil, "", fmt.Errorf("the job of %s can't write %s: a job writes a folder of parts, so Output must return hdfs.Dir", run.ID, run.Output)
	}
	return inputs, folder.Path(), nil
}
