package seqfile

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/gomr/gomr/mr/input"
)

// WriterOptions are the options of NewWriter. The zero value writes without compression.
type WriterOptions struct {
	// Sync is the sync marker. The zero value takes a random one.
	Sync [16]byte

	// BlockSize is how many bytes of keys and values make a block
	// (io.seqfile.compress.blocksize). Zero means 1,000,000.
	BlockSize int

	// NewCodec makes the writer of a codec, one of those of package input. Nil means
	// [input.NewWriter].
	NewCodec func(codec string, w io.Writer) (io.WriteCloser, error)
}

const defaultBlockSize = 1000000

// A Writer writes a file. It is for one goroutine.
type Writer struct {
	header   Header
	codec    string
	options  WriterOptions
	out      io.Writer
	offset   int64
	lastSync int64
	buffer   []byte
	packed   bytes.Buffer

	// The block that grows.
	records                                int
	keyLengths, keys, valueLengths, values []byte
}

// NewWriter begins a file. The caller closes the writer, and then out.
func NewWriter(out io.Writer, header Header, options WriterOptions) (*Writer, error) {
	w := &Writer{header: header, options: options, out: out}
	if w.options.BlockSize <= 0 {
		w.options.BlockSize = defaultBlockSize
	}
	if w.options.NewCodec == nil {
		w.options.NewCodec = input.NewWriter
	}
	if header.Compression != None {
		codec, ok := codecs[header.CodecClass]
		if !ok {
			return nil, fmt.Errorf("no codec is known by the name of %s", header.CodecClass)
		}
		w.codec = codec
	}
	if w.options.Sync == [16]byte{} {
		_, _ = rand.Read(w.options.Sync[:]) // it never fails
	}
	return w, w.write(header.append(nil, w.options.Sync))
}

func (w *Writer) write(b []byte) error {
	n, err := w.out.Write(b)
	w.offset += int64(n)
	return err
}

// Append writes a pair, as its classes write it.
func (w *Writer) Append(key, value []byte) error {
	if w.header.Compression == Block {
		return w.appendToBlock(key, value)
	}
	if w.header.Compression == Record {
		packed, err := w.pack(value)
		if err != nil {
			return err
		}
		value = packed
	}
	if w.offset >= w.lastSync+syncEvery {
		if err := w.sync(); err != nil {
			return err
		}
	}
	b := binary.BigEndian.AppendUint32(w.buffer[:0], uint32(len(key)+len(value)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(key)))
	w.buffer = append(append(b, key...), value...)
	return w.write(w.buffer)
}

// sync writes a sync marker, unless one has just been written.
func (w *Writer) sync() error {
	if w.lastSync == w.offset {
		return nil
	}
	err := w.write(append([]byte{0xff, 0xff, 0xff, 0xff}, w.options.Sync[:]...))
	w.lastSync = w.offset
	return err
}

// pack compresses. The bytes are valid until the next call.
func (w *Writer) pack(content []byte) ([]byte, error) {
	w.packed.Reset()
	codec, err := w.options.NewCodec(w.codec, &w.packed)
	if err != nil {
		return nil, err
	}
	if _, err := codec.Write(content); err != nil {
		return nil, err
	}
	if err := codec.Close(); err != nil {
		return nil, err
	}
	return w.packed.Bytes(), nil
}

func (w *Writer) appendToBlock(key, value []byte) error {
	w.keyLengths = appendVInt(w.keyLengths, int64(len(key)))
	w.keys = append(w.keys, key...)
	w.valueLengths = appendVInt(w.valueLengths, int64(len(value)))
	w.values = append(w.values, value...)
	w.records++
	if len(w.keys)+len(w.values) < w.options.BlockSize {
		return nil
	}
	return w.flush()
}

// flush writes the block.
func (w *Writer) flush() error {
	if w.records == 0 {
		return nil
	}
	if err := w.sync(); err != nil {
		return err
	}
	if err := w.write(appendVInt(nil, int64(w.records))); err != nil {
		return err
	}
	for _, buffer := range []*[]byte{&w.keyLengths, &w.keys, &w.valueLengths, &w.values} {
		packed, err := w.pack(*buffer)
		if err != nil {
			return err
		}
		if err := w.write(append(appendVInt(nil, int64(len(packed))), packed...)); err != nil {
			return err
		}
		*buffer = (*buffer)[:0]
	}
	w.records = 0
	return nil
}

// Close writes what is left. It does not close the file.
func (w *Writer) Close() error { return w.flush() }
