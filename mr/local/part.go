package local

import (
	"context"
	"fmt"
	"io"
	"path"
	"sync"
	"sync/atomic"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
)

// partBlock is large enough that a write to disk costs little beside its data.
const partBlock = 256 << 10

// A part is a file of the output while it is written: by one task, or by several
// pieces of a map task at once. What the pieces write is one behind the other. The first
// that is not finished has the turn and writes into the file; what the others write
// waits in memory, and where too much waits, so do they.
type part struct {
	files  hdfs.FileSystem
	name   string
	pieces int
	limit  int64         // how many bytes may wait
	waits  *atomic.Int64 // how many bytes wait, in all parts of the step

	mu       sync.Mutex
	file     io.WriteCloser
	turn     int              // the piece that has it
	turns    []chan struct{}  // by piece: closed when its turn has come, or nil if it never waited
	finished map[int][][]byte // what finished pieces have left
}

// newPart returns the i-th part of the step, which some pieces write.
func (t *step) newPart(i, pieces int) *part {
	return &part{
		files:    t.options.Files,
		name:     path.Join(t.output, fmt.Sprintf("part-%05d", i)),
		pieces:   pieces,
		limit:    t.options.Memory / 4,
		waits:    &t.waitingBytes,
		turns:    make([]chan struct{}, pieces),
		finished: make(map[int][][]byte),
	}
}

// write runs what produces the lines of a piece. The piece is done when it returns nil.
func (p *part) write(ctx context.Context, piece int, produce func(write mr.WriteRecord) error) error {
	if piece == 0 {
		file, err := p.files.Create(p.name)
		if err != nil {
			return err
		}
		p.file = file
	}
	w := &pieceWriter{part: p, ctx: ctx, piece: piece, hasTurn: piece == 0}
	if err := produce(w.writeLine); err != nil {
		return err
	}
	return w.finish()
}

// close closes the file, unless all pieces are done, and it is closed. No piece is written any more.
func (p *part) close() error {
	if p.file == nil {
		return nil
	}
	err := p.file.Close()
	p.file = nil
	return err
}

// takeTurn reports whether it is the turn of a piece; if not, blocks are left to the
// piece before where the piece is finished.
func (p *part) takeTurn(piece int, finished bool, blocks [][]byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.turn != piece && finished {
		p.finished[piece] = blocks
	}
	return p.turn == piece
}

// awaitTurn waits until it is the turn of a piece. All pieces before it run or are
// done, and the one that has the turn never waits.
func (p *part) awaitTurn(ctx context.Context, piece int) error {
	p.mu.Lock()
	if p.turn == piece {
		p.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	p.turns[piece] = turn
	p.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// passTurn ends the turn of a piece, and writes what the finished pieces behind it have left.
func (p *part) passTurn() error {
	for {
		p.mu.Lock()
		p.turn++
		blocks, finished := p.finished[p.turn]
		delete(p.finished, p.turn)
		if next := p.turn; !finished && next < p.pieces && p.turns[next] != nil {
			close(p.turns[next])
		}
		last := p.turn == p.pieces
		p.mu.Unlock()
		switch {
		case last:
			return p.close()
		case !finished:
			return nil
		}
		if err := p.writeWaiting(blocks); err != nil {
			return err
		}
	}
}

// writeWaiting writes blocks that have waited.
func (p *part) writeWaiting(blocks [][]byte) error {
	for _, b := range blocks {
		if _, err := p.file.Write(b); err != nil {
			return err
		}
		p.waits.Add(-int64(len(b)))
	}
	return nil
}

// A pieceWriter writes the lines of a piece.
type pieceWriter struct {
	part    *part
	ctx     context.Context
	piece   int
	hasTurn bool
	block   []byte   // the lines that come next
	waiting [][]byte // the blocks before it
}

func (w *pieceWriter) writeLine(record []byte) error {
	if len(w.block) > 0 && len(w.block)+len(record) >= partBlock {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if w.hasTurn && len(record) >= partBlock { // no need for a copy
		_, err := w.part.file.Write(record)
		w.block = append(w.block, '\n')
		return err
	}
	w.block = append(append(w.block, record...), '\n')
	return nil
}

// flush writes the block if it is the piece's turn, and else lets it wait.
func (w *pieceWriter) flush() error {
	if w.hasTurn {
		if len(w.block) == 0 {
			return nil
		}
		_, err := w.part.file.Write(w.block)
		w.block = w.block[:0]
		return err
	}
	if err := w.wait(); err != nil {
		return err
	}
	w.block = make([]byte, 0, partBlock)
	if w.part.takeTurn(w.piece, false, nil) {
		return w.writeWaiting()
	}
	return nil
}

// wait lets the block wait, and where too much waits the piece as well, until its turn.
func (w *pieceWriter) wait() error {
	w.waiting = append(w.waiting, w.block)
	if w.part.waits.Add(int64(len(w.block))) <= w.part.limit {
		return nil
	}
	return w.part.awaitTurn(w.ctx, w.piece)
}

func (w *pieceWriter) writeWaiting() error {
	blocks := w.waiting
	w.hasTurn, w.waiting = true, nil
	return w.part.writeWaiting(blocks)
}

// finish writes what is left, or leaves it to the piece that has the turn.
func (w *pieceWriter) finish() error {
	if !w.hasTurn {
		if err := w.wait(); err != nil {
			return err
		}
		if !w.part.takeTurn(w.piece, true, w.waiting) {
			return nil
		}
		if err := w.writeWaiting(); err != nil {
			return err
		}
		return w.part.passTurn()
	}
	if err := w.flush(); err != nil {
		return err
	}
	return w.part.passTurn()
}
