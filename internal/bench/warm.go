package main

import (
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

	"golang.org/x/sys/unix"
)

// warm puts the machine in the same state before each run of a row, whatever ran before: on a virtual machine
// free memory goes back to the host, and files that nobody reads for a minute leave the page cache.
func (s *sitting) warm(ctx context.Context, r row) error {
	folders := s.place.programs()
	if s.cluster == nil {
		for _, input := range r.inputs {
			folders = append(folders, s.place.data.path(input))
		}
	}
	err := warmMemory(ctx)
	for _, folder := range folders {
		err = errors.Join(err, readFolder(folder))
	}
	return err
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

// warmBytes is more than any row takes: 3.4 GB is the most, and its output stays in the page cache.
const warmBytes = 4 << 30

// warmMemory has memory at hand that the host has given. The host gives a page anew in 3 to 4 ns
// for each byte, where the system itself takes 0.3. A process of its own touches the memory and ends,
// since the peak of this one is where those of its children begin.
func warmMemory(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	bytes := min(warmBytes, availableBytes()/2)
	if bytes == 0 {
		return nil
	}
	out, err := exec.CommandContext(ctx, self, "-touch", strconv.FormatInt(bytes, 10)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("touching %d bytes of memory: %w\n%s", bytes, err, out)
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

// touchMemory writes to each page of so much new memory.
func touchMemory(bytes int64) error {
	memory, err := unix.Mmap(-1, 0, int(bytes), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return err
	}
	_ = unix.Madvise(memory, unix.MADV_HUGEPAGE) // a kernel without them gives small ones
	for i := 0; i < len(memory); i += os.Getpagesize() {
		memory[i] = 1
	}
	return unix.Munmap(memory)
}
