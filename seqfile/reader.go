package seqfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gomr/gomr/mr/input"
)

// A Reader reads the pairs of a file. It is for one goroutine.
type Reader struct {
	header Header
	codec  string
	in     *source
	size   int64 // of the file
	start  int64 // of the first record
	sync   [syncSize]byte

	key, value []byte
	pair       []byte // memory of both
	packed     []byte // memory of what is compressed
	err        error

	syncSeen bool
	block    block
}

// A block is what is left of a block that was read.
type block struct {
	left                                   int64
	keyLengths, keys, valueLengths, values bytes.Reader
}

// codecs are Hadoop's codecs by their classes.
var codecs = map[string]string{
	"org.apache.hadoop.io.compress.DefaultCodec":   input.Deflate,
	"org.apache.hadoop.io.compress.DeflateCodec":   input.Deflate,
	"org.apache.hadoop.io.compress.GzipCodec":      input.Gzip,
	"org.apache.hadoop.io.compress.BZip2Codec":     input.Bzip2,
	"org.apache.hadoop.io.compress.SnappyCodec":    input.Snappy,
	"org.apache.hadoop.io.compress.Lz4Codec":       input.Lz4,
	"org.apache.hadoop.io.compress.ZStandardCodec": input.Zstd,
}

// NewReader reads the header of a file of size bytes, and stands before the first pair.
// The caller closes file.
func NewReader(file io.ReadSeeker, size int64) (*Reader, error) {
	r := &Reader{in: newSource(file), size: size}
	if err := r.readHeader(); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = r.corrupt("its header is cut off")
		}
		return nil, err
	}
	r.start = r.in.offset
	return r, nil
}

func (r *Reader) corrupt(format string, args ...any) error {
	return &CorruptError{Offset: r.in.offset, Detail: fmt.Sprintf(format, args...)}
}

func (r *Reader) readHeader() error {
	var magic [4]byte
	if err := r.in.full(magic[:]); err != nil {
		return err
	}
	if string(magic[:3]) != "SEQ" {
		return r.corrupt("it does not begin with SEQ")
	}
	if magic[3] != version {
		return r.corrupt("it is of version %d, and only version %d can be read", magic[3], version)
	}
	var err error
	text := func() string {
		var s string
		if err == nil {
			s, err = r.text()
		}
		return s
	}
	flag := func() bool {
		var c byte
		if err == nil {
			c, err = r.in.ReadByte()
		}
		return c != 0
	}
	r.header.KeyClass, r.header.ValueClass = text(), text()
	compressed, blocks := flag(), flag()
	if compressed {
		r.header.Compression = Record
		r.header.CodecClass = text()
	}
	if blocks {
		r.header.Compression = Block
	}
	if err != nil {
		return err
	}
	if err := r.findCodec(); err != nil {
		return err
	}
	n, err := r.in.number()
	for i := int32(0); i < n && err == nil; i++ {
		r.header.Metadata = append(r.header.Metadata, Entry{text(), text()})
	}
	if err != nil {
		return err
	}
	return r.in.full(r.sync[:])
}

func (r *Reader) findCodec() error {
	switch {
	case r.header.Compression == None:
		return nil
	case r.header.CodecClass == "":
		return r.corrupt("it has blocks and no codec")
	}
	codec, ok := codecs[r.header.CodecClass]
	if !ok {
		return fmt.Errorf("no codec is known by the name of %s", r.header.CodecClass)
	}
	r.codec = codec
	return nil
}

// maxText is the most bytes of a name in a header.
const maxText = 1 << 20

func (r *Reader) text() (string, error) {
	n, err := readVInt(r.in)
	if err != nil {
		return "", err
	}
	if n < 0 || n > maxText {
		return "", r.corrupt("a text of %d bytes", n)
	}
	text, err := r.in.appendN(nil, n)
	return string(text), err
}

// Header returns the header.
func (r *Reader) Header() Header { return r.header }

// Key returns the key as its class wrote it. The bytes are valid until Next.
func (r *Reader) Key() []byte { return r.key }

// Value returns the value as its class wrote it. The bytes are valid until Next.
func (r *Reader) Value() []byte { return r.value }

// Err returns the error that ended the pairs, or nil at their end.
func (r *Reader) Err() error { return r.err }

// SyncSeen reports whether a sync marker stood in front of the pair.
func (r *Reader) SyncSeen() bool { return r.syncSeen }

// Offset returns where the next record or block begins.
func (r *Reader) Offset() int64 { return r.in.offset }

// Next advances to the next pair and reports whether there is one.
func (r *Reader) Next() bool {
	if r.err != nil {
		return false
	}
	var ok bool
	if r.header.Compression == Block {
		ok, r.err = r.nextInBlock()
	} else {
		ok, r.err = r.nextRecord()
	}
	if errors.Is(r.err, io.EOF) || errors.Is(r.err, io.ErrUnexpectedEOF) {
		r.err = r.corrupt("it is cut off")
	}
	return ok && r.err == nil
}

