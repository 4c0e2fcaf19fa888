package input

import (
	"bytes"

	"github.com/gomr/gomr/mr/input/internal/find"
)

// A search is what a LineReader needs to look for records that contain a text.
//
// It looks for the text in the whole buffer, and only around a place where it
// stands for the ends of the record. The records are those that would be left if each
// was looked at: the reader moves to the start of the record that holds the text,
// and reads it like any other.
type search struct {
	text   []byte
	finder *find.Finder

	// leaps says that records may be passed over by looking for the last ending in front of the text.
	// It is false where endings are to be told only from the front, or the length of
	// records matters; each record is then looked at.
	leaps bool

	// No text and no ending begins in the buffer from pos up to done.
	done int

	// Where records are to be kept they are copied: all blocks together are much more than they.
	copies bool
	kept   []byte // what is left of a block of memory for copies
}

// startSearch makes the reader one of the records that contain opts.Containing.
func (r *LineReader) startSearch() {
	text, delimiter := r.opts.Containing, r.opts.Delimiter
	s := &search{text: text, finder: find.New(text), copies: r.opts.KeepRecords}
	r.opts.KeepRecords = false
	switch {
	case r.opts.MaxLength > 0:
	case len(delimiter) > 0:
		s.leaps = !beginsWithin(delimiter) && !bytes.Contains(text, delimiter)
	default:
		s.leaps = !bytes.ContainsAny(text, "\r\n")
		r.forgetEndings()
	}
	r.search = s
}

// beginsWithin reports whether a delimiter may begin inside of itself, as in "||".
func beginsWithin(delimiter []byte) bool {
	for i := 1; i < len(delimiter); i++ {
		if bytes.HasPrefix(delimiter, delimiter[i:]) {
			return true
		}
	}
	return false
}

// nextContaining is Next for a reader that leaves records out.
func (r *LineReader) nextContaining() bool {
	s := r.search
	for {
		found := s.leaps && !r.skipping && r.leap()
		if !found && !r.nextSlow() {
			return false
		}
		if found || bytes.Contains(r.record, s.text) {
			break
		}
	}
	if s.copies {
		r.record = s.keep(r.record)
	}
	return true
}

// leap moves to the start of the next record that may contain the text, and past
// all that don't. Where it ends with LF in the buffer it is taken, and leap returns true.
func (r *LineReader) leap() bool {
	s := r.search
	for {
		from := max(r.pos, s.done)
		if i := s.finder.Index(r.buf[from:]); i >= 0 {
			r.pos = r.lastStart(from, from+i)
			return r.takeLine(from + i)
		}
		to := len(r.buf)
		if to > from && r.buf[to-1] == '\r' {
			to-- // half of CRLF, it may be
		}
		r.pos = r.lastStart(from, to)
		s.done = max(from, len(r.buf)-max(len(s.text), len(r.opts.Delimiter)))
		r.forgetEndings()
		if r.base+int64(r.pos) > r.limit || !r.fill() {
			return false
		}
	}
}

// lastStart returns where the last record begins that begins behind an ending in
// buf[from:to], or pos where there is no ending.
func (r *LineReader) lastStart(from, to int) int {
	b := r.buf[from:to]
	if n := len(r.opts.Delimiter); n > 0 {
		if i := bytes.LastIndex(b, r.opts.Delimiter); i >= 0 {
			return from + i + n
		}
		return r.pos
	}
	lf := bytes.LastIndexByte(b, '\n')
	if cr := bytes.LastIndexByte(b[lf+1:], '\r'); cr >= 0 {
		return from + lf + 1 + cr + 1
	}
	if lf >= 0 {
		return from + lf + 1
	}
	return r.pos
}

// takeLine takes the record at pos, which holds the text at found, if that is
// easy: it ends with LF in the buffer.
func (r *LineReader) takeLine(found int) bool {
	offset := r.base + int64(r.pos)
	if len(r.opts.Delimiter) > 0 || offset == 0 || offset > r.limit {
		return false
	}
	end := indexFrom(r.buf, found, '\n')
	if end == len(r.buf) || bytes.IndexByte(r.buf[found:end], '\r') >= 0 {
		return false
	}
	r.offset = offset
	r.record = r.buf[r.pos:end:end]
	r.pos = end + 1
	return true
}

// forgetEndings makes what is known of the next line endings out of date, so that
// fill does not look for more of them.
func (r *LineReader) forgetEndings() {
	if len(r.opts.Delimiter) == 0 {
		r.lf, r.cr = -1, -1
	}
}

// keepSize is how much memory is taken for copies at a time.
const keepSize = 16 << 10

// keep returns a copy of a record, whose memory is never written again.
func (s *search) keep(record []byte) []byte {
	if len(record) > len(s.kept) {
		s.kept = make([]byte, max(keepSize, len(record)))
	}
	n := copy(s.kept, record)
	kept := s.kept[:n:n]
	s.kept = s.kept[n:]
	return kept
}
