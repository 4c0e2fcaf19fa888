package local

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// fallbackMemory is taken for the machine's memory where it can't be read.
const fallbackMemory = 4 << 30

// machineMemory returns the memory of the machine in bytes, or the limit of the
// process's control group where that is less.
func machineMemory() int64 {
	total := meminfoTotal()
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if text, err := os.ReadFile(file); err == nil {
			if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && limit > 0 {
				total = min(total, limit)
			}
		}
	}
	return total
}

func meminfoTotal() int64 {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return fallbackMemory
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var kilobytes int64
		if _, err := fmt.Sscanf(lines.Text(), "MemTotal: %d kB", &kilobytes); err == nil {
			return kilobytes << 10
		}
	}
	return fallbackMemory
}
