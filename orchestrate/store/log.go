package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

const (
	logPiece     = 256 << 10 // bytes that are compressed as one
	defaultBytes = 1 << 20   // what ReadLog returns where it may choose
)

// AppendLog adds what an attempt has written to its log from offset on. What is stored
// already is not written again, so a chunk may come twice; a chunk that begins beyond the
// end of the log is a [GapError]. The caller keeps the chunk.
func (s *Store) AppendLog(ctx context.Context, fence, offset int64, chunk []byte) error {
	return s.change(ctx, "append to a log", func(ctx context.Context, c *session) error {
		end, err := c.number(ctx, logEnd, fence)
		if err != nil {
			return err
		}
		if offset < 0 || offset > end {
			return &GapError{Fence: fence, Offset: offset, Expected: end}
		}
		for stored := end - offset; stored < int64(len(chunk)); {
			piece := chunk[stored:min(int64(len(chunk)), stored+logPiece)]
			_, err := c.run(ctx, "INSERT INTO logs (fence, start, size, data) VALUES (?, ?, ?, ?)",
				fence, offset+stored, int64(len(piece)), s.codec.compress(piece))
			if err != nil {
				return err
			}
			stored += int64(len(piece))
		}
		return nil
	})
}

// logEnd is a query for how many bytes of a log are stored.
const logEnd = "SELECT COALESCE((SELECT start + size FROM logs WHERE fence = ? ORDER BY start DESC LIMIT 1), 0)"

// ReadLog returns at most limit bytes of the log of an attempt from offset on, and none at its end. A
// negative offset counts from the end, or is the beginning of a log that is shorter. That of an attempt in a batch is the one of the whole. A limit of zero is 1 MiB.
func (s *Store) ReadLog(ctx context.Context, fence, offset int64, limit int) ([]byte, error) {
	const op = "read a log"
	if s.closed.Load() {
		return nil, s.explain(ctx, op, ErrClosed)
	}
	if limit <= 0 {
		limit = defaultBytes
	}
	text, err := s.readLog(ctx, fence, offset, limit)
	return text, s.explain(ctx, op, err)
}

func (s *Store) readLog(ctx context.Context, fence, offset int64, limit int) (text []byte, err error) {
	err = s.db.Readers.QueryRowContext(ctx, s.db.text("SELECT COALESCE((SELECT batch FROM attempts WHERE fence = ? AND batch <> 0), ?)"), fence, fence).Scan(&fence)
	if err != nil {
		return nil, err
	}
	if offset < 0 {
		var end int64
		if err := s.db.Readers.QueryRowContext(ctx, s.db.text(logEnd), fence).Scan(&end); err != nil {
			return nil, err
		}
		offset = max(0, end+offset)
	}
	// The first piece begins at offset or before.
	rows, err := s.db.Readers.QueryContext(ctx, s.db.text("SELECT start, size, data FROM logs WHERE fence = ? AND start >= "+
		"COALESCE((SELECT MAX(start) FROM logs WHERE fence = ? AND start <= ?), 0) AND start < ? ORDER BY start"),
		fence, fence, offset, offset+int64(limit))
	if err != nil {
		return nil, err
	}
	_, err = scanAll(rows, func(rows *sql.Rows) (n int, err error) {
		piece, start, err := s.scanPiece(rows)
		if err != nil {
			return 0, err
		}
		if skip := offset + int64(len(text)) - start; skip < int64(len(piece)) {
			piece = piece[skip:]
			text = append(text, piece[:min(len(piece), limit-len(text))]...)
		}
		return len(text), nil
	})
	return text, err
}

func (s *Store) scanPiece(rows *sql.Rows) (piece []byte, start int64, err error) {
	var size int64
	var data []byte
	if err := rows.Scan(&start, &size, &data); err != nil {
		return nil, 0, err
	}
	piece, err = s.codec.decompress(data)
	if err == nil && int64(len(piece)) != size {
		err = fmt.Errorf("%d bytes instead of %d", len(piece), size)
	}
	return piece, start, damage("log at byte", start, err)
}

// A logCodec compresses pieces of logs. Its methods may be called from any goroutine.
type logCodec struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

func newLogCodec() (c logCodec, err error) {
	c.encoder, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(logPiece), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return c, err
	}
	c.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(4*logPiece))
	return c, err
}

func (c *logCodec) compress(piece []byte) []byte { return c.encoder.EncodeAll(piece, nil) }

func (c *logCodec) decompress(data []byte) ([]byte, error) { return c.decoder.DecodeAll(data, nil) }

// close frees the memory. Reads that are under way may fail.
func (c *logCodec) close() {
	c.encoder.Close()
	c.decoder.Close()
}
