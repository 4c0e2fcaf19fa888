package streamjob

import (
	"bufio"
	"errors"
	"io"
	"math"
	"regexp"
)

// openStream reads a split with the reader of -inputreader, or as lines with keys.
func openStream(t *task, split split) (records, error) {
	if !t.job.xmlReader {
		return openKeyValue(t, split)
	}
	begin, ok := t.job.conf.lookup("stream.recordreader.begin")
	if !ok {
		return nil, ioErrorf("JobConf: missing required property: stream.recordreader.begin")
	}
	end, ok := t.job.conf.lookup("stream.recordreader.end")
	if !ok {
		return nil, ioErrorf("JobConf: missing required property: stream.recordreader.end")
	}
	file, err := t.job.files.Open(split.File)
	if err != nil {
		return nil, err
	}
	r := &xmlRecords{begin: []byte(begin), end: []byte(end), file: file, pos: split.Start, stop: split.Start + split.Length}
	in := io.NewSectionReader(file, split.Start, math.MaxInt64-split.Start)
	if t.job.conf.boolean("stream.recordreader.slowmatch", false) {
		err = r.startSlow(t, in)
	} else {
		r.in = bufio.NewReaderSize(in, 64<<10)
		_, err = r.untilBegin()
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return r, nil
}

// An xmlRecords reads what is between two marks, with the marks, as StreamXmlRecordReader
// does. The record is the key, and the value is empty.
type xmlRecords struct {
	begin, end []byte
	file       io.Closer
	in         *bufio.Reader
	pending    []byte // read, and to be read again
	slow       *slowMatch
	pos, stop  int64
	record     []byte
	err        error
}

func (r *xmlRecords) Next() bool {
	if r.err != nil || r.pos >= r.stop {
		return false
	}
	found, err := r.untilBegin()
	if err == nil && found && r.pos < r.stop {
		r.record = r.record[:0]
		found, err = r.untilEnd()
	} else {
		found = false
	}
	r.err = err
	return found && err == nil
}

func (r *xmlRecords) untilBegin() (bool, error) {
	if r.slow != nil {
		return r.slow.until(r, r.slow.begin, false)
	}
	return r.until(r.begin, false)
}

func (r *xmlRecords) untilEnd() (bool, error) {
	if r.slow != nil {
		return r.slow.until(r, r.slow.end, true)
	}
	return r.until(r.end, true)
}

// readByte reads what was put back first.
func (r *xmlRecords) readByte() (byte, error) {
	if len(r.pending) > 0 {
		c := r.pending[0]
		r.pending = r.pending[1:]
		return c, nil
	}
	return r.in.ReadByte()
}

// until reads up to a mark. A mark at the begin of a record is left unread; the one at its
// end is part of the record. As in Hadoop, a mark that begins inside of a beginning of
// itself is overlooked, and at the end of the file a mark is added that is not there.
func (r *xmlRecords) until(mark []byte, keep bool) (bool, error) {
	matched := 0
	for matched < len(mark) {
		c, err := r.readByte()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return false, err
		}
		if c == mark[matched] {
			matched++
			continue
		}
		if keep {
			r.record = append(append(r.record, mark[:matched]...), c)
		}
		r.pos += int64(matched) + 1
		matched = 0
	}
	found := matched == len(mark)
	switch {
	case found && !keep:
		r.pending = append([]byte(nil), mark...)
	case keep:
		r.record = append(r.record, mark...)
		r.pos += int64(len(mark))
	}
	return found, nil
}

func (r *xmlRecords) Key() []byte   { return r.record }
func (r *xmlRecords) Value() []byte { return nil }
func (r *xmlRecords) Err() error    { return r.err }
func (r *xmlRecords) Close() error  { return r.file.Close() }

func (r *xmlRecords) classes() (key, value *class) { return textClass, textClass }

// A slowMatch finds marks that are regular expressions, and leaves those in CDATA out.
type slowMatch struct {
	begin, end *regexp.Regexp
	window     int
	synched    bool
	in         *bufio.Reader
}

// startSlow prepares matching by regular expressions.
func (r *xmlRecords) startSlow(t *task, in io.Reader) error {
	maxRecord, err := t.job.conf.integer("stream.recordreader.maxrec", 50*1000)
	if err != nil {
		return err
	}
	lookAhead, err := t.job.conf.integer("stream.recordreader.lookahead", 2*maxRecord)
	if err != nil {
		return err
	}
	window := max(lookAhead, maxRecord)
	r.slow = &slowMatch{window: window, in: bufio.NewReaderSize(in, window+2)}
	if r.slow.begin, err = markPattern(r.begin); err == nil {
		r.slow.end, err = markPattern(r.end)
	}
	if err != nil {
		return &taskError{class: "java.util.regex.PatternSyntaxException", text: err.Error()}
	}
	_, err = r.untilBegin()
	return err
}

// markPattern matches the edges of CDATA, or a mark.
func markPattern(mark []byte) (*regexp.Regexp, error) {
	return regexp.Compile(`(CDATA\[)|(\]\]>)|(` + string(mark) + `)`)
}

// until looks for a mark in the window. One in CDATA does not count.
func (s *slowMatch) until(r *xmlRecords, pattern *regexp.Regexp, keep bool) (bool, error) {
	window, err := s.in.Peek(s.window)
	if len(window) == 0 {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return false, err
	}
	const (
		outside = iota
		unknown
		inside
		accepted
	)
	state := unknown
	if s.synched {
		state = outside
	}
	first := []int(nil)
	for at := 0; state != accepted; {
		match := pattern.FindSubmatchIndex(window[at:])
		if match == nil {
			break
		}
		start, end := at+match[0], at+match[1]
		switch {
		case match[2] >= 0: // CDATA[
			state = inside
		case match[4] >= 0: // ]]>
			state, first = outside, nil
		default:
			if first == nil {
				first = []int{start, end}
			}
			if state == outside {
				state = accepted
			}
		}
		at = max(end, at+1)
		if at > len(window) {
			break
		}
	}
	if state != unknown {
		s.synched = true
	}
	if first == nil || state != accepted && state != unknown {
		return false, nil
	}
	size := first[0]
	if keep {
		size = first[1]
		r.record = append(r.record, window[:size]...)
	}
	r.pos += int64(size)
	_, err = s.in.Discard(size)
	return true, err
}
