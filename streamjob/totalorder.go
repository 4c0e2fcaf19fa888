package streamjob

import (
	"bytes"
	"io"
	"sort"

	"github.com/gomr/gomr/seqfile"
)

// newTotalOrderPartitioner sends a key to the partition whose number is how many keys of a
// sequence file are not greater.
func newTotalOrderPartitioner(j *job) (partitioner, error) {
	name := j.conf.text("mapreduce.totalorderpartitioner.path", "_partition.lst")
	points, err := j.readPoints(name)
	if err != nil {
		return nil, &taskError{class: illegalArgument, text: "Can't read partitions file", cause: err}
	}
	order := j.mapKey.order
	if order == nil {
		order = bytes.Compare
	}
	fail := func(text string) (partitioner, error) {
		return nil, &taskError{class: illegalArgument, text: "Can't read partitions file", cause: ioErrorf("%s", text)}
	}
	if len(points) != j.reduces-1 {
		return fail("Wrong number of partitions in keyset")
	}
	for i := 1; i < len(points); i++ {
		if order(points[i-1], points[i]) >= 0 {
			return fail("Split points are out of order")
		}
	}
	return func(key []byte) (int, error) {
		return sort.Search(len(points), func(i int) bool { return order(points[i], key) > 0 }), nil
	}, nil
}

// readPoints reads the keys of a sequence file. A name without a folder is that of a file
// that is shipped.
func (j *job) readPoints(name string) ([][]byte, error) {
	path := pathOf(name)
	if name == "_partition.lst" {
		path = j.workDir + "/" + name
	}
	file, err := j.files.Open(path)
	if err != nil {
		return nil, &taskError{class: fileNotFound, text: "File " + qualify(path) + " does not exist"}
	}
	defer file.Close()
	info, err := j.files.Stat(path)
	if err != nil {
		return nil, err
	}
	r, err := seqfile.NewReader(io.NewSectionReader(file, 0, info.Size()), info.Size())
	if err != nil {
		return nil, err
	}
	if found := r.Header().KeyClass; found != j.mapKey.name {
		return nil, ioErrorf("wrong key class: %s is not class %s", j.mapKey.name, found)
	}
	var points [][]byte
	for r.Next() {
		content, ok := j.mapKey.content(r.Key())
		if !ok {
			return nil, ioErrorf("a key of %s is damaged", name)
		}
		points = append(points, bytes.Clone(content))
	}
	return points, r.Err()
}
