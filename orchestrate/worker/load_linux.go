package worker

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// readLoad reads what the kernel tells in the folder proc, and how full the disk of dir is. What can't be read is left
// out.
func readLoad(proc, dir string, sessions map[int]bool) (*scheduler.Load, processorTimes) {
	load := &scheduler.Load{}
	times := readProcessors(filepath.Join(proc, "stat"), load)
	times.sessions = readSessions(proc, sessions)
	if text, err := os.ReadFile(filepath.Join(proc, "loadavg")); err == nil {
		first, _, _ := strings.Cut(string(text), " ")
		if average, err := strconv.ParseFloat(first, 64); err == nil {
			load.Average = &average
		}
	}
	readMemory(filepath.Join(proc, "meminfo"), load)
	var disk unix.Statfs_t
	if err := unix.Statfs(dir, &disk); err == nil {
		block := int64(disk.Bsize) //nolint:unconvert // on other processors it is of another type
		load.DiskFree, load.DiskTotal = int64(disk.Bavail)*block, int64(disk.Blocks)*block
	}
	return load, times
}

// readProcessors reads the first line of /proc/stat, such as "cpu  10 0 5 100 3 0 1 0 0 0", and counts the others that
// are of a processor.
func readProcessors(path string, load *scheduler.Load) (times processorTimes) {
	const idle, waits, guest = 3, 4, 8 // the time of guests is in that of users, too
	text, err := os.ReadFile(path)
	if err != nil {
		return times
	}
	for line := range strings.Lines(string(text)) {
		name, numbers, _ := strings.Cut(line, " ")
		switch {
		case name == "cpu":
			for i, ticks := range numbersOf(strings.Fields(numbers)) {
				if i >= guest {
					break
				}
				times.all += ticks
				if i != idle && i != waits {
					times.busy += ticks
				}
			}
		case strings.HasPrefix(name, "cpu"):
			load.Processors++
		}
	}
	return times
}

// readMemory reads lines such as "MemTotal: 16316412 kB".
func readMemory(path string, load *scheduler.Load) {
	text, err := os.ReadFile(path)
	if err != nil {
		return
	}
	sizes := map[string]int64{}
	for line := range strings.Lines(string(text)) {
		name, size, _ := strings.Cut(line, ":")
		if n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(size), " kB"), 10, 64); err == nil {
			sizes[name] = n << 10
		}
	}
	total, available := sizes["MemTotal"], sizes["MemAvailable"]
	if total > 0 && available > 0 {
		load.MemoryTotal, load.MemoryUsed = total, total-available
	}
}

// readSessions returns how many ticks the processes of some sessions have taken.
func readSessions(proc string, sessions map[int]bool) map[int]int64 {
	taken := map[int]int64{}
	if len(sessions) == 0 {
		return taken
	}
	entries, err := os.ReadDir(proc)
	if err != nil {
		return taken
	}
	for _, entry := range entries {
		if _, err := strconv.Atoi(entry.Name()); err != nil {
			continue
		}
		text, err := os.ReadFile(filepath.Join(proc, entry.Name(), "stat"))
		if err != nil {
			continue // it has ended
		}
		if session, ticks, ok := parseProcess(text); ok && sessions[session] {
			taken[session] += ticks
		}
	}
	return taken
}

// parseProcess reads a line such as "17 (a name) S 1 17 17 0 -1 4194560 1 2 0 0 10 5 7 3 …". The name may have any
// characters.
func parseProcess(line []byte) (session int, ticks int64, ok bool) {
	const sessionAt, firstTicks, lastTicks = 3, 11, 14 // behind the name: of itself, and of children it has waited for
	fields := strings.Fields(string(line[bytes.LastIndexByte(line, ')')+1:]))
	if len(fields) <= lastTicks {
		return 0, 0, false
	}
	session, err := strconv.Atoi(fields[sessionAt])
	for _, n := range numbersOf(fields[firstTicks : lastTicks+1]) {
		ticks += n
	}
	return session, ticks, err == nil
}

// numbersOf reads the numbers of a line; what is none is zero.
func numbersOf(fields []string) []int64 {
	numbers := make([]int64, len(fields))
	for i, field := range fields {
		numbers[i], _ = strconv.ParseInt(field, 10, 64)
	}
	return numbers
}
