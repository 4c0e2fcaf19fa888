package streaming

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"

	"github.com/gomr/gomr/mr"
)

// workerJobs returns the jobs of these tests by their names.
func workerJobs() map[string]mr.Job {
	return map[string]mr.Job{
		"FirstLine":   mr.MapOnly(mr.MapTask(firstLine)),
		"Longest":     mr.MapReduce(mr.MapFunc(oneKey), mr.ReduceFunc(longest)),
		"Lines":       mr.MapReduce(mr.MapFunc(twoKeys), mr.ReduceFunc(join)),
		"Line counts": mr.MapMerge(mr.MapFunc(oneEach), mr.Sum),
		"LinesOnly":   mr.MapOnly(mr.MapFunc(sameLine)),
		"Fails":       mr.MapReduce(mr.MapFunc(failOnDogs), mr.ReduceFunc(failOnCats)),
		"Merge panics": mr.MapMerge(mr.MapFunc(oneEach), func(a, b int) int {
			panic("can't merge")
		}),
		"Side files": mr.MapOnly(&sideFileReader{}, mr.Files("/data/stop-words.txt", "/data/other.txt#second")),
	}
}

// firstLine reads no more than a record.
func firstLine(_ *mr.Env, lines iter.Seq[string], emit mr.Emit[string, struct{}]) error {
	for line := range lines {
		emit(line, struct{}{})
		break
	}
	return nil
}

func oneKey(line string, emit mr.Emit[string, string]) error {
	emit("longest", line)
	return nil
}

func longest(key string, lines iter.Seq[string], emit mr.Emit[string, int]) error {
	n := 0
	for line := range lines {
		n = max(n, len(line))
	}
	emit(key, n)
	return nil
}

// twoKeys emits a line under two keys, so that there are few keys and many values.
func twoKeys(line string, emit mr.Emit[string, string]) error {
	emit("", line)
	emit("key", line)
	return nil
}

func join(key string, lines iter.Seq[string], emit mr.Emit[string, string]) error {
	var b strings.Builder
	for line := range lines {
		fmt.Fprintf(&b, "%q", line)
	}
	emit(key, b.String())
	return nil
}

func sameLine(line []byte, emit mr.Emit[[]byte, struct{}]) error {
	emit(line, struct{}{})
	return nil
}

var errAnimal = errors.New("an animal")

// failOnDogs returns an error for dogs and panics for wolves.
func failOnDogs(line string, emit mr.Emit[string, int]) error {
	switch {
	case strings.Contains(line, "dog"):
		return errAnimal
	case strings.Contains(line, "wolf"):
		var lines map[string]int
		lines[line]++
	}
	emit(line, 1)
	return nil
}

func failOnCats(line string, _ iter.Seq[int], _ mr.Emit[string, int]) error {
	if strings.Contains(line, "cat") {
		panic(errAnimal)
	}
	return nil
}

func oneEach(line string, emit mr.Emit[string, int]) error {
	emit(line, 1)
	return nil
}

// A sideFileReader emits what it can read of the files that its lines name.
type sideFileReader struct{ env *mr.Env }

func (r *sideFileReader) SetupMap(env *mr.Env) error {
	r.env = env
	return nil
}

func (r *sideFileReader) Map(name string, emit mr.Emit[string, string]) error {
	text, err := fs.ReadFile(r.env.Files(), name)
	if err != nil {
		text = []byte(err.Error())
	}
	emit(name, string(text))
	return nil
}
