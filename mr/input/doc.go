// Package input reads text input exactly as Hadoop's FileInputFormat and
// LineRecordReader read it, from any [Storage]: which files an input names and in
// which order, how they are cut into map tasks, which records each task gets,
// and what compressed files hold.
//
//	files, err := input.List(storage, []string{"/data/text/2014-06-*"}, input.ListOptions{})
//	…
//	for task, split := range input.MakeSplits(files, input.SplitOptions{Maps: 4}) {
//		records, err := input.OpenSplit(storage, split, input.LineOptions{})
//		…
//		for records.Next() {
//			use(task, records.Offset(), records.Record())
//		}
//		err = errors.Join(records.Err(), records.Close())
//	}
//
// The tests compare each of these steps with the results of Hadoop 3.4.2's own
// classes, which lie in testdata/hadoop.
//
// # Inputs
//
// An input is a list of paths and patterns with commas between them; a comma
// within braces belongs to a pattern. A pattern has *, ?, [ab], [a-z], [^a], [!a]
// and {a,b}, which may hold slashes; a backslash takes the meaning from the
// character behind it. None of them but braces matches a slash.
//
// Files whose name begins with "_" or "." are no input, even where the input is
// their very name. They are where a framework keeps its own files. A folder's
// files are taken in the order of HDFS, where names are compared as signed bytes
// (so those outside ASCII go first), and the matches of a pattern in the order of
// java.net.URI. A local folder is listed in the same order, which Hadoop's own
// local file system does not do.
//
// # Splits
//
// A file is cut into splits of max(minimum, min(total/maps, block)) bytes, and the
// last split may be 10% longer. A compressed file is one split, unless it is bzip2: the
// blocks that begin in a split of that are its text. Map task 0 reads the longest split.
//
// # Records
//
// LF, CR and CRLF end a record, or a delimiter does and nothing else. The last
// record of a file needs no ending. A UTF-8 byte order mark at the very start of
// a file is left out, though offsets count it.
//
// The record that starts at offset p belongs to the split that holds the offset
// p-1, where the ending before it ends; with a delimiter, to the split that
// holds p-len(delimiter), where the delimiter before it begins. The first record
// belongs to the first split. So a task leaves out what is before the first
// ending in its split, and reads on behind its end for the rest of its last record.
//
// A delimiter such as "aab", which has its own beginning twice at the front, is
// the one place of a difference: Hadoop overlooks it in "aaab" at the edges of
// its buffers, this package never does.
//
// # Records that are too long
//
// [LineOptions.MaxLength] leaves out long records. It follows Hadoop also where a
// record that is too long goes on behind its split: Hadoop stops reading at the
// end of the split, and takes the rest of the record for one of its own, if that
// is short enough. Such a rest is rubbish, but the same rubbish as on a cluster.
//
// # Records that contain a text
//
// [LineOptions.Containing] leaves out records that do not hold a text. They are the
// same records, with the same offsets and in the same splits, as if all were read and
// looked at. But whole blocks are searched for the text, and the ends of a record are
// looked for only around it: that is as fast as reading the file. Where endings can be
// told only from the front ([LineOptions.MaxLength], or a delimiter such as "||" that
// may begin inside of itself) each record is looked at.
//
// # Codecs
//
// The suffix of a file names its codec, in capitals or not. Data that is damaged
// or cut off is a [*CorruptError], where Hadoop takes a cut off snappy or lz4
// file for a shorter one. A file of no bytes is an error for gzip, deflate and
// zstd, and has no records for the others, as in Hadoop.
//
// Gzip, deflate (zlib), bzip2 and zstd files are the usual ones, and several may
// stand one behind the other. Snappy and lz4 files are not those of the tools
// with these names. They are Hadoop's BlockCompressorStream, any number of blocks:
//
//	block = length chunk…    length of the block before compression
//	chunk = length data      length of data, which is one raw snappy or LZ4 block
//
// A length is four bytes, big-endian, less than 2^31. A block has chunks until
// it has its length; an empty one has none. Hadoop writes blocks of one chunk, of
// 256 KiB at most, or for one larger write a block of several such chunks, and
// one empty block for an empty file. A file that ends after a whole block is
// complete for all that the format can tell.
package input
