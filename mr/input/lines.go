package input

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"math"
	"runtime"
)

// LineOptions say what a record is. The zero value is Hadoop's TextInputFormat.
type LineOptions struct {
	// Delimiter ends a record (textinputformat.record.delimiter), and line
	// endings then mean nothing. Empty means that LF, CR and CRLF end a record.
	Delimiter []byte

	// MaxLength leaves out each record that has this many bytes or more, its
	// ending counted (mapreduce.input.linerecordreader.line.maxlength).
	// Zero means that no record is too long. See "Records that are too long"
	// in the package documentation.
	MaxLength int

	// KeepRecords promises that the memory of a record is never written again,
	// so that it may become a string without a copy. Memory then costs one
	// allocation for each block that is read.
	// Otherwise a record is valid until Next.
	KeepRecords bool

	// Containing leaves out each record that does not hold these bytes. Most of the
	// others are then not looked at one by one, so it is many times as fast as
	// reading all records and choosing among them. Empty means that no record is left out.
	Containing []byte

	// Interrupt is asked before each block is read, and an error it returns ends the
	// records, though none of them may come for long. Nil means that nothing interrupts.
	Interrupt func() error

	// BufferSize is the size in bytes of the blocks that are read. Zero means
	// 256 KiB. The buffer grows to hold a longer record.
	BufferSize int

	// Buffers lends the buffer, unless records are kept. Nil means that each reader makes its own.
	Buffers *Buffers
}

const (
	defaultBufferSize = 256 << 10

	// lookahead is how much is read behind the end of a split at a time, where
	// the rest of its last record lies.
	lookahead = 16 << 10
)

var byteOrderMark = []byte("\xEF\xBB\xBF")

// A LineReader reads the records of a split. It is for one goroutine, and an
// mr.Records:
//
//	for r.Next() {
//		use(r.Record())
//	}
//	return r.Err()
type LineReader struct {
	// buf holds a part of the file from offset base on. The next record begins
	// at pos. lf and cr are where the next LF and CR are at or behind pos, or
	// len(buf) where buf has none; they are out of date while they are less
	// than pos. With a delimiter they are maxInt and -1, and nothing is known
	// to end before scanned.
	buf     []byte
	base    int64
	pos     int
	lf, cr  int
	scanned int

	start   int64 // of the split
	end     int64 // of the split
	limit   int64 // the last offset at which a record of the split may begin
	maxSize int   // the least size of a record that is too long

	// textSize tells how much text the split is, once that is known; nil where end tells it from the beginning.
	textSize func() (size int64, known bool)

	// While skipping, the bytes up to the next ending are no record: the rest
	// of a record of the split before, or one that is too long. It began at skipStart.
	skipping  bool
	skipStart int64

	record []byte
	offset int64
	err    error

	opts    LineOptions
	search  *search // nil where no record is left out for what it does not hold
	in      io.Reader
	eof     bool
	closers []io.Closer
}

// NewLineReader returns a reader of all records of in, which is text of no
// split and no codec. The caller closes in.
func NewLineReader(in io.Reader, opts LineOptions) *LineReader {
	return newLineReader(in, 0, math.MaxInt64, opts)
}

// newLineReader reads the split from start to end of a file. The first byte of in is the one at start.
func newLineReader(in io.Reader, start, end int64, opts LineOptions) *LineReader {
	r := &LineReader{in: in, base: start, start: start, opts: opts, maxSize: math.MaxInt}
	if opts.MaxLength > 0 {
		r.maxSize = opts.MaxLength
	}
	r.opts.BufferSize = cmp.Or(max(opts.BufferSize, 0), defaultBufferSize)
	if len(opts.Delimiter) > 0 {
		r.lf, r.cr = math.MaxInt, -1
	}
	r.setEnd(end)
	r.skipping, r.skipStart = start > 0, start
	if len(opts.Containing) > 0 {
		r.startSearch()
	}
	return r
}

// setEnd sets where the split ends. No record behind it was looked for.
func (r *LineReader) setEnd(end int64) {
	r.end, r.limit = end, end
	if n := len(r.opts.Delimiter); n > 0 {
		r.limit += min(int64(n-1), math.MaxInt64-end)
	}
}

