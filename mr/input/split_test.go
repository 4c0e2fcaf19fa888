package input

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMakeSplits(t *testing.T) {
	const mib = 1 << 20
	for _, test := range []struct {
		name  string
		files []FileStatus
		opts  SplitOptions
		want  []Split
	}{
		{"nothing", nil, SplitOptions{}, nil},
		{"two maps, and the longer one goes first", []FileStatus{{Name: "f", Size: 28893}}, SplitOptions{}, []Split{{"f", 14446, 14447}, {"f", 0, 14446}}},
		{"an empty file is a split", []FileStatus{{Name: "e"}, {Name: "f", Size: 2}}, SplitOptions{}, []Split{{"f", 0, 1}, {"f", 1, 1}, {"e", 0, 0}}},
		{"all files empty", []FileStatus{{Name: "e"}, {Name: "f"}}, SplitOptions{}, []Split{{"e", 0, 0}, {"f", 0, 0}}},
		{"blocks of 128 MiB", []FileStatus{{Name: "f", Size: 300 * mib}}, SplitOptions{},
			[]Split{{"f", 0, 128 * mib}, {"f", 128 * mib, 128 * mib}, {"f", 256 * mib, 44 * mib}}},
		{"the last one may be 10% longer", []FileStatus{{Name: "f", Size: 110}}, SplitOptions{Maps: 1, BlockSize: 100}, []Split{{"f", 0, 110}}},
		{"but not more", []FileStatus{{Name: "f", Size: 111}}, SplitOptions{Maps: 1, BlockSize: 100}, []Split{{"f", 0, 100}, {"f", 100, 11}}},
		{"the block size of the file counts", []FileStatus{{Name: "f", Size: 20, BlockSize: 10}}, SplitOptions{Maps: 1, BlockSize: 100}, []Split{{"f", 0, 10}, {"f", 10, 10}}},
		{"the minimum wins over the block", []FileStatus{{Name: "f", Size: 30}}, SplitOptions{Maps: 3, BlockSize: 5, MinSize: 20}, []Split{{"f", 0, 20}, {"f", 20, 10}}},
		{"more maps than bytes", []FileStatus{{Name: "f", Size: 2}}, SplitOptions{Maps: 10}, []Split{{"f", 0, 1}, {"f", 1, 1}}},
		{"compressed files are whole", []FileStatus{{Name: "f.GZ", Size: 300 * mib}, {Name: "f.zst", Size: 301 * mib}}, SplitOptions{},
			[]Split{{"f.zst", 0, 301 * mib}, {"f.GZ", 0, 300 * mib}}},
		{"bzip2 is not", []FileStatus{{Name: "f.bz2", Size: 300 * mib}}, SplitOptions{},
			[]Split{{"f.bz2", 0, 128 * mib}, {"f.bz2", 128 * mib, 128 * mib}, {"f.bz2", 256 * mib, 44 * mib}}},
		{"codecs that are ignored", []FileStatus{{Name: "f.gz", Size: 20}}, SplitOptions{IgnoreCodecs: true}, []Split{{"f.gz", 0, 10}, {"f.gz", 10, 10}}},
		{"ties keep the order of files", []FileStatus{{Name: "b", Size: 10}, {Name: "a", Size: 10}}, SplitOptions{}, []Split{{"b", 0, 10}, {"a", 0, 10}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, MakeSplits(test.files, test.opts))
		})
	}
}
