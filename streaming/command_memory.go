package streaming

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// The container of a task holds a JVM and the task's program side by side, and YARN
// kills it when both together are larger than it. So the container is asked for as
// the sum of three: the heap of the JVM, what a JVM needs beside its heap, and what
// the program may use.
const (
	mebibyte = 1 << 20

	// jvmOverhead in MiB: the JVM's code, classes, threads and buffers. That of a
	// streaming task of Hadoop 3 was 110 to 150 MiB.
	jvmOverhead = 192

	// jvmHeap in MiB is for clusters that set none. The JVM only moves blocks.
	jvmHeap = 512

	// leastBudget in MiB is what a program gets in a container that the user made small.
	leastBudget = 32
)

// A container is the memory of a task's container, in MiB.
type container struct {
	heap   int64 // of the JVM
	total  int64
	budget int64             // of the program
	own    map[string]string // the properties that make it so
}

// container returns how the memory of the containers of a kind of task is split.
func (c *stepCommand) container(kind TaskKind) container {
	var (
		prefix     = "mapreduce." + string(kind)
		totalName  = prefix + ".memory.mb"
		optsName   = prefix + ".java.opts"
		opts       = cmp.Or(c.properties.get(optsName), c.properties.get("mapred.child.java.opts"))
		wanted     = (cmp.Or(c.task.Memory, DefaultMemory) + mebibyte - 1) / mebibyte
		configured = c.properties.number(totalName)
	)
	box := container{heap: heapOf(opts), own: make(map[string]string)}
	if box.heap == 0 {
		// Hadoop would give the heap four fifths of the container and leave nothing for the program.
		box.heap = max(jvmHeap, 256+c.properties.number("mapreduce.task.io.sort.mb"))
		box.own[optsName] = strings.TrimSpace(opts + " -Xmx" + strconv.FormatInt(box.heap, 10) + "m")
	}
	_, chosen := c.properties.set[totalName]
	if box.total = configured; !chosen {
		box.total = max(configured, box.heap+jvmOverhead+wanted)
		if most := c.properties.number("yarn.scheduler.maximum-allocation-mb"); most > 0 {
			box.total = min(box.total, most)
		}
		box.own[totalName] = strconv.FormatInt(box.total, 10)
	}
	box.budget = box.total - box.heap - jvmOverhead
	if c.task.Memory > 0 {
		box.budget = min(box.budget, wanted)
	}
	box.budget = max(box.budget, leastBudget)
	return box
}

// maxHeap finds the option of the JVM that limits its heap.
var maxHeap = regexp.MustCompile(`(?:^|\s)-Xmx(\d+)([kKmMgGtT]?)(?:\s|$)`)

// heapOf returns the heap that options of a JVM allow, in MiB, or zero where they
// don't say. The last of several counts.
func heapOf(opts string) int64 {
	matches := maxHeap.FindAllStringSubmatch(strings.ReplaceAll(opts, " ", "  "), -1)
	if len(matches) == 0 {
		return 0
	}
	last := matches[len(matches)-1]
	n, err := strconv.ParseInt(last[1], 10, 40)
	if err != nil {
		return 0
	}
	switch strings.ToLower(last[2]) {
	case "":
		return max(1, n/mebibyte)
	case "k":
		return max(1, n>>10)
	case "g":
		return n << 10
	case "t":
		return n << 20
	}
	return n
}
