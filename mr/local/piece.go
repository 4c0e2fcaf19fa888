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
	// batchesPerWorker leaves little to wait for when one worker has no more work.
	batchesPerWorker = 8
	// largePiece is from how many bytes on a piece takes its time by them.
	largePiece = 1 << 20
	// minPiece is large enough that the start of a piece costs little beside its records.
	minPiece = 8 << 20
	// bzip2Part is how much smaller a piece of a bzip2 file is, whose text takes far longer. It has ten blocks or more,
	// since a block of the piece behind it is decoded twice, for the last record.
	bzip2Part = 4
)

// wholeSplits makes one piece of each split.
func wholeSplits(splits []input.Split) []piece {
	pieces := make([]piece, len(splits))
	for i, s := range splits {
		pieces[i] = piece{Split: s, task: i, skipped: new(atomic.Int64)}
	}
	return pieces
}

// cutSplits cuts splits into pieces for some workers.
func cutSplits(splits []input.Split, workers int) []piece {
	return cut(splits, workers, func(left int64) int64 { return guidedSize(left, workers) })
}

// guidedSize returns how much of what is left of the input is mapped next: a part of it, so that the first parts are
// large, and in the end there is little to wait for when one worker has no more work
// ("guided self-scheduling": Polychronopoulos and Kuck, 1987).
func guidedSize(left int64, workers int) int64 { return max(left/int64(2*workers), minPiece) }

// cutEvenly cuts splits into the smallest pieces.
func cutEvenly(splits []input.Split, workers int) []piece {
	return cut(splits, workers, func(int64) int64 { return minPiece })
}

// cut cuts splits into pieces of about a size, which depends on what is left of them all.
func cut(splits []input.Split, workers int, size func(left int64) int64) []piece {
	if workers == 1 {
		return wholeSplits(splits)
	}
	left := totalLength(splits)
	var pieces []piece
	for _, whole := range wholeSplits(splits) {
		end := whole.Start + whole.Length
		for p := whole; ; p.index, p.unknownRecord = p.index+1, -1 {
			if p.Length = end - p.Start; input.IsSplittable(whole.File) {
				s := size(left)
				if input.CodecOf(whole.File) != "" {
					s /= bzip2Part
				}
				p.Length /= max(1, (p.Length+s/2)/s)
			}
			pieces = append(pieces, p)
			left -= p.Length
			if p.Start += p.Length; p.Start == end {
				break
			}
		}
	}
	return pieces
}

// totalLength returns the bytes of all splits, as they are stored.
func totalLength(splits []input.Split) (n int64) {
	for _, s := range splits {
		n += s.Length
	}
	return n
}

// A batch is a row of pieces that are mapped one after the other into one output, so
// that thousands of small files don't become thousands of outputs to merge. The order of
// their pairs is that of the pieces.
type batch struct{ first, end int }

// makeBatches puts pieces together, up to guidedSize, and so that enough batches are left for some workers: small pieces may
// take long, whatever their bytes say.
func makeBatches(pieces []piece, workers int) []batch {
	most := max(1, len(pieces)/(batchesPerWorker*workers))
	left := int64(0)
	for _, p := range pieces {
		left += p.Length
	}
	var batches []batch
	size, limit := int64(0), int64(0)
	for i, p := range pieces {
		last := len(batches) - 1
		if size += p.Length; last >= 0 && size <= limit && (i-batches[last].first < most || p.Length >= largePiece) {
			batches[last].end = i + 1
		} else {
			batches = append(batches, batch{i, i + 1})
			size, limit = p.Length, guidedSize(left, workers)
		}
		left -= p.Length
	}
	return batches
}
