package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A measurement is what one run of a command took.
type measurement struct {
	Wall float64 `json:"wall"` // seconds
	CPU  float64 `json:"cpu"`  // seconds of all its processes
	RSS  int64   `json:"rss"`  // bytes at the peak

	// Counter is what Hadoop's tasks themselves say that they took, in seconds.
	Counter float64 `json:"counter,omitempty"`
}

// mean returns the means of what some runs took, and the greatest of their peaks.
func mean(runs []measurement) (m measurement) {
	n := float64(len(runs))
	for _, run := range runs {
		m.Wall += run.Wall / n
		m.CPU += run.CPU / n
		m.Counter += run.Counter / n
		m.RSS = max(m.RSS, run.RSS)
	}
	return m
}

// adoptOrphans makes this process the parent of descendants whose own parent has ended.
func adoptOrphans() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// orphanLimit is how long processes may outlive the command that started them.
const orphanLimit = 30 * time.Second

// measure runs a command to its end. Its standard output is thrown away, and its standard
// error is told where it fails.
func measure(ctx context.Context, argv, env []string, dir string) (measurement, error) {
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var stderr bytes.Buffer
	c.Stderr, c.Env, c.Dir = &stderr, env, dir
	c.WaitDelay = orphanLimit
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	start := time.Now()
	if err := c.Start(); err != nil {
		return measurement{}, err
	}
	peak := watchTree(c.Process.Pid)
	err := c.Wait()
	m := measurement{Wall: time.Since(start).Seconds(), RSS: peak()}
	m.add(c.ProcessState.SysUsage().(*syscall.Rusage))
	if orphans := m.addOrphans(c.Process.Pid); err == nil {
		err = orphans
	}
	if err != nil {
		return m, fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, lastLines(stderr.String(), 20))
	}
	return m, nil
}

func (m *measurement) add(usage *syscall.Rusage) {
	m.CPU += float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
	m.RSS = max(m.RSS, usage.Maxrss<<10)
}

// addOrphans waits for the processes that the command left behind.
func (m *measurement) addOrphans(group int) error {
	timer := time.AfterFunc(orphanLimit, func() { _ = syscall.Kill(-group, syscall.SIGKILL) })
	defer timer.Stop()
	for {
		var usage syscall.Rusage
		_, err := syscall.Wait4(-1, nil, 0, &usage)
		switch {
		case errors.Is(err, syscall.ECHILD):
			return nil
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return err
		}
		m.add(&usage)
	}
}

// watchTree looks at the memory of a process and its descendants until the returned function is
// called, which tells the greatest sum in bytes. One process alone is left to wait4.
func watchTree(pid int) (peak func() int64) {
	stop, result := make(chan struct{}), make(chan int64)
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		most := int64(0)
		for {
			select {
			case <-tick.C:
				if tree := descendants(pid); len(tree) > 1 {
					most = max(most, residentBytes(tree))
				}
			case <-stop:
				result <- most
				return
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-result
	}
}

// descendants returns a process and what it and its descendants have started from their main threads.
func descendants(pid int) []int {
	tree := []int{pid}
	for i := 0; i < len(tree); i++ {
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", tree[i]))
		if err != nil {
			continue // it has just ended
		}
		for child := range strings.FieldsSeq(string(children)) {
			if id, err := strconv.Atoi(child); err == nil {
				tree = append(tree, id)
			}
		}
	}
	return tree
}

func residentBytes(pids []int) (sum int64) {
	for _, pid := range pids {
		statm, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "statm"))
		if err != nil {
			continue
		}
		var size, resident int64
		if _, err := fmt.Sscan(string(statm), &size, &resident); err == nil {
			sum += resident * int64(os.Getpagesize())
		}
	}
	return sum
}

// lastLines returns the last lines of a text, at most n.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