// nextRecord reads a record that is not in a block.
func (r *Reader) nextRecord() (bool, error) {
	r.syncSeen = false
	if r.in.offset >= r.size {
		return false, nil
	}
	length, err := r.in.number()
	if err != nil {
		return false, err
	}
	if length == -1 {
		if err := r.readSync(); err != nil {
			return false, err
		}
		if r.in.offset >= r.size {
			return false, nil
		}
		if length, err = r.in.number(); err != nil {
			return false, err
		}
	}
	keyLength, err := r.in.number()
	if err != nil {
		return false, err
	}
	if keyLength < 0 || length < keyLength {
		return false, r.corrupt("a record of %d bytes has a key of %d", length, keyLength)
	}
	if r.pair, err = r.in.appendN(r.pair[:0], int64(length)); err != nil {
		return false, err
	}
	r.key, r.value = r.pair[:keyLength:keyLength], r.pair[keyLength:]
	if r.header.Compression == Record {
		r.packed, err = r.unpack(r.packed[:0], r.value)
		r.value = r.packed
	}
	return true, err
}

// readSync reads a sync marker behind its number.
func (r *Reader) readSync() error {
	var found [syncSize]byte
	if err := r.in.full(found[:]); err != nil {
		return err
	}
	if found != r.sync {
		return r.corrupt("a sync marker is not that of the header")
	}
	r.syncSeen = true
	return nil
}

// unpack appends the content of compressed bytes to dst.
func (r *Reader) unpack(dst, packed []byte) ([]byte, error) {
	text := input.NewReader(r.codec, "a sequence file", bytes.NewReader(packed))
	defer text.Close()
	buffer := bytes.NewBuffer(dst)
	_, err := io.Copy(buffer, text)
	return buffer.Bytes(), err
}

// nextInBlock reads a pair of the block, or of the next one.
func (r *Reader) nextInBlock() (bool, error) {
	r.syncSeen = false
	for r.block.left == 0 {
		if r.in.offset >= r.size {
			return false, nil
		}
		if err := r.readBlock(); err != nil {
			return false, err
		}
	}
	r.block.left--
	var err error
	if r.key, err = takeOne(&r.block.keyLengths, &r.block.keys, r.pair[:0]); err != nil {
		return false, r.corrupt("keys of a block: %v", err)
	}
	r.pair = r.key
	if r.value, err = takeOne(&r.block.valueLengths, &r.block.values, r.packed[:0]); err != nil {
		return false, r.corrupt("values of a block: %v", err)
	}
	r.packed = r.value
	return true, nil
}

// takeOne appends the next content of a buffer to dst.
func takeOne(lengths, contents *bytes.Reader, dst []byte) ([]byte, error) {
	n, err := readVInt(lengths)
	if err != nil {
		return dst, errVInt
	}
	if n < 0 || n > int64(contents.Len()) {
		return dst, fmt.Errorf("a length of %d is not there", n)
	}
	start := len(dst)
	dst = append(dst, make([]byte, n)...)
	_, err = io.ReadFull(contents, dst[start:])
	return dst, err
}

func (r *Reader) readBlock() error {
	if _, err := r.in.number(); err != nil {
		return err
	}
	if err := r.readSync(); err != nil {
		return err
	}
	n, err := readVInt(r.in)
	if err != nil {
		return err
	}
	if n < 0 {
		return r.corrupt("a block of %d records", n)
	}
	r.block.left = n
	for _, buffer := range []*bytes.Reader{&r.block.keyLengths, &r.block.keys, &r.block.valueLengths, &r.block.values} {
		size, err := readVInt(r.in)
		if err != nil {
			return err
		}
		if size < 0 || size > maxLength {
			return r.corrupt("a buffer of %d bytes", size)
		}
		packed, err := r.in.appendN(nil, size)
		if err != nil {
			return err
		}
		content, err := r.unpack(nil, packed)
		if err != nil {
			return err
		}
		buffer.Reset(content)
	}
	return nil
}

// Sync goes to the first sync marker at or behind an offset, or to the end of the file. An
// offset in the header is the first record.
func (r *Reader) Sync(offset int64) error {
	r.block.left = 0
	if offset+syncSize >= r.size {
		return r.in.seek(r.size)
	}
	if offset < r.start {
		if err := r.in.seek(r.start); err != nil {
			return err
		}
		r.syncSeen = true
		return nil
	}
	if err := r.in.seek(offset + 4); err != nil {
		return err
	}
	window := make([]byte, 0, syncSize)
	for r.in.offset < r.size {
		c, err := r.in.ReadByte()
		if err != nil {
			return err
		}
		if len(window) == syncSize {
			copy(window, window[1:])
			window = window[:syncSize-1]
		}
		window = append(window, c)
		if string(window) == string(r.sync[:]) {
			return r.in.seek(r.in.offset - syncFull)
		}
	}
	return nil
}

// IsSequenceFile reports whether a file begins as one.
func IsSequenceFile(head []byte) bool { return strings.HasPrefix(string(head), "SEQ") }
