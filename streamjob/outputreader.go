package streamjob

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"github.com/gomr/gomr/mr/input"
)

// collect takes a pair. The bytes are valid until it returns.
type collect func(key, value []byte) error

// An outputReader takes pairs out of a command's standard output.
type outputReader struct {
	id        *identifier
	separator []byte
	keyFields int
}

// readAll hands each pair to out, until the output ends or out fails.
func (r *outputReader) readAll(in io.Reader, out collect) error {
	switch r.id {
	case rawBytesID:
		return readRawPairs(in, out)
	case typedBytesID:
		return readTypedPairs(in, out)
	}
	lines := pipeLines(in)
	for lines.Next() {
		key, value := lines.Record(), []byte(nil)
		if r.id != keyOnlyID {
			key, value = r.split(key)
		}
		if err := out(key, value); err != nil {
			return err
		}
	}
	return lines.Err()
}

// pipeLines reads the lines of a pipe. The line in front keeps the reader from taking a
// byte order mark away, which it does at the beginning of files.
func pipeLines(in io.Reader) *input.LineReader {
	lines := input.NewLineReader(io.MultiReader(strings.NewReader("\n"), in), input.LineOptions{})
	lines.Next()
	return lines
}

// split splits a line at its separator, or after so many of them as a key has fields.
func (r *outputReader) split(line []byte) (key, value []byte) {
	end := -1
	next := 0
	for range max(r.keyFields, 1) {
		i := bytes.Index(line[next:], r.separator)
		if i < 0 {
			return line, nil
		}
		end = next + i
		next = end + len(r.separator)
	}
	return line[:end], line[next:]
}

// readRawPairs reads pairs with lengths in front. A negative length, or none, in the
// place of a key ends them.
func readRawPairs(in io.Reader, out collect) error {
	buffered := bufio.NewReaderSize(in, pipeBuffer)
	var key, value []byte
	for {
		n, err := readRawLength(buffered)
		if err != nil || n < 0 {
			return err
		}
		if key, err = appendExactly(key[:0], buffered, n); err != nil {
			return err
		}
		if n, err = readRawLength(buffered); err == nil && n < 0 {
			err = &taskError{class: "java.lang.NegativeArraySizeException", text: "-1"}
		}
		if err != nil {
			return err
		}
		if value, err = appendExactly(value[:0], buffered, n); err != nil {
			return err
		}
		if err := out(key, value); err != nil {
			return err
		}
	}
}

// readRawLength returns -1 at the end.
func readRawLength(in io.Reader) (int, error) {
	var length [4]byte
	_, err := io.ReadFull(in, length[:])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return -1, nil
	}
	return int(int32(binary.BigEndian.Uint32(length[:]))), err
}

func readTypedPairs(in io.Reader, out collect) error {
	buffered := bufio.NewReaderSize(in, pipeBuffer)
	var key, value []byte
	for {
		var ok bool
		var err error
		if key, ok, err = readTyped(buffered, key[:0], 0); err != nil || !ok {
			return err
		}
		value, ok, err = readTyped(buffered, value[:0], 0)
		if err == nil && !ok {
			err = errTypedNull
		}
		if err != nil {
			return err
		}
		if err := out(key, value); err != nil {
			return err
		}
	}
}
