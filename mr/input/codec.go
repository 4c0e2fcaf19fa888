package input

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/gomr/gomr/mr/input/internal/bzip2"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// The names of the codecs.
const (
	Gzip    = "gzip"    // .gz, one member or several
	Deflate = "deflate" // .deflate, the zlib format, which is Hadoop's DefaultCodec
	Bzip2   = "bzip2"   // .bz2
	Zstd    = "zstd"    // .zst
	Snappy  = "snappy"  // .snappy, raw blocks in Hadoop's framing
	Lz4     = "lz4"     // .lz4, raw blocks in Hadoop's framing
)

// suffixes are the default extensions of Hadoop's codecs.
var suffixes = map[string]string{
	Gzip:    ".gz",
	Deflate: ".deflate",
	Bzip2:   ".bz2",
	Zstd:    ".zst",
	Snappy:  ".snappy",
	Lz4:     ".lz4",
}

// CodecOf returns the codec of a file by its suffix, whose case does not
// matter, or "" for a file that is read as it is.
func CodecOf(name string) string {
	suffix := strings.ToLower(path.Ext(name))
	for codec, s := range suffixes {
		if s == suffix {
			return codec
		}
	}
	return ""
}

// IsSplittable reports whether a file may be several splits, by its suffix: one that is read as it is, or bzip2.
func IsSplittable(name string) bool {
	codec := CodecOf(name)
	return codec == "" || codec == Bzip2
}

// Suffix returns the suffix of files of a codec, such as ".gz", or "" for a
// codec that is not known.
func Suffix(codec string) string { return suffixes[codec] }

// A CorruptError tells that a compressed file is damaged or cut off.
type CorruptError struct {
	File   string // name of the file
	Offset int64  // how many compressed bytes were read when it was seen
	Codec  string // such as [Gzip]
	Err    error  // what is wrong; [io.ErrUnexpectedEOF] where the file ends too early
}

func (e *CorruptError) Error() string {
	if errors.Is(e.Err, io.ErrUnexpectedEOF) {
		return fmt.Sprintf("%s is cut off: its %s data ends too early, at byte %d", e.File, e.Codec, e.Offset)
	}
	return fmt.Sprintf("%s is damaged: its %s data is not valid near byte %d: %v", e.File, e.Codec, e.Offset, e.Err)
}

// Unwrap returns Err.
func (e *CorruptError) Unwrap() error { return e.Err }

// NewReader returns the text of compressed data. Damaged data is a
// [*CorruptError] from Read, which names file; an error of in is returned as it
// is. Close frees memory and leaves in open.
func NewReader(codec, file string, in io.Reader) io.ReadCloser { return newDecoder(codec, file, in) }

func newDecoder(codec, file string, in io.Reader) *decoder {
	d := &decoder{codec: codec, file: file}
	d.source.in = in
	d.in = bufio.NewReaderSize(&d.source, 64<<10)
	return d
}

// A decoder opens the reader of its codec at the first Read, and gives its errors their form.
type decoder struct {
	codec, file string
	source      source
	in          *bufio.Reader
	text        io.Reader
	err         error
}

func (d *decoder) Read(p []byte) (int, error) {
	if d.text == nil && d.err == nil {
		d.text, d.err = openCodec(d.codec, d.in)
		d.err = d.explain(d.err)
	}
	if d.err != nil {
		return 0, d.err
	}
	n, err := d.text.Read(p)
	d.err = d.explain(err)
	return n, d.err
}

func (d *decoder) explain(err error) error {
	switch {
	case err == nil || err == io.EOF:
		return err
	case d.source.err != nil:
		return d.source.err
	}
	offset := d.source.n - int64(d.in.Buffered())
	return &CorruptError{File: d.file, Offset: offset, Codec: d.codec, Err: err}
}

func (d *decoder) Close() error {
	if z, ok := d.text.(*zstd.Decoder); ok {
		z.Close()
	}
	d.err = io.ErrClosedPipe
	return nil
}

// A source counts the bytes of the file up to where it is read, and keeps an error that is not
// the codec's.
type source struct {
	in  io.Reader
	n   int64
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	s.n += int64(n)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// maxWindow is the most memory a zstd frame may ask for: 128 MiB, what
// `zstd --ultra` and ZStandardCodec write at most unless they are told otherwise.
const maxWindow = 128 << 20

func openCodec(codec string, in *bufio.Reader) (io.Reader, error) {
	switch codec {
	case Gzip:
		r, err := gzip.NewReader(in)
		return r, noEOF(err)
	case Deflate:
		return newZlibReader(in)
	case Bzip2:
		return bzip2.NewReader(in), nil
	case Zstd:
		if _, err := in.Peek(1); err != nil { // no frame at all is an error in Hadoop
			return nil, noEOF(err)
		}
		return zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	case Snappy:
		return newBlockReader(in, decodeSnappy), nil
	case Lz4:
		return newBlockReader(in, decodeLz4), nil
	}
	return nil, fmt.Errorf("no codec is named %q", codec)
}

// noEOF is for places where data must follow.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// A zlibReader reads streams of zlib data, one after the other, as Hadoop does.
type zlibReader struct {
	in     *bufio.Reader
	stream io.ReadCloser
}

func newZlibReader(in *bufio.Reader) (io.Reader, error) {
	stream, err := zlib.NewReader(in)
	return &zlibReader{in, stream}, noEOF(err)
}

func (z *zlibReader) Read(p []byte) (int, error) {
	n, err := z.stream.Read(p)
	if err != io.EOF {
		return n, err
	}
	if _, err := z.in.Peek(1); err != nil {
		return n, err
	}
	return n, noEOF(z.stream.(zlib.Resetter).Reset(z.in, nil))
}
