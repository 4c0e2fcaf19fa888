// Package sample finds the cut points of a step in total order: the keys at which
// one reduce task ends and the next begins.
//
// It maps a few pieces spread evenly over the input, at most some megabytes, and
// takes the quantiles of the keys that come out. The same input gives the same cut
// points, so a job has the same parts whichever engine runs it.
//
//	cuts, err := sample.Cuts(step, storage, splits, newEnv)
//	step = step.WithCuts(cuts)
//
// # File of cut points
//
// Cut points go to tasks on other machines as a file: each is its length as an
// unsigned varint, and its bytes.
package sample

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
)

// The sample is this many pieces of this many bytes. An input that is not larger
// is read whole.
const (
	pieces     = 64
	pieceBytes = 64 << 10
)

// Cuts returns the cut points of step for the input in splits.
// newEnv returns what the mapper sees for a split; its counters are not used.
func Cuts(step *mr.Step, storage input.Storage, splits []input.Split, newEnv func(input.Split) *mr.Env) ([][]byte, error) {
	var keys [][]byte
	for _, p := range choose(splits) {
		err := mapPiece(step, storage, p, newEnv(p.split), func(key, _ []byte) error {
			keys = append(keys, bytes.Clone(key))
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("sampling %s: %w", p.split, err)
		}
	}
	return step.CutPoints(keys), nil
}

// A piece is a split, or a part of one, of which limit bytes are read.
type piece struct {
	split input.Split
	limit int64
}

// choose returns pieces of the splits, spread evenly over their bytes.
// A split of a compressed file can be read from its start alone, so it gives one piece that
// is as large as all that fall into it.
func choose(splits []input.Split) []piece {
	var total int64
	for _, s := range splits {
		total += s.Length
	}
	var chosen []piece
	if total <= pieces*pieceBytes {
		for _, s := range splits {
			chosen = append(chosen, piece{s, pieces * pieceBytes})
		}
		return chosen
	}
	stride := total / pieces
	next, begin := int64(0), int64(0)
	for _, s := range splits {
		whole := input.CodecOf(s.File) != ""
		first := len(chosen)
		for ; next < begin+s.Length; next += stride {
			if whole && len(chosen) > first {
				chosen[first].limit += pieceBytes
				continue
			}
			part := s
			if !whole {
				part.Start += next - begin
				part.Length = min(pieceBytes, s.Length-(next-begin))
			}
			chosen = append(chosen, piece{part, pieceBytes})
		}
		begin += s.Length
	}
	return chosen
}

func mapPiece(step *mr.Step, storage input.Storage, p piece, env *mr.Env, collect mr.Collect) (err error) {
	r, err := input.OpenSplit(storage, p.split, input.LineOptions{KeepRecords: !step.Borrows})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return step.RunMap(env, &limited{LineReader: r, left: p.limit}, collect)
}

// limited ends the records after a number of bytes.
type limited struct {
	*input.LineReader
	left int64
}

func (l *limited) Next() bool {
	if l.left <= 0 || !l.LineReader.Next() {
		return false
	}
	l.left -= int64(len(l.Record())) + 1
	return true
}

// AppendCuts appends the file of cut points to dst.
func AppendCuts(dst []byte, cuts [][]byte) []byte {
	for _, cut := range cuts {
		dst = append(binary.AppendUvarint(dst, uint64(len(cut))), cut...)
	}
	return dst
}

// ParseCuts reads a file of cut points. They share memory with b.
func ParseCuts(b []byte) ([][]byte, error) {
	var cuts [][]byte
	for len(b) > 0 {
		length, n := binary.Uvarint(b)
		if n <= 0 || length > uint64(len(b)-n) {
			return nil, errors.New("the file of cut points ends too early")
		}
		end := n + int(length)
		cut := b[n:end:end]
		if len(cuts) > 0 && bytes.Compare(cuts[len(cuts)-1], cut) >= 0 {
			return nil, errors.New("the file of cut points is damaged: they don't ascend")
		}
		cuts, b = append(cuts, cut), b[end:]
	}
	return cuts, nil
}
