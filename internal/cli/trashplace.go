package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/fingerprint"
	"github.com/gomr/gomr/orchestrate/trash"
)

// localUser returns the name of who runs this process, as an element of a path.
func localUser() (string, error) {
	name := strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	return strings.NewReplacer("/", "_", `\`, "_", ":", "_").Replace(name), nil
}

// machineTrash returns the volume of this machine's files.
func (a *app) machineTrash() trash.Volume {
	return trash.Machine(filepath.Join(stateDir(a.getenv), "trash"))
}

// newTrash returns the trash of a place. Its cluster is asked for only where that is wanted.
func (a *app) newTrash(place *place, cluster bool) (*trash.Trash, error) {
	t := &trash.Trash{LockDir: filepath.Join(stateDir(a.getenv), "locks", "trash")}
	if cluster {
		name, err := place.user()
		if err != nil {
			return nil, err
		}
		t.Volumes = append(t.Volumes, trash.Cluster(place.files, name))
	}
	t.Volumes = append(t.Volumes, a.machineTrash())
	return t, nil
}

// openTrash opens a place with all of its trash. A user without Hadoop has no trash there.
func (a *app) openTrash(cmd *cobra.Command, flags *placeFlags) (*place, *trash.Trash, error) {
	ui := a.newUI(true)
	defer ui.close()
	place, err := flags.open(cmd, ui)
	if err != nil {
		return nil, nil, err
	}
	t, err := a.trashOf(place, flags)
	if err != nil {
		place.close()
		return nil, nil, err
	}
	return place, t, nil
}

// trashOf returns all of the trash of a place.
func (a *app) trashOf(place *place, flags *placeFlags) (*trash.Trash, error) {
	_, missing := hdfs.FindConfDir()
	t, err := a.newTrash(place, flags.runner == local || missing == nil)
	if err != nil {
		return nil, fmt.Errorf("look into the trash: %w", err)
	}
	return t, nil
}

// An unmovableError is an output that can't be moved to the trash.
type unmovableError struct {
	id     string
	target orchestrate.Target
}

func (e *unmovableError) Error() string {
	return fmt.Sprintf("the output %s of %s can't be moved to the trash, as it is a %T: remove it by hand, or give its type a method "+
		"LocalPath() string if it is a file of this machine", e.target, e.id, e.target)
}

// locateTarget returns the volume and the path of a target.
func locateTarget(id string, target orchestrate.Target) (volume, name string, err error) {
	switch t := target.(type) {
	case hdfs.Target:
		return trash.ClusterName, t.Path(), nil
	case interface{ LocalPath() string }:
		name, err := filepath.Abs(t.LocalPath())
		return trash.MachineName, name, err
	}
	return "", "", &unmovableError{id, target}
}

// isRecord tells that a path is of a record beside an output, which people need not be told of.
func isRecord(name string) bool {
	base := filepath.Base(name)
	return strings.HasPrefix(base, ".") && strings.HasSuffix(base, ".gomr.json")
}

// outputsOf returns what is there of a task's output, and of the records beside it.
func outputsOf(task orchestrate.Task, files func(volume string) hdfs.FileSystem) ([]trash.Output, error) {
	var outputs []trash.Output
	id := orchestrate.ID(task)
	for _, target := range targetsOf(task) {
		volume, name, err := locateTarget(id, target)
		if err != nil {
			return nil, err
		}
		for _, path := range []string{name, fingerprint.RecordOf(name, false)} {
			o := trash.Output{Volume: volume, Path: path}
			o.Files, o.Bytes, err = trash.Measure(files(volume), path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("look at the output of %s: %w", id, err)
			}
			outputs = append(outputs, o)
		}
	}
	return outputs, nil
}

// emptyExpired removes what has been in the trash for long enough. It harms nobody where that fails.
func (a *app) emptyExpired(ctx context.Context, t *trash.Trash) {
	warn := func(err error) {
		if err != nil && !errors.As(err, new(*trash.BusyError)) && !errors.Is(err, trash.ErrUnknown) {
			fmt.Fprintf(a.stderr, "gomr: the trash is not emptied of what has expired: %v\n", err)
		}
	}
	for i := range t.Volumes {
		entries, err := t.List(t.Volumes[i].Name)
		warn(err)
		for _, e := range entries {
			if e.Expired() && ctx.Err() == nil {
				warn(emptyEntry(t, e.Manifest.ID))
			}
		}
		warn(t.Tidy(t.Volumes[i].Name))
	}
}

// emptyEntry removes an entry for good.
func emptyEntry(t *trash.Trash, id string) (err error) {
	e, err := t.Open(id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	return e.Empty()
}

// showBytes tells a size as people read it.
func showBytes(n int64) string {
	const unit = 1024
	if n < unit {
		return strconv.FormatInt(n, 10) + " B"
	}
	size, units := float64(n)/unit, "KMGTPE"
	for size >= unit && len(units) > 1 {
		size, units = size/unit, units[1:]
	}
	return fmt.Sprintf("%.1f %ciB", size, units[0])
}
