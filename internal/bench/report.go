package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const preface = `# Benchmarks

gomr's local engine and the tools that one might use instead, on the same files and in one sitting:
their runs alternate, and these are the medians. ` + "`make bench`" + ` measures all of it again and writes this file
(` + "`make bench JOBS=wordcount RUNS=3`" + ` a part of it). How it measures stands in [internal/bench/doc.go](internal/bench/doc.go),
each tool's program in [internal/bench/peers](internal/bench/peers), gomr's in [internal/bench/jobs](internal/bench/jobs).

Wall time is that of the whole process, from the start of an interpreter or a JVM to its end; the ratio is to the
row without one. CPU is user and system time of all its processes. Memory is the peak of their resident sets, mapped
input included. "Warm" is a sitting in which each run finds its programs and its input in the page cache, and memory that
the machine has at hand, whatever ran before it. "Equal" is a result that is the same as that of the first row, key by key.

Under YARN (` + "`make bench-cluster`" + `), wall time is that of the client's command, CPU that of all containers with the
application master's, and the counted CPU is the sum of the tasks' own ` + "`CPU_MILLISECONDS`" + `.
`

// render returns the report of all jobs that have a result. The sections of others stay as
// they are in the report before.
func render(jobs []job, all *results, before string) string {
	var b strings.Builder
	b.WriteString(preface)
	if len(all.Jobs) > 0 {
		renderMachine(&b, all.Jobs[len(all.Jobs)-1].Machine)
	}
	for _, j := range jobs {
		if result := all.job(j.name); result != nil {
			renderJob(&b, j, result, all)
		} else {
			b.WriteString(section(before, j.title))
		}
	}
	return b.String()
}

// section returns a section of a report, or nothing.
func section(report, title string) string {
	heading := "\n## " + title + "\n"
	start := strings.Index(report, heading)
	if start < 0 {
		return ""
	}
	size := len(heading)
	if next := strings.Index(report[start+size-1:], "\n## "); next >= 0 {
		return report[start : start+size-1+next]
	}
	return report[start:]
}

func renderMachine(b *strings.Builder, m machine) {
	fmt.Fprintf(b, "\n## Machine\n\n%s, %d cores (%s), %s of memory, %s.\n", m.CPU, m.Cores, m.Caches, m.Memory, m.Kernel)
	var versions []string
	for _, v := range m.Versions {
		versions = append(versions, v.Tool+" "+v.Version)
	}
	fmt.Fprintf(b, "%s.\n", strings.Join(versions, ", "))
}

func renderJob(b *strings.Builder, j job, result *jobResult, all *results) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", j.title, j.about)
	last := "memory MB"
	if j.cluster {
		last = "counted CPU s"
	}
	fmt.Fprintf(b, "| | wall s | min–max | ratio | CPU s | MB/s | %s | runs | result |\n", last)
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|---|\n")
	for _, r := range j.rows {
		renderRow(b, j, r, result)
	}
	fmt.Fprintf(b, "\n%s, load before it %.1f", result.Date.Format(time.DateOnly), result.Load)
	if !j.cluster {
		b.WriteString(", warm")
	}
	if result.Scale != 1 {
		fmt.Fprintf(b, ", **at %g of the size**", result.Scale)
	}
	b.WriteString(".\n")
	renderTargets(b, j, result, all)
}

func renderRow(b *strings.Builder, j job, r row, result *jobResult) {
	s := result.summary(r.name)
	if s == nil {
		if failed := result.failure(r.name); failed != "" {
			fmt.Fprintf(b, "| %s | | | | | | | | failed: %s |\n", r.name, cell(failed))
		}
		return
	}
	base := r.base
	if base == "" {
		base = j.rows[0].name
	}
	ratio := ""
	if other := result.summary(base); other != nil && base != r.name {
		ratio = fmt.Sprintf("%.2f", s.Wall/other.Wall)
	}
	last := megabytes(s.RSS)
	if j.cluster {
		last = threeDigits(s.Counter)
	}
	fmt.Fprintf(b, "| %s | %s | %s–%s | %s | %s | %s | %s | %d | %s |\n", r.name, threeDigits(s.Wall), threeDigits(s.MinWall), threeDigits(s.MaxWall),
		ratio, threeDigits(s.CPU), threeDigits(float64(s.Bytes)/1e6/s.Wall), last, s.Runs, cell(s.Check))
}

func renderTargets(b *strings.Builder, j job, result *jobResult, all *results) {
	if len(j.targets) == 0 {
		return
	}
	b.WriteString("\n| target | measured | |\n|---|---|---|\n")
	for _, t := range j.targets {
		measured, ok := t.check(all, result)
		verdict := "reached"
		switch {
		case measured == notMeasured:
			verdict = ""
		case !ok:
			verdict = "**missed**"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", t.text, cell(measured), verdict)
	}
}

// failure returns why a row has no result, or nothing.
func (j *jobResult) failure(name string) string {
	for _, r := range j.Rows {
		if r.Name == name {
			return r.Error
		}
	}
	return ""
}

// cell returns a text that fits a cell of a table.
func cell(text string) string {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "|", `\|`)), " ")
	if runes := []rune(text); len(runes) > 120 {
		text = string(runes[:120]) + "…"
	}
	return text
}

// threeDigits returns a number with three digits that count, or all before the point.
func threeDigits(x float64) string {
	decimals := 3
	for bound := 1.0; x >= bound && decimals > 0; bound *= 10 {
		decimals--
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// megabytes returns a number of bytes in MB, as 2^20 bytes.
func megabytes(bytes int64) string { return strconv.FormatInt((bytes+1<<19)>>20, 10) }
