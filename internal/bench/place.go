package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

// A place is where the harness keeps its files.
type place struct {
	repository string // the source tree
	cache      string // inputs, outputs and figures
	data       data
}

func newPlace(scale float64) (*place, error) {
	repository, err := filepath.Abs(".")
	if err != nil {
		return nil, err
	}
	cache := filepath.Join(repository, ".cache", "bench")
	return &place{
		repository: repository,
		cache:      cache,
		data: data{
			corpus: filepath.Join(cache, "corpus"),
			dir:    filepath.Join(cache, "data", strconv.FormatFloat(scale, 'g', -1, 64)),
			scale:  scale,
		},
	}, nil
}

func (p *place) output() string  { return filepath.Join(p.cache, "out") }
func (p *place) results() string { return filepath.Join(p.cache, "results.json") }

// environment returns the variables of a row's command.
func (p *place) environment(r row) []string {
	env := append(os.Environ(),
		"GOMR="+filepath.Join(p.cache, "bin", "jobs"),
		"HANDWRITTEN="+filepath.Join(p.cache, "bin", "handwritten"),
		"PEERS="+filepath.Join(p.repository, "internal", "bench", "peers"),
		"PYTHON="+filepath.Join(p.cache, "venv", "bin", "python"),
		"CORES="+strconv.Itoa(runtime.NumCPU()),
		"OUT="+p.output(),
		"TMPDIR="+filepath.Join(p.cache, "tmp"),
		"SPARK_LOCAL_IP=127.0.0.1", // or it looks for the machine's name for some seconds
		"PYTHONWARNINGS=ignore",
	)
	for i, name := range []string{"IN", "IN2"}[:min(2, len(r.inputs))] {
		env = append(env, name+"="+p.data.path(r.inputs[i]))
	}
	return env
}
