package worker

import (
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// A keeper is the process that keeps an attempt, as its worker sees it. Its methods are for one goroutine.
type keeper struct {
	dir     string
	process *os.Process   // nil where it is not known yet, or has ended
	ended   chan struct{} // closed when it has
	lock    *fileLock     // of one that was found dead: no late one can start then. Set before ended is closed.
}

// launchKeeper starts the keeper of an attempt.
func launchKeeper(commandLine []string, dir string) (*keeper, error) {
	says, err := os.OpenFile(filepath.Join(dir, keeperLogFile), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer says.Close() // the keeper has it open
	args := append(slices.Clone(commandLine[1:]), dir)
	// It is to outlive this process.
	cmd := exec.Command(commandLine[0], args...) //nolint:noctx // as above
	cmd.Stdout, cmd.Stderr = says, says
	ownSession(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	k := &keeper{dir: dir, process: cmd.Process, ended: make(chan struct{})}
	go func() {
		defer close(k.ended)
		_ = cmd.Wait() // what it has written says how it went
	}()
	return k, nil
}

// findEvery is how often the worker looks whether a keeper lives that is no child of its.
const findEvery = 100 * time.Millisecond

// findKeeper returns the keeper of an attempt that an earlier worker has started. One that is dead has ended, and
// the other one is to be watched.
func findKeeper(dir string) (*keeper, error) {
	lock, err := takeLock(filepath.Join(dir, lockFile), os.O_CREATE)
	if err != nil {
		return nil, err
	}
	k := &keeper{dir: dir, ended: make(chan struct{}), lock: lock}
	if lock != nil {
		close(k.ended)
	}
	return k, nil
}

// watch notices when a keeper that was found ends. Somebody is to wait for that.
func (k *keeper) watch(log *slog.Logger) {
	if k.lock == nil {
		go k.awaitLock(log)
	}
}

// awaitLock waits until the keeper frees its lock, which it does with its end.
func (k *keeper) awaitLock(log *slog.Logger) {
	defer close(k.ended)
	ticks := time.NewTicker(findEvery)
	defer ticks.Stop()
	for range ticks.C {
		lock, err := takeLock(filepath.Join(k.dir, lockFile), os.O_CREATE)
		if err != nil {
			log.Debug("the lock of the attempt can't be looked at", "error", err)
		}
		if lock != nil {
			k.lock = lock
			return
		}
	}
}

var errKeeperUnknown = errors.New("its keeper has not written its process number yet")

// terminate asks the keeper to stop the task. That of one that has ended is no error.
func (k *keeper) terminate() error {
	if err := k.find(); err != nil {
		return err
	}
	err := terminate(k.process)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// kill ends the keeper at once. On Linux the task's process ends with it.
func (k *keeper) kill() {
	if k.find() == nil {
		_ = k.process.Kill() // it may have ended
	}
}

// find finds the process of a keeper that is no child of this one. Its number could be that of
// another process by now; but if its lock is held after the process was found, it is the right one.
func (k *keeper) find() error {
	if k.process != nil {
		return nil
	}
	path := filepath.Join(k.dir, lockFile)
	signed := readSignature[signature](path)
	if signed.Keeper == 0 {
		return errKeeperUnknown
	}
	process, err := os.FindProcess(signed.Keeper)
	if err != nil {
		return err
	}
	lock, err := takeLock(path, os.O_CREATE)
	if err != nil {
		return err
	}
	if lock != nil {
		lock.release()
		return os.ErrProcessDone
	}
	k.process = process
	return nil
}

// release frees what the worker has of a keeper that has ended.
func (k *keeper) release() {
	if k.lock != nil {
		k.lock.release()
	}
}
