package local

import (
	"sync/atomic"

	"github.com/gomr/gomr/mr/input"
)

// A piece is a part of a split that is mapped by itself, so that a few large splits keep
// all workers busy. The pairs of a task are those of its pieces, one behind the other.
type piece struct {
	input.Split
	task          int           // index of the map task
	index         int           // of the piece among those of the task
	skipped       *atomic.Int64 // records of the whole task that were skipped
	unknownRecord int64         // -1 where the number of a record in its task can't be told
}

const (
	// piecesPerWorker leaves little to wait for when one worker has no more work.
	piecesPerWorker = 8
	// minPiece is large enough that the start of a piece costs little beside its records.
	minPiece = 8 << 20
)

// wholeSplits makes one piece of each split.
func wholeSplits(splits []input.Split) []piece {
	pieces := make([]piece, len(splits))
	for i, s := range splits {
		pieces[i] = piece{Split: s, task: i, skipped: new(atomic.Int64)}
	}
	return pieces
}

// cutSplits cuts splits into enough pieces for some workers.
func cutSplits(splits []input.Split, workers int) []piece {
	var total int64
	for _, s := range splits {
		total += s.Length
	}
	return cutBySize(splits, workers, max(total/int64(piecesPerWorker*workers), minPiece))
}

// cutBySize cuts splits into pieces of about a size.
func cutBySize(splits []input.Split, workers int, size int64) []piece {
	var pieces []piece
	for _, whole := range wholeSplits(splits) {
		if workers == 1 || input.CodecOf(whole.File) != "" {
			pieces = append(pieces, whole)
			continue
		}
		n := max(1, whole.Length/size)
		for i := range n {
			p := whole
			start, end := i*whole.Length/n, (i+1)*whole.Length/n
			p.Start, p.Length = whole.Start+start, end-start
			if p.index = int(i); i > 0 {
				p.unknownRecord = -1
			}
			pieces = append(pieces, p)
		}
	}
	return pieces
}

// A batch is a row of pieces that are mapped one after the other into one output, so
// that thousands of small files don't become thousands of outputs to merge. The order of
// their pairs is that of the pieces.
type batch struct{ first, end int }

// makeBatches puts small pieces together, but leaves enough batches for some workers.
func makeBatches(pieces []piece, workers int) []batch {
	most := max(1, len(pieces)/(piecesPerWorker*workers))
	var batches []batch
	size := int64(0)
	for i, p := range pieces {
		last := len(batches) - 1
		if size += p.Length; last >= 0 && size <= minPiece && i-batches[last].first < most {
			batches[last].end = i + 1
			continue
		}
		batches = append(batches, batch{i, i + 1})
		size = p.Length
	}
	return batches
}
