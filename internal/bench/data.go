package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
)

// A dataSet makes the files of an input, in a folder that is empty.
type dataSet struct {
	about string
	fill  func(d *data, dir string) error
}

// Sizes at scale 1.
const (
	recordCount = 10_000_000 // 1 GB
	clickCount  = 10_000_000 // 400 MB
	userCount   = 1_000_000  // 25 MB
	fileCount   = 4          // of each that is generated, users aside
)

var dataSets = map[string]dataSet{
	"all":       {"the corpus, ten files", cutCorpus(1, 0, 10)},
	"fourth":    {"a fourth of the corpus, in pieces from all over its files", cutCorpus(1./4, 0, 10)},
	"sixteenth": {"a sixteenth of the corpus, in pieces from all over its files", cutCorpus(1./16, 0, 10)},
	"three":     {"three files of the corpus", cutCorpus(1, 0, 3)},
	"slice":     {"one file of the corpus", cutCorpus(1, 4, 5)},
	"tiny":      {"some lines of the corpus", cutCorpus(1e-5, 4, 5)},
	"documents": {"one file of the corpus, 50 lines a document", fillDocuments},
	"records":   {"records of 100 bytes, four files", fillRecords},
	"clicks":    {"clicks of users, four files", fillClicks},
	"users": {"users, one file", func(d *data, dir string) error {
		return create(filepath.Join(dir, "users.txt"), func(w io.Writer) error { return writeUsers(w, d.scaled(userCount)) })
	}},
}

// data is the place of the inputs of one scale.
type data struct {
	corpus, dir string
	scale       float64
}

func (d *data) scaled(n int) int { return int(float64(n) * d.scale) }

func (d *data) path(name string) string { return filepath.Join(d.dir, name) }

// prepare makes an input that is not there. It is complete when it has the file that a task's
// target looks for too.
func (d *data) prepare(name string) error {
	dir := d.path(name)
	done := filepath.Join(dir, "_SUCCESS")
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o777)); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "bench: making the input %s\n", dir)
	if err := dataSets[name].fill(d, dir); err != nil {
		return err
	}
	return os.WriteFile(done, nil, 0o666)
}

// size returns how many bytes an input has.
func (d *data) size(name string) (sum int64, err error) {
	files, err := filepath.Glob(filepath.Join(d.path(name), "*.txt"))
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return 0, err
		}
		sum += info.Size()
	}
	return sum, err
}

// cutCorpus takes a part of some files of the corpus.
func cutCorpus(part float64, from, to int) func(d *data, dir string) error {
	return func(d *data, dir string) error {
		for i := from; i < to; i++ {
			name := fmt.Sprintf("text-%02d.txt", i)
			if err := cut(filepath.Join(d.corpus, name), filepath.Join(dir, name), part*d.scale); err != nil {
				return err
			}
		}
		return nil
	}
}

// pieceLength is about how many bytes of a file are taken in one piece. Texts change within a file of the corpus: the
// beginnings of its files have a tenth more words to the byte than the rest.
const pieceLength = 1 << 20

// cut takes pieces of a file at even distances, each to the end of a line.
func cut(source, target string, part float64) error {
	if part >= 1 {
		return os.Link(source, target)
	}
	f, err := os.Open(source)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	length := int64(float64(info.Size()) * part)
	pieces := length/pieceLength + 1
	return create(target, func(w io.Writer) error {
		for i := range pieces {
			if err := cutPiece(w, f, i*(info.Size()/pieces), length/pieces); err != nil {
				return err
			}
		}
		return nil
	})
}

// cutPiece writes the lines from the first that begins at an offset or behind it, to the one that ends some bytes later.
func cutPiece(w io.Writer, f io.ReaderAt, offset, length int64) error {
	r := bufio.NewReader(io.NewSectionReader(f, offset, math.MaxInt64-offset))
	if offset > 0 {
		if _, err := r.ReadBytes('\n'); err != nil {
			return ignoreEOF(err)
		}
	}
	if _, err := io.CopyN(w, r, length); err != nil {
		return ignoreEOF(err)
	}
	line, err := r.ReadBytes('\n')
	if err := ignoreEOF(err); err != nil {
		return err
	}
	_, err = w.Write(line)
	return err
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func fillDocuments(d *data, dir string) error {
	text := filepath.Join(dir, "text")
	if err := cut(filepath.Join(d.corpus, "text-00.txt"), text, d.scale); err != nil {
		return err
	}
	f, err := os.Open(text)
	if err != nil {
		return err
	}
	defer f.Close()
	err = create(filepath.Join(dir, "documents.txt"), func(w io.Writer) error { return writeDocuments(w, f) })
	return errors.Join(err, os.Remove(text))
}

func fillRecords(d *data, dir string) error {
	return createSeveral(dir, "records", d.scaled(recordCount), writeRecords)
}

func fillClicks(d *data, dir string) error {
	return createSeveral(dir, "clicks", d.scaled(clickCount), func(w io.Writer, first, n int) error {
		return writeClicks(w, first, n, d.scaled(userCount))
	})
}

// createSeveral divides n lines among some files.
func createSeveral(dir, name string, n int, write func(w io.Writer, first, n int) error) error {
	for i := range fileCount {
		first, end := i*n/fileCount, (i+1)*n/fileCount
		file := filepath.Join(dir, fmt.Sprintf("%s-%d.txt", name, i))
		if err := create(file, func(w io.Writer) error { return write(w, first, end-first) }); err != nil {
			return err
		}
	}
	return nil
}

func create(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	return errors.Join(write(w), w.Flush(), f.Close())
}
