package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"
)

// results are the raw figures of all jobs that were measured, as the file results.json has them.
type results struct {
	Jobs []*jobResult `json:"jobs"`
}

// A jobResult is one sitting of one job.
type jobResult struct {
	Name    string       `json:"name"`
	Date    time.Time    `json:"date"`
	Scale   float64      `json:"scale"`
	Load    float64      `json:"load"` // load average over a minute before the first run
	Machine machine      `json:"machine"`
	Rows    []*rowResult `json:"rows"`
}

// A rowResult has the runs of one row.
type rowResult struct {
	Name  string        `json:"name"`
	Bytes int64         `json:"bytes"` // of input
	Runs  []measurement `json:"runs"`
	Check string        `json:"check"` // what the comparison of the output said
	Error string        `json:"error,omitempty"`
}

// A summary is what a report tells of the runs of a row: medians and extremes.
type summary struct {
	Wall, MinWall, MaxWall float64
	CPU, Counter           float64
	RSS, MaxRSS            int64
	Bytes                  int64
	Runs                   int
	Check                  string
}

// job returns the result of a job, or nil.
func (r *results) job(name string) *jobResult {
	if i := slices.IndexFunc(r.Jobs, func(j *jobResult) bool { return j.Name == name }); i >= 0 {
		return r.Jobs[i]
	}
	return nil
}

// set adds the result of a job in place of the one before.
func (r *results) set(j *jobResult) {
	r.Jobs = append(slices.DeleteFunc(r.Jobs, func(old *jobResult) bool { return old.Name == j.Name }), j)
}

// summary returns the summary of a row, or nil where it has no run.
func (j *jobResult) summary(name string) *summary {
	if j == nil {
		return nil
	}
	i := slices.IndexFunc(j.Rows, func(r *rowResult) bool { return r.Name == name })
	if i < 0 || len(j.Rows[i].Runs) == 0 || j.Rows[i].Error != "" {
		return nil
	}
	return j.Rows[i].summarise()
}

func (r *rowResult) summarise() *summary {
	var walls, cpus, counters []float64
	var sizes []int64
	for _, m := range r.Runs {
		walls, cpus, counters = append(walls, m.Wall), append(cpus, m.CPU), append(counters, m.Counter)
		sizes = append(sizes, m.RSS)
	}
	return &summary{
		Wall: median(walls), MinWall: slices.Min(walls), MaxWall: slices.Max(walls),
		CPU: median(cpus), Counter: median(counters), RSS: median(sizes), MaxRSS: slices.Max(sizes),
		Bytes: r.Bytes, Runs: len(r.Runs), Check: r.Check,
	}
}

// median returns the middle of values, or of an even number the mean of the two in the middle.
func median[N float64 | int64](values []N) N {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// readResults reads a file of results; none is there at first.
func readResults(name string) (*results, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return &results{}, nil
	}
	if err != nil {
		return nil, err
	}
	var r results
	return &r, json.Unmarshal(text, &r)
}

func (r *results) write(name string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o666)
}
