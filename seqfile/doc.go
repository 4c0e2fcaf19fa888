// Package seqfile reads and writes Hadoop's SequenceFile, version 6, in all its three forms.
// Keys and values are the bytes that their Writable classes wrote; what they mean is the
// caller's to know.
//
//	r, err := seqfile.NewReader(file, size)
//	…
//	for r.Next() {
//		use(r.Key(), r.Value())
//	}
//	err = r.Err()
//
// # Format
//
// Numbers are big-endian; a vint is that of Hadoop's WritableUtils, a text is a vint
// length and UTF-8.
//
//	header   "SEQ" 6, key class (text), value class (text), compressed (1 byte),
//	         in blocks (1 byte), codec class (text, where compressed),
//	         metadata (4-byte count, then name and value as text), sync marker (16 bytes)
//	record   length (4), key length (4), key, value
//	sync     -1 (4), sync marker (16)
//	block    sync, records (vint), then four buffers: key lengths, keys, value lengths,
//	         values; each is a vint size and that many compressed bytes
//
// Without compression, and where each record is compressed, records follow each other, and
// a sync stands between two of them at least every 100 KiB, so that a reader can begin
// anywhere. Where records are compressed only the value is, on its own; length is that of
// the key and the compressed value. With blocks there is nothing but blocks; the lengths
// in their buffers are vints.
//
// A sync marker is random, so that two files of the same pairs differ in it.
package seqfile
