package input

import (
	"cmp"
	"fmt"
	"slices"
)

// A Split is the part of a file that one map task reads.
type Split struct {
	File   string // name in the storage
	Start  int64  // offset of the first byte
	Length int64  // number of bytes; in a compressed file, of compressed bytes
}

// String returns the split as Hadoop logs it, such as "/data/x.txt:0+1024".
func (s Split) String() string { return fmt.Sprintf("%s:%d+%d", s.File, s.Start, s.Length) }

// SplitOptions say how files are cut. The zero value is a cluster's default.
type SplitOptions struct {
	// Maps is the number of map tasks to aim at (mapreduce.job.maps). Zero means 2.
	Maps int

	// BlockSize is the size in bytes of the blocks of a file whose storage tells
	// none (dfs.blocksize). Zero means 128 MiB.
	BlockSize int64

	// MinSize is the least size in bytes of a split but the last of a file
	// (mapreduce.input.fileinputformat.split.minsize). Zero means 1.
	MinSize int64

	// IgnoreCodecs cuts compressed files too, as input formats do that don't look at codecs. [OpenSplit]
	// refuses what that makes of a file that is not splittable, as Hadoop does.
	IgnoreCodecs bool
}

const (
	defaultMaps      = 2
	defaultBlockSize = 128 << 20

	// splitSlop is SPLIT_SLOP of FileInputFormat: the last split of a file may be 10% longer.
	splitSlop = 1.1
)

// MakeSplits cuts files into splits, the longest first: the index of a split is
// the index of its map task.
//
// It is getSplits of org.apache.hadoop.mapred.FileInputFormat followed by the
// stable sort of JobSubmitter.
func MakeSplits(files []FileStatus, opts SplitOptions) []Split {
	opts.Maps = cmp.Or(max(opts.Maps, 0), defaultMaps)
	opts.BlockSize = cmp.Or(max(opts.BlockSize, 0), defaultBlockSize)
	opts.MinSize = max(opts.MinSize, 1)

	var total int64
	for _, file := range files {
		total += file.Size
	}
	goal := total / int64(opts.Maps)

	var splits []Split
	for _, file := range files {
		block := cmp.Or(max(file.BlockSize, 0), opts.BlockSize)
		size := max(opts.MinSize, min(goal, block))
		if !opts.IgnoreCodecs && !IsSplittable(file.Name) {
			size = max(size, file.Size)
		}
		splits = appendSplits(splits, file, size)
	}
	slices.SortStableFunc(splits, func(a, b Split) int { return cmp.Compare(b.Length, a.Length) })
	return splits
}

// appendSplits cuts one file into splits of the given size.
// An empty file is one empty split.
func appendSplits(splits []Split, file FileStatus, size int64) []Split {
	rest := file.Size
	for float64(rest)/float64(size) > splitSlop {
		splits = append(splits, Split{file.Name, file.Size - rest, size})
		rest -= size
	}
	if rest > 0 || file.Size == 0 {
		splits = append(splits, Split{file.Name, file.Size - rest, rest})
	}
	return splits
}
