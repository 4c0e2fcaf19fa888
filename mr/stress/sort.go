package stress

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
)

// A line is a line of an output, cut at its first tab. Its order is that of its
// fields, which groups the lines of a key.
type line struct {
	Key    string
	HasTab bool
	Rest   string
}

func parseLine(text string) line {
	key, rest, hasTab := strings.Cut(text, "\t")
	return line{key, hasTab, rest}
}

// String returns the line as it was.
func (l line) String() string {
	if !l.HasTab {
		return l.Key
	}
	return l.Key + "\t" + l.Rest
}

// compare compares as the encoding of keys does.
func (l line) compare(m line) int {
	switch {
	case l.Key != m.Key:
		return strings.Compare(l.Key, m.Key)
	case l.HasTab != m.HasTab && m.HasTab:
		return -1
	case l.HasTab != m.HasTab:
		return 1
	}
	return strings.Compare(l.Rest, m.Rest)
}

// sortLines returns a job that sorts lines.
func sortLines() mr.Job {
	return mr.MapReduce(
		mr.MapFunc(func(text string, emit mr.Emit[line, struct{}]) error {
			emit(parseLine(text), struct{}{})
			return nil
		}),
		mr.ReduceFunc(func(l line, same iter.Seq[struct{}], emit mr.Emit[struct{}, string]) error {
			for range same {
				emit(struct{}{}, l.String())
			}
			return nil
		}),
		mr.Output(mr.Values))
}

// sortedLines reads the output of sortLines.
type sortedLines struct {
	file    hdfs.Reader
	records *input.LineReader
	now     line
	ok      bool // whether there is a line
}

func openSorted(files hdfs.FileSystem, folder string) (*sortedLines, error) {
	file, err := files.Open(path.Join(folder, "part-00000"))
	if err != nil {
		return nil, err
	}
	s := &sortedLines{file: file, records: input.NewLineReader(file, input.LineOptions{KeepRecords: true})}
	s.next()
	return s, nil
}

func (s *sortedLines) next() {
	if s.ok = s.records.Next(); s.ok {
		s.now = parseLine(string(s.records.Record()))
	}
}

func (s *sortedLines) close() error { return errors.Join(s.records.Err(), s.file.Close()) }

// sameParts reports whether the parts of two folders are the same, byte for byte.
func sameParts(files hdfs.FileSystem, a, b string) (bool, error) {
	aNames, aErr := partNames(files, a)
	bNames, bErr := partNames(files, b)
	if err := errors.Join(aErr, bErr); err != nil || !slices.Equal(aNames, bNames) {
		return false, err
	}
	for _, name := range aNames {
		same, err := sameFile(files, path.Join(a, name), path.Join(b, name))
		if !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

func partNames(files hdfs.FileSystem, folder string) ([]string, error) {
	entries, err := files.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

func sameFile(files hdfs.FileSystem, a, b string) (same bool, err error) {
	readers := make([]io.Reader, 2)
	for i, name := range []string{a, b} {
		r, err := files.Open(name)
		if err != nil {
			return false, err
		}
		defer r.Close()
		readers[i] = r
	}
	return sameBytes(readers[0], readers[1])
}

// sameBytes reports whether two readers have the same bytes.
func sameBytes(a, b io.Reader) (bool, error) {
	aBlock, bBlock := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, aErr := io.ReadFull(a, aBlock)
		m, bErr := io.ReadFull(b, bBlock)
		if !bytes.Equal(aBlock[:n], bBlock[:m]) {
			return false, nil
		}
		switch {
		case aErr == nil && bErr == nil:
		case isEnd(aErr) && isEnd(bErr):
			return true, nil
		default:
			return false, errors.Join(aErr, bErr)
		}
	}
}

func isEnd(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
