package worker

import (
	"bytes"
	"io"
	"maps"
	"os"
	"path/filepath"
)

// A detailReader reads the details that a task appends to a file, as they come.
type detailReader struct {
	path   string
	offset int64             // of the first line that was not read
	fresh  map[string]string // what the scheduler doesn't know
}

func newDetailReader(dir string) *detailReader {
	return &detailReader{path: filepath.Join(dir, detailsFile)}
}

// maxDetails is how much is read at once. A longer line is skipped.
const maxDetails = 64 << 10

// read adds new whole lines to what is fresh. A line that is no object is left out.
func (r *detailReader) read() {
	file, err := os.Open(r.path)
	if err != nil {
		return // as a rule there are none
	}
	defer file.Close()
	piece := make([]byte, maxDetails)
	for {
		n, err := file.ReadAt(piece, r.offset)
		whole := bytes.LastIndexByte(piece[:n], '\n') + 1
		if whole == 0 && n == len(piece) {
			whole = n
		}
		if err != nil && err != io.EOF || whole == 0 {
			return
		}
		r.offset += int64(whole)
		for line := range bytes.Lines(piece[:whole]) {
			details, err := parseDetails(line)
			if err != nil {
				continue
			}
			if r.fresh == nil {
				r.fresh = map[string]string{}
			}
			maps.Copy(r.fresh, details)
		}
	}
}

// allDetails returns all details of an attempt that has ended.
func allDetails(dir string) map[string]string {
	r := newDetailReader(dir)
	r.read()
	return r.fresh
}
