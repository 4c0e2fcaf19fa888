package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gomr/gomr/orchestrate/store"
)

// See https://www.sqlite.org/fileformat.html, "The Database Header".
const (
	magic          = "SQLite format 3\x00"
	pageSizeOffset = 16
	headerSize     = 18 // as far as it is looked at here
)

// checkFile looks whether a file is a database that may be written, before SQLite opens it.
// It sees what SQLite takes for its own: a file that was cut within its last page. To check all
// pages would take seconds for a large file; SQLite checks those that it reads.
func checkFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	var header [headerSize]byte
	n, err := io.ReadFull(file, header[:])
	switch {
	case n == 0 && err == io.EOF:
		return nil // SQLite makes a database of an empty file
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case n < headerSize, string(header[:len(magic)]) != magic:
		return fmt.Errorf("%w: it begins with %q", store.ErrNotDatabase, header[:n])
	}
	return checkSize(file, path, int64(binary.BigEndian.Uint16(header[pageSizeOffset:])))
}

// checkSize looks whether a file has whole pages. It may have others where a checkpoint was cut off, and then
// SQLite repairs it from its log.
func checkSize(file *os.File, path string, pageSize int64) error {
	if pageSize == 1 {
		pageSize = 1 << 16 // it is 2 bytes in the file
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	log, err := os.Stat(path + "-wal")
	if hasLog := err == nil && log.Size() > 0; hasLog || pageSize > 0 && info.Size()%pageSize == 0 {
		return nil
	}
	return fmt.Errorf("%w: its %d bytes are no whole number of pages", store.ErrDamaged, info.Size())
}
