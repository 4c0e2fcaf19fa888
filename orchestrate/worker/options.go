package worker

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// A Scheduler gives out attempts. Its methods are called from several goroutines. All but Work
// are to return within a minute, or as soon as ctx has ended.
//
// A [*scheduler.FencedError] means that an attempt has been given up, and a
// [*scheduler.InvalidError] that a request is of no use, however often it is made. All other errors are
// taken for a scheduler that can't be reached, and the request is made again.
type Scheduler interface {
	// Work waits for an attempt. Nil is none so far.
	Work(ctx context.Context, ask *scheduler.Ask) (*scheduler.Assignment, error)
	// Beat tells that attempts are alive.
	Beat(ctx context.Context, worker scheduler.WorkerInfo, beats []scheduler.Beat) (scheduler.Pulse, error)
	// End tells how an attempt ended. It may be told twice.
	End(ctx context.Context, end *scheduler.End) error
	// AppendLog adds to the log of an attempt. A chunk may come twice; one that begins beyond the
	// end of what is stored is a [*store.GapError]. The chunk is the caller's again afterwards.
	AppendLog(ctx context.Context, fence, offset int64, chunk []byte) error
}

// Options set how a worker works. Dir, Programs, Command and Keeper are needed.
type Options struct {
	// Dir is the worker's folder, on a local disk. It is made where it is missing.
	Dir string

	// Programs are those whose tasks the worker can run.
	Programs []string

	// Command returns the process of a task. The folder of the attempt is an absolute path. The variables of env are
	// added to the environment of the worker; they are written into the folder, which only this
	// user can read. A path without a slash is looked up in PATH. The task has the worker's
	// working directory and no input. Command is called from several goroutines.
	Command func(a *scheduler.Assignment, attemptDir string) (path string, args, env []string)

	// Keeper is the command line of a process that calls [Keep]. The folder of the attempt is
	// added as its last argument.
	Keeper []string

	// ID names the worker, the same after a restart. Empty means one that is made up and kept in Dir.
	ID string

	// Host is for people who look for the worker. Empty means the name of this machine.
	Host string

	// Slots is how many attempts run at a time. Zero means one for each processor.
	Slots int

	// Grace is the time between SIGTERM and SIGKILL. Zero means 10 seconds.
	Grace time.Duration

	// MaxLog is how many bytes of its log an attempt can have. Of a longer one the
	// beginning and the last 64 KiB are kept. Zero means 1 GiB.
	MaxLog int64

	// Stop is closed when attempts are to be stopped, too. Nil means that they never are.
	Stop <-chan struct{}

	// Log is for what happens. Nil means that nobody wants to know.
	Log *slog.Logger

	killMargin time.Duration // shorter ones are for tests
	reportTime time.Duration
}

const (
	defaultGrace      = 10 * time.Second
	defaultMaxLog     = 1 << 30
	defaultKillMargin = 5 * time.Second  // that a keeper has to end, more than its task has
	defaultReportTime = 10 * time.Second // for which ends are told after all attempts should have been stopped
)

func (o Options) check() error {
	switch {
	case o.Dir == "":
		return errors.New("a worker needs a folder: set Options.Dir")
	case len(o.Programs) == 0:
		return errors.New("a worker that can run no program gets no work: set Options.Programs")
	case o.Command == nil:
		return errors.New("a worker must know the command of a task: set Options.Command")
	case len(o.Keeper) == 0:
		return errors.New("a worker needs the command line of the keeper: set Options.Keeper")
	case o.Slots < 0, o.Grace < 0, o.MaxLog < 0:
		return errors.New("slots, grace and the size of logs can't be negative: set them in Options")
	}
	return nil
}

// withDefaults fills in what is left open. It makes the folder absolute, as tasks may have another
// working directory.
func (o Options) withDefaults() (Options, error) {
	err := o.check()
	if err != nil {
		return o, err
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return o, err
	}
	if o.Host == "" {
		if o.Host, err = os.Hostname(); err != nil {
			return o, fmt.Errorf("%w: set Options.Host", err)
		}
	}
	o.Slots = cmp.Or(o.Slots, runtime.GOMAXPROCS(0))
	o.Grace = cmp.Or(o.Grace, defaultGrace)
	o.MaxLog = cmp.Or(o.MaxLog, defaultMaxLog)
	o.killMargin = cmp.Or(o.killMargin, defaultKillMargin)
	o.reportTime = cmp.Or(o.reportTime, defaultReportTime)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// identify returns the ID of the worker that is kept in the folder, which is locked.
func identify(dir, host string) (string, error) {
	path := filepath.Join(dir, "id")
	text, err := os.ReadFile(path)
	if id := strings.TrimSpace(string(text)); err == nil && id != "" {
		return id, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	id := host + "-" + rand.Text()[:8]
	return id, writeFile(path, []byte(id+"\n"))
}
