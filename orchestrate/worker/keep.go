package worker

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// Keep runs the task of the attempt in a folder, and writes how that ended. It is all that a process
// does that [Options.Keeper] starts: the process takes SIGTERM from then on, and ends after it. The end
// of ctx is the same as SIGTERM. An error means that no end was written; the process is to print it and
// to exit with another status than 0.
func Keep(ctx context.Context, dir string) error {
	// Before anything else, so that SIGTERM ends this process when nothing has begun, or is obeyed.
	signals := make(chan os.Signal, 1)
	notifyStop(signals)

	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	lock, err := takeLock(filepath.Join(dir, lockFile), 0)
	if err != nil {
		return fmt.Errorf("lock the attempt: %w", err)
	}
	if lock == nil {
		return fmt.Errorf("the attempt in %s is kept by another process, or was given up", dir)
	}
	defer lock.release()
	k := &keep{dir: dir, lock: lock}
	if err := readJSON(filepath.Join(dir, assignmentFile), &k.record); err != nil {
		return fmt.Errorf("read what to do: %w", err)
	}
	if err := lock.sign(signature{Keeper: os.Getpid()}); err != nil {
		return fmt.Errorf("sign the lock: %w", err)
	}
	end := k.run(ctx, signals)
	end.Ended = time.Now()
	if err := writeJSON(filepath.Join(dir, endFile), end); err != nil {
		return fmt.Errorf("write how the task ended: %w", err)
	}
	return nil
}

// A keep is a keeper at work.
type keep struct {
	dir    string
	lock   *fileLock
	record record
}

// run runs the task until it has ended, with its group.
func (k *keep) run(ctx context.Context, signals <-chan os.Signal) ending {
	// The kernel kills the task when the thread ends that has started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	log, err := os.OpenFile(filepath.Join(k.dir, logFile), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return ending{Error: err.Error()}
	}
	defer log.Close() // what can't be written is noted by the capped log
	output, input, err := os.Pipe()
	if err != nil {
		return ending{Error: err.Error()}
	}
	defer output.Close()
	cmd := k.command(input)
	err = cmd.Start()
	input.Close()
	if err != nil {
		return ending{Error: fmt.Sprintf("the task can't be started: %s", err)}
	}
	group := cmd.Process.Pid
	if err := k.lock.sign(signature{Keeper: os.Getpid(), Task: group}); err != nil {
		fmt.Fprintln(os.Stderr, "sign the lock:", err) // its group would stay if this process were killed
	}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		capped := newCappedLog(log, cmp.Or(k.record.MaxLog, defaultMaxLog))
		_, _ = io.Copy(onlyWriter{capped}, output) // it ends with the last writer, or by its deadline
		capped.finish()
	}()
	stopped := k.wait(ctx, cmd, signals)
	killGroup(group) // which nobody else can have got as soon as this

	// What has left the group may hold the pipe for ever.
	const patience = 5 * time.Second
	if err := output.SetReadDeadline(time.Now().Add(patience)); err != nil {
		output.Close()
	}
	<-copied
	end := ending{Stopped: stopped}
	end.Exit, end.Signal = endOf(cmd.ProcessState)
	return end
}

func (k *keep) command(output *os.File) *exec.Cmd {
	c := k.record.Command
	// It is ended with its group, by wait.
	cmd := exec.Command(c.Path, c.Args...) //nolint:noctx // as above
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.Env = append(cmd.Env, DirVariable+"="+k.dir)
	cmd.Stdout, cmd.Stderr = output, output
	ownGroup(cmd)
	return cmd
}

// wait returns when the task has ended, and whether it was asked to.
func (k *keep) wait(ctx context.Context, cmd *exec.Cmd, signals <-chan os.Signal) (stopped bool) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // the state of the process says all
	}()
	kill := time.NewTimer(time.Hour)
	kill.Stop()
	defer kill.Stop()
	var killAt time.Time
	done := ctx.Done()
	for {
		select {
		case <-ended:
			return stopped
		case <-done:
			done = nil
		case <-signals:
		case <-kill.C:
			killGroup(cmd.Process.Pid)
			continue
		}
		stopped = true
		terminateGroup(cmd.Process.Pid)
		if at := time.Now().Add(k.grace()); killAt.IsZero() || at.Before(killAt) {
			killAt = at
			kill.Reset(time.Until(at))
		}
	}
}

// grace returns the time that the task has to end, as whoever stops it says.
func (k *keep) grace() time.Duration {
	var s stop
	if err := readJSON(filepath.Join(k.dir, stopFile), &s); err != nil {
		return k.record.Grace
	}
	return s.Grace
}

// onlyWriter hides all methods but one, so that copying uses a buffer and waits for whole pieces.
type onlyWriter struct{ io.Writer }