// Next advances to the next record and reports whether there is one.
func (r *LineReader) Next() bool {
	if r.search != nil {
		return r.nextContaining()
	}
	start := r.pos
	if r.lf < start {
		r.lf = indexFrom(r.buf, start, '\n')
	}
	lf := r.lf
	offset := r.base + int64(start)
	if lf >= r.cr || offset > r.limit || lf-start >= r.maxSize-1 {
		return r.nextSlow()
	}
	r.offset = offset
	r.record = r.buf[start:lf:lf]
	r.pos = lf + 1
	return true
}

// Record returns the record without its ending. See [LineOptions.KeepRecords]
// for how long it is valid. Appending to it copies it.
func (r *LineReader) Record() []byte { return r.record }

// Offset returns where the record begins in the file; in a compressed file,
// where it begins in the text.
func (r *LineReader) Offset() int64 { return r.offset }

// Err returns the error that ended the records, or nil at their end. It is a
// [*CorruptError] where a compressed file is damaged.
func (r *LineReader) Err() error { return r.err }

// Close closes the file of the split. No record is valid any more, unless they are kept.
func (r *LineReader) Close() error {
	var errs []error
	if !r.opts.KeepRecords {
		r.opts.Buffers.giveBack(r.buf, r.opts.BufferSize)
		r.buf, r.record = nil, nil
	}
	for _, c := range r.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// nextSlow reads the next record, whatever it holds. It is for all that is not a line
// within buf that ends with LF.
func (r *LineReader) nextSlow() bool {
	for r.base+int64(r.pos) <= r.limit {
		end, next, found := r.find()
		if r.cutAtEnd(end) {
			continue
		}
		if !found {
			r.drop(end)
			if !r.fill() {
				break
			}
			continue
		}
		start := r.pos
		r.pos = next
		if r.skipping {
			r.skipping = false
			continue
		}
		if r.take(start, end, next) {
			return true
		}
	}
	r.record = nil
	return false
}

// find returns where the next record ends and where the one behind it begins.
// Where buf does not tell, it returns found = false and the first place at which
// the record may end.
func (r *LineReader) find() (end, next int, found bool) {
	if len(r.opts.Delimiter) > 0 {
		end, next, found = r.findDelimiter()
	} else {
		end, next, found = r.findLine()
	}
	if !found && r.eof && r.pos < len(r.buf) { // the last record has no ending
		return len(r.buf), len(r.buf), true
	}
	return end, next, found
}

func (r *LineReader) findLine() (end, next int, found bool) {
	if r.lf < r.pos {
		r.lf = indexFrom(r.buf, r.pos, '\n')
	}
	if r.cr < r.pos {
		r.cr = indexFrom(r.buf, r.pos, '\r')
	}
	switch {
	case r.lf < r.cr:
		return r.lf, r.lf + 1, true
	case r.cr+1 == r.lf && r.lf < len(r.buf):
		return r.cr, r.lf + 1, true
	case r.cr+1 < len(r.buf), r.eof && r.cr < len(r.buf):
		return r.cr, r.cr + 1, true
	}
	return r.cr, 0, false // no ending, or a CR that may be half of one
}

func (r *LineReader) findDelimiter() (end, next int, found bool) {
	delimiter := r.opts.Delimiter
	from := max(r.pos, r.scanned)
	if i := bytes.Index(r.buf[from:], delimiter); i >= 0 {
		return from + i, from + i + len(delimiter), true
	}
	r.scanned = max(from, len(r.buf)-len(delimiter)+1)
	return r.scanned, 0, false
}

// take makes a record of the bytes from start to end, unless it is too long or
// nothing but a byte order mark.
func (r *LineReader) take(start, end, next int) bool {
	r.offset = r.base + int64(start)
	if r.offset == 0 && bytes.HasPrefix(r.buf[start:end], byteOrderMark) {
		start += len(byteOrderMark)
	}
	if size := next - start; size == 0 || size >= r.maxSize {
		return false
	}
	r.record = r.buf[start:end:end]
	return true
}

// cutAtEnd does what Hadoop does with a record that is too long and goes on
// behind the end of the split, unless that is of a compressed file: it skips the part within
// the split, and takes what is behind for a record. The record ends at end or later.
func (r *LineReader) cutAtEnd(end int) bool {
	start := r.base + int64(r.pos)
	if r.textSize != nil || start >= r.end || r.base+int64(end) < r.end {
		return false
	}
	if r.skipping {
		start = r.skipStart
	}
	cut := int(r.end - r.base)
	if r.end-start < int64(r.maxSize) || r.delimiterBegins(r.buf[r.pos:cut]) {
		return false
	}
	r.pos = cut
	r.skipping = false
	return true
}

// delimiterBegins reports whether b ends with the first bytes of the delimiter.
func (r *LineReader) delimiterBegins(b []byte) bool {
	for n := 1; n < len(r.opts.Delimiter); n++ {
		if bytes.HasSuffix(b, r.opts.Delimiter[:n]) {
			return true
		}
	}
	return false
}

// drop forgets the bytes before end, which no record can use: they are skipped,
// or the first of a record that is too long.
func (r *LineReader) drop(end int) {
	if !r.skipping {
		r.skipStart = r.base + int64(r.pos)
		size := end - r.pos
		if r.skipStart == 0 {
			size -= len(byteOrderMark)
		}
		r.skipping = size >= r.maxSize
	}
	if r.skipping && r.base+int64(end) < r.end {
		end = max(r.pos, end-len(r.opts.Delimiter)) // what delimiterBegins looks at
	}
	if r.skipping {
		r.pos = end
	}
}

// fill reads more bytes behind those in buf and reports whether there were any.
// At the end of the file it returns true once more where bytes are left over:
// they are a record now.
func (r *LineReader) fill() bool {
	if r.eof || r.err != nil {
		return false
	}
	if len(r.buf) == cap(r.buf) {
		r.makeRoom()
	}
	old := len(r.buf)
	inSplit := max(r.end-r.base-int64(old), 0)
	want := min(int64(cap(r.buf)-old), min(inSplit, math.MaxInt64-lookahead)+lookahead)
	n, err := r.read(r.buf[old : old+int(want)])
	r.buf = r.buf[:old+n]
	if r.textSize != nil {
		if size, known := r.textSize(); known && r.end == math.MaxInt64 {
			r.setEnd(r.start + size)
		}
	}
	if r.lf == old {
		r.lf = indexFrom(r.buf, old, '\n')
	}
	if r.cr == old {
		r.cr = indexFrom(r.buf, old, '\r')
	}
	switch {
	case errors.Is(err, io.EOF):
		r.eof = true
		return len(r.buf) > r.pos
	case err != nil:
		r.err = err
	}
	return n > 0
}

// read reads at least one byte, or returns an error.
func (r *LineReader) read(p []byte) (int, error) {
	if r.opts.Interrupt != nil {
		if err := r.opts.Interrupt(); err != nil {
			return 0, err
		}
	}
	for range 100 {
		if n, err := r.in.Read(p); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// makeRoom moves the bytes from pos on to the front of the buffer, or to a new
// one where the old may not be written again or has the wrong size.
func (r *LineReader) makeRoom() {
	rest := r.buf[r.pos:]
	size := r.opts.BufferSize
	if inSplit := r.end - r.base - int64(r.pos); r.buf == nil && inSplit < int64(size)-lookahead {
		size = int(inSplit) + lookahead
	}
	for size < 2*len(rest) {
		size *= 2
	}
	buf := r.buf[:cap(r.buf)]
	switch {
	case r.opts.KeepRecords:
		buf = make([]byte, size)
		// While the collector waits for its turn, each pointer that is stored costs more. On two processors it would wait for
		// 10 ms, which is when the scheduler takes the turn from this goroutine by itself.
		runtime.Gosched()
	case cap(buf) < size, cap(buf) > 4*size:
		buf = r.opts.Buffers.borrow(size)
	}
	r.buf = buf[:copy(buf, rest)]
	r.base += int64(r.pos)
	if len(r.opts.Delimiter) == 0 {
		r.lf -= r.pos
		r.cr -= r.pos
	}
	r.scanned = max(r.scanned-r.pos, 0)
	if r.search != nil {
		r.search.done = max(r.search.done-r.pos, 0)
	}
	r.pos = 0
}

// indexFrom returns where the first c is in b from index from on, or len(b).
func indexFrom(b []byte, from int, c byte) int {
	if i := bytes.IndexByte(b[from:], c); i >= 0 {
		return from + i
	}
	return len(b)
}
