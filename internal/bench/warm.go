package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// warm puts the machine in the same state before each run of a row, whatever ran before: on a virtual machine
// free memory goes back to the host, and files that nobody reads for a minute leave the page cache. Some runs of the row
// may have been before.
func (s *sitting) warm(ctx context.Context, r row, before []measurement) error {
	folders := s.place.programs()
	if s.cluster == nil {
		for _, input := range r.inputs {
			folders = append(folders, s.place.data.path(input))
		}
	}
	var err error
	for _, folder := range folders {
		err = errors.Join(err, readFolder(folder))
	}
	return errors.Join(err, warmMemory(ctx, memoryOf(before)))
}

// programs are the folders of what rows run: gomr and the handwritten program, Python's tools, Hadoop and Java.
func (p *place) programs() []string {
	folders := []string{filepath.Join(p.cache, "bin"), filepath.Join(p.cache, "venv")}
	if hadoop := os.Getenv("HADOOP_HOME"); hadoop != "" {
		folders = append(folders, hadoop)
	}
	if java, err := exec.LookPath("java"); err == nil {
		if java, err = filepath.EvalSymlinks(java); err == nil {
			folders = append(folders, filepath.Join(filepath.Dir(java), ".."))
		}
	}
	return folders
}

// readFolder reads each file of a folder, so that the page cache has it. One that is not there is of a tool that
// is not there, whose row says so.
func readFolder(folder string) error {
	root := os.DirFS(folder)
	return fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		f, err := root.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(io.Discard, f)
		return err
	})
}

// mostMemory is more than any row takes: 3.4 GB is the most, and its output stays in the page cache.
const mostMemory = 4 << 30

// memoryOf returns how many bytes of memory the next run of a row has at hand: what those before it took, with room for its
// output in the page cache, and not much more, since it is disturbed while the system gives back what nobody uses.
func memoryOf(before []measurement) (n int64) {
	if len(before) == 0 {
		return mostMemory
	}
	for _, run := range before {
		n = max(n, run.RSS)
	}
	return min(n+n/2, mostMemory)
}

// warmMemory has memory at hand that the host has given. The host gives a page anew in 3 to 4 ns
// for each byte, where the system itself takes 0.3. A process of its own touches the memory and ends,
// since the peak of this one is where those of its children begin. It keeps the memory until the system
// has given back what the run before left: for 4 GiB that takes a quarter of a processor 15 seconds long.
func warmMemory(ctx context.Context, size int64) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if size = min(size, availableBytes()/2); size == 0 {
		return nil
	}
	var stderr bytes.Buffer
	c := exec.CommandContext(ctx, self, "-touch", strconv.FormatInt(size, 10))
	c.Stderr = &stderr
	keep, err := c.StdinPipe()
	if err != nil {
		return err
	}
	touched, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, touched); err == nil { // it closes its output
		waitQuiet(ctx)
	}
	keep.Close()
	if err := c.Wait(); err != nil {
		return fmt.Errorf("touching %d bytes of memory: %w\n%s", size, err, stderr.String())
	}
	return nil
}

// availableBytes is what programs can take without making the system write or drop what it has.
func availableBytes() int64 {
	kilobytes, _, _ := strings.Cut(fieldOf("/proc/meminfo", "MemAvailable"), " ")
	n, err := strconv.ParseInt(kilobytes, 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}

// touchMemory writes to each page of so much new memory, tells so by closing its output, and keeps the memory until its input ends.
func touchMemory(bytes int64) error {
	memory, err := unix.Mmap(-1, 0, int(bytes), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return err
	}
	_ = unix.Madvise(memory, unix.MADV_HUGEPAGE) // a kernel without them gives small ones
	for i := 0; i < len(memory); i += os.Getpagesize() {
		memory[i] = 1
	}
	if err := os.Stdout.Close(); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, unix.Munmap(memory))
}

// A machine is quiet where its processors did nothing for quietTime but for quietBusy of it. The work that comes every two
// seconds fits in. One that never is has its daemons, and they run during the run too.
const (
	quietTime  = 2500 * time.Millisecond
	quietBusy  = 0.02
	quietLimit = 20 * time.Second
)

// waitQuiet waits until the machine is quiet, or for quietLimit.
func waitQuiet(ctx context.Context) {
	deadline := time.Now().Add(quietLimit)
	busy, all := processorTime()
	for time.Now().Before(deadline) {
		select {
		case <-time.After(quietTime):
		case <-ctx.Done():
			return
		}
		nowBusy, nowAll := processorTime()
		if float64(nowBusy-busy) <= quietBusy*float64(nowAll-all) {
			return
		}
		busy, all = nowBusy, nowAll
	}
}

// processorTime returns how long processors have been busy since the system began, and how long they have been there, in ticks.
// Time that the host took is neither.
func processorTime() (busy, all int64) {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(text), "\n")
	for i, field := range strings.Fields(strings.TrimPrefix(line, "cpu")) {
		ticks, _ := strconv.ParseInt(field, 10, 64)
		switch i {
		case 0, 1, 2, 5, 6: // user, nice, system, and interrupts
			busy += ticks
			all += ticks
		case 3, 4: // idle, and waiting for disks
			all += ticks
		}
	}
	return busy, all
}
