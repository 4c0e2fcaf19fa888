package streaming

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/gomr/gomr/hdfs"
)

// A run leaves two traces that the next run for the same output can find, however
// the first one ended: each application has a tag made from the output's path, and
// each temporary file or folder stands beside the output with the output's name in
// its own. The next run kills the one and removes the other before it begins.

// outputTag returns the tag of the applications that make an output. YARN takes
// tags of at most 100 characters of ASCII, and makes them lower case.
func outputTag(fileSystem, output string) string {
	sum := sha256.Sum256([]byte(fileSystem + output))
	return "gomr-" + hex.EncodeToString(sum[:16])
}

// recover kills what an earlier run for this output left running, and removes what
// it left in HDFS but for the steps that it had completed.
func (r *run) recover(ctx context.Context) error {
	killCtx, cancel := context.WithTimeout(ctx, cleanUpTime)
	defer cancel()
	if err := r.killTagged(killCtx, "killing the application that an earlier run left behind"); err != nil {
		return fmt.Errorf("look for what an earlier run left: %w", err)
	}
	return r.removeLeftovers(r.stepsDir)
}

// killTagged kills the applications for this output that are alive, and logs why.
func (r *run) killTagged(ctx context.Context, why string) error {
	ids, err := r.cluster.liveApplications(ctx, r.tag)
	if err != nil {
		return err
	}
	for _, id := range ids {
		r.Log.Warn(why, "application", id)
		if err := r.cluster.kill(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// removeLeftovers removes the temporary files and folders of all runs for this
// output, but for the folder of completed steps, of which it removes only what is
// not complete.
func (r *run) removeLeftovers(stepsDir string) error {
	if err := hdfs.CleanTemp(r.fsys, r.Output, stepsDir, r.rejected); err != nil || stepsDir == "" {
		return err
	}
	for i := range len(r.steps) - 1 {
		output := r.stepOutput(i)
		if err := hdfs.CleanTemp(r.fsys, output); err != nil {
			return err
		}
		complete, err := r.isComplete(output)
		if err == nil && !complete {
			err = r.fsys.RemoveAll(output)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// resumeKey returns a name for all that the outputs of the steps depend on: the
// program, the job, the input. A run resumes from steps of the same key alone.
func (r *run) resumeKey() string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s %d %q %q\n", r.binary.hash, len(r.steps), r.Family, r.Flags)
	for _, name := range slices.Sorted(maps.Keys(r.Properties)) {
		fmt.Fprintf(hash, "%q %q\n", name, r.Properties[name])
	}
	for _, file := range r.inputs {
		fmt.Fprintf(hash, "%q %d\n", file.Name, file.Size)
	}
	return hex.EncodeToString(hash.Sum(nil)[:6])
}

// firstStep returns the first step that has to run: the one behind the last that
// is complete.
func (r *run) firstStep() int {
	for i := len(r.steps) - 1; i > 0; i-- {
		if complete, err := r.isComplete(r.stepOutput(i - 1)); err == nil && complete {
			return i
		}
	}
	return 0
}

func (r *run) isComplete(dir string) (bool, error) {
	_, err := r.fsys.Stat(path.Join(dir, hdfs.Success))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
