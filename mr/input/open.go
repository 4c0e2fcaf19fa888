package input

import (
	"fmt"
	"io"
	"math"
)

// OpenSplit opens the file of a split and returns the records that belong to
// the split. The caller closes the reader.
//
// A file whose name says that it is compressed ([CodecOf]) must be one split.
func OpenSplit(s Storage, split Split, opts LineOptions) (*LineReader, error) {
	codec := CodecOf(split.File)
	if codec != "" && split.Start != 0 {
		return nil, fmt.Errorf("split %s starts inside of a %s file: a compressed file is one split", split, codec)
	}
	file, err := s.Open(split.File)
	if err != nil {
		return nil, err
	}
	if codec != "" {
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
	r := newLineReader(in, split.Start, split.Start+split.Length, opts)
	r.closers = []io.Closer{file}
	return r, nil
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
