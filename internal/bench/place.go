package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// A place is where the harness keeps its files.
type place struct {
	repository string // the source tree
	cache      string // inputs, outputs and figures
	inputs     string // the folder of a row's inputs
	output     string // a row's output
	show       string // what prints the output, unless a row says it itself
	data       data
}

func newPlace(scale float64) (*place, error) {
	repository, err := filepath.Abs(".")
	if err != nil {
		return nil, err
	}
	cache := filepath.Join(repository, ".cache", "bench")
	inputs := filepath.Join(cache, "data", strconv.FormatFloat(scale, 'g', -1, 64))
	return &place{
		repository: repository,
		cache:      cache,
		inputs:     inputs,
		output:     filepath.Join(cache, "out"),
		show:       `if [ -d $OUT ]; then cat $OUT/part-*; else cat $OUT; fi`,
		data:       data{corpus: filepath.Join(cache, "corpus"), dir: inputs, scale: scale},
	}, nil
}

// lock keeps other sittings away until the returned function is called: two at the same time would
// spoil each other's figures, and outputs.
func (p *place) lock() (unlock func(), err error) {
	if err := os.MkdirAll(p.cache, 0o777); err != nil {
		return nil, err
	}
	f, err := os.Create(filepath.Join(p.cache, "lock"))
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("another bench is at work in %s: %w", p.cache, err)
	}
	return func() { f.Close() }, nil
}

// onCluster moves the inputs and outputs of rows to HDFS.
func (p *place) onCluster() {
	p.inputs, p.output, p.show = "/bench", "/bench-out", `hadoop fs -cat "$OUT/part-*"`
}

func (p *place) temporary() string { return filepath.Join(p.cache, "tmp") }

func (p *place) results() string { return filepath.Join(p.cache, "results.json") }

// environment returns the variables of a row's command.
func (p *place) environment(r row) []string {
	env := append(os.Environ(),
		"PATH="+filepath.Join(os.Getenv("HADOOP_HOME"), "bin")+":"+os.Getenv("PATH"),
		"GOMR="+filepath.Join(p.cache, "bin", "jobs"),
		"HANDWRITTEN="+filepath.Join(p.cache, "bin", "handwritten"),
		"PEERS="+filepath.Join(p.repository, "internal", "bench", "peers"),
		"PYTHON="+filepath.Join(p.cache, "venv", "bin", "python"),
		"CORES="+strconv.Itoa(runtime.NumCPU()),
		"OUT="+p.output,
		"TMPDIR="+p.temporary(),
		"SPARK_LOCAL_IP=127.0.0.1", // or it looks for the machine's name for some seconds
		"PYTHONWARNINGS=ignore",
	)
	for i, name := range []string{"IN", "IN2"}[:min(2, len(r.inputs))] {
		env = append(env, name+"="+filepath.Join(p.inputs, r.inputs[i]))
	}
	return env
}
