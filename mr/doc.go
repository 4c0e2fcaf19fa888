// Package mr holds MapReduce jobs as typed values.
//
// A mapper makes pairs of a record, and a reducer makes pairs of a key and its
// values. Both are types with one method, or functions made into such a type:
//
//	type WordCount struct{}
//
//	func (WordCount) Map(line string, emit mr.Emit[string, int]) error {
//		for w := range mr.Fields(line) {
//			emit(w, 1)
//		}
//		return nil
//	}
//
//	func (WordCount) Reduce(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
//		n := 0
//		for c := range counts {
//			n += c
//		}
//		emit(word, n)
//		return nil
//	}
//
//	job := mr.MapReduce(w, w)
//
// The types of keys and values follow from the methods, and the compiler checks
// that they fit. A sum needs no reducer: mr.MapMerge(w, mr.Sum) merges values
// two by two wherever they meet, and is many times as fast.
//
// A job is a value that says what to do. What runs it is an engine: package
// mr/local in this process, package streaming on Hadoop. Both give the same parts,
// byte for byte. The package itself opens no file and starts no process.
//
// # Jobs
//
//   - [MapReduce], and [MapCombineReduce] with a reducer-shaped combiner
//   - [MapMerge] and [MapMergeReduce], which merge values two by two
//   - [MapSortReduce], whose values come sorted by a second key ([Sorted])
//   - [MapSort], whose output is what the mapper emits, sorted
//   - [MapOnly]
//   - [Inputs], a mapper of several inputs of different types: a join
//   - [Then], which runs one job over what another puts out
//
// [MapTask] and [ReduceTask] take functions that see all records or groups of a
// task. What else a task may want is in its [Env].
//
// # Memory
//
// Strings may be kept. They are parts of larger blocks, which stay in memory as long
// as any string in them does: clone the few that are kept for long. A []byte is valid
// until Map or Reduce returns. Emit copies what it keeps.
//
// # Encodings
//
// A type has up to three encodings. All are chosen once, when a step is made.
//
// Keys in the shuffle are bytes whose order, compared as unsigned bytes with the
// shorter first, is the order of the values:
//
//	bool               one byte, 0 or 1
//	intN, uintN        N bits, big-endian, the sign bit turned over for intN
//	float32, float64   8 bytes: as float64, big-endian, all bits turned over where it
//	                   is negative and else the sign bit; one zero, NaN last
//	string, []byte     the bytes, where nothing comes behind them; else with 00
//	                   written as 00 FF, and 00 01 behind them
//	time.Time          seconds as an int64, nanoseconds as a uint32; read as UTC
//	struct, array      the fields or elements in a row
//	slice              01 before each element, 00 at the end
//	text               a struct with hidden fields and MarshalText: its text, as a string
//
// No key is the beginning of another where something comes behind it, so structs
// sort by their first field, then by their second.
//
// Values in the shuffle are compact: integers are varints (zigzag where signed),
// floats 4 or 8 bytes little-endian, strings their bytes (behind their length where
// more follows), structs and arrays their parts in a row, and slices, maps and
// pointers msgpack. A nil []byte is read as an empty one.
//
// In input and output they are readable: strings as they are, numbers decimal,
// times RFC 3339, types with MarshalText their text, and all else JSON.
//
// Between two steps a record is the encoded key, a tab and the encoded value, with
// \\, \t, \r and \n for backslash, tab, CR and LF.
package mr
