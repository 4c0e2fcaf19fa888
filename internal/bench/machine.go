package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// A machine is what was measured on.
type machine struct {
	CPU      string    `json:"cpu"`
	Cores    int       `json:"cores"`
	Caches   string    `json:"caches"`
	Memory   string    `json:"memory"`
	Kernel   string    `json:"kernel"`
	Versions []version `json:"versions"`
}

// A version is that of a tool.
type version struct {
	Tool    string `json:"tool"`
	Version string `json:"version"`
}

// versionCommands print versions; the first number with a dot in it is taken.
func (p *place) versionCommands() [][]string {
	python := filepath.Join(p.cache, "venv", "bin", "python")
	commands := [][]string{
		{"GNU sort", "sort", "--version"}, {"GNU grep", "grep", "--version"},
		{"mawk", "mawk", "-W", "version"}, {"ripgrep", "rg", "--version"}, {"Java", "java", "-version"},
		{"Python", python, "--version"},
	}
	for _, module := range []string{"duckdb", "polars", "pyspark", "mrjob", "luigi"} {
		commands = append(commands, []string{module, python, "-c", "from importlib.metadata import version; print(version('" + module + "'))"})
	}
	return commands
}

// describeMachine asks the system and the tools.
func (p *place) describeMachine(ctx context.Context) machine {
	m := machine{
		CPU:    fieldOf("/proc/cpuinfo", "model name"),
		Cores:  runtime.NumCPU(),
		Caches: caches(),
		Memory: gibibytes(fieldOf("/proc/meminfo", "MemTotal")),
		Kernel: "Linux " + firstWord("/proc/sys/kernel/osrelease"),
	}
	m.Versions = append(m.Versions, version{"Go", strings.TrimPrefix(runtime.Version(), "go")})
	for _, c := range p.versionCommands() {
		out, _ := exec.CommandContext(ctx, c[1], c[2:]...).CombinedOutput()
		m.Versions = append(m.Versions, version{c[0], firstVersion(string(out))})
	}
	return m
}

var versionPattern = regexp.MustCompile(`\d+(\.\d+)+`)

// firstVersion returns the first number with a dot in it.
func firstVersion(text string) string {
	if v := versionPattern.FindString(text); v != "" {
		return v
	}
	return "not there"
}

// fieldOf returns what stands behind the first "name:" of a file of /proc.
func fieldOf(file, name string) string {
	text, _ := os.ReadFile(file)
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func firstWord(file string) string {
	text, _ := os.ReadFile(file)
	word, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	return word
}

func gibibytes(kilobytes string) string {
	var n float64
	if _, err := fmt.Sscan(kilobytes, &n); err != nil {
		return kilobytes
	}
	return fmt.Sprintf("%.0f GiB", n/(1<<20))
}

// caches returns the sizes of the caches of the first core.
func caches() string {
	var all []string
	folders, _ := filepath.Glob("/sys/devices/system/cpu/cpu0/cache/index*")
	for _, folder := range folders {
		kind := firstWord(filepath.Join(folder, "type"))
		if kind != "Instruction" {
			all = append(all, "L"+firstWord(filepath.Join(folder, "level"))+" "+firstWord(filepath.Join(folder, "size")))
		}
	}
	return strings.Join(all, ", ")
}

func loadAverage() (load float64) {
	_, _ = fmt.Sscan(firstWord("/proc/loadavg"), &load)
	return load
}
