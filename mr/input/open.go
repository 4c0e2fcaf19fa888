package input

import (
	"fmt"
	"io"
	"math"

	"github.com/gomr/gomr/mr/input/internal/bzip2"
)

// OpenSplit opens the file of a split and returns the records that belong to
// the split. The caller closes the reader.
//
// A file whose name says that it is compressed ([CodecOf]) must be one split, unless it is bzip2. The blocks of
// bzip2 that begin in the split are its text, and offsets are counted from the start of the split
// on as if that was text too, as in Hadoop.
func OpenSplit(s Storage, split Split, opts LineOptions) (*LineReader, error) {
	codec := CodecOf(split.File)
	if split.Start != 0 && !IsSplittable(split.File) {
		return nil, fmt.Errorf("split %s starts inside of a %s file: a compressed file is one split", split, codec)
	}
	file, err := s.Open(split.File)
	if err != nil {
		return nil, err
	}
	if codec != "" && codec != Bzip2 {
		text := NewReader(codec, split.File, file)
		r := newLineReader(text, 0, math.MaxInt64, opts)
		r.closers = []io.Closer{text, file}
		return r, nil
	}
	in, err := readFrom(file, split.Start)
	if err != nil {
		file.Close()
		return nil, err
	}
	if codec == Bzip2 {
		return newBzip2Reader(file, in, split, opts), nil
	}
	r := newLineReader(in, split.Start, split.Start+split.Length, opts)
	r.closers = []io.Closer{file}
	return r, nil
}

// newBzip2Reader reads a split of a bzip2 file, which in reads from the start of the split on.
func newBzip2Reader(file File, in io.Reader, split Split, opts LineOptions) *LineReader {
	d := newDecoder(Bzip2, split.File, in)
	d.source.n = split.Start
	text := bzip2.NewSplitReader(d.in, split.Start, split.Start+split.Length)
	d.text = text
	if split.Start > 0 && beginsEmpty(file) {
		d.err = io.EOF
	}
	r := newLineReader(d, split.Start, math.MaxInt64, opts)
	r.textSize = text.TextSize
	r.closers = []io.Closer{d, file}
	return r
}

func beginsEmpty(file File) bool {
	var head [16]byte
	n, _ := file.ReadAt(head[:], 0) // an error comes again when the split is read
	return bzip2.BeginsEmpty(head[:n])
}

// readFrom returns a reader of the file from an offset on.
func readFrom(file File, offset int64) (io.Reader, error) {
	if offset == 0 {
		return file, nil
	}
	if seeker, ok := file.(io.Seeker); ok {
		_, err := seeker.Seek(offset, io.SeekStart)
		return file, err
	}
	return io.NewSectionReader(file, offset, math.MaxInt64-offset), nil
}
