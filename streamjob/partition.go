package streamjob

import "fmt"

// A partitioner returns the reduce task of a key.
type partitioner func(key []byte) (int, error)

// partitioners make the partitioners of a job by their Java names.
var partitioners = map[string]func(j *job) (partitioner, error){
	mapredPackage + "lib.HashPartitioner":          newHashPartitioner,
	mapredPackage + "lib.KeyFieldBasedPartitioner": newKeyFieldPartitioner,
	mapredPackage + "lib.BinaryPartitioner":        newBinaryPartitioner,
	mapredPackage + "lib.TotalOrderPartitioner":    newTotalOrderPartitioner,
}

// toPartition makes a partition of a hash.
func toPartition(hash int32, partitions int) int { return int(hash&0x7fffffff) % partitions }

func newHashPartitioner(j *job) (partitioner, error) { //nolint:unparam // it is one of partitioners
	return func(key []byte) (int, error) { return toPartition(j.mapKey.hash(key), j.reduces), nil }, nil
}

// newKeyFieldPartitioner hashes the bytes of some fields of a key.
func newKeyFieldPartitioner(j *job) (partitioner, error) {
	separator := j.conf.text("mapreduce.map.output.key.field.separator", "\t")
	fields, err := parseKeyFields(j.conf.text("mapreduce.partition.keypartitioner.options", ""), separator)
	if _, ok := j.conf.raw("num.key.fields.for.partition"); ok {
		var n int
		if n, err = j.conf.integer("num.key.fields.for.partition", 0); err == nil {
			fields = &keyFields{separator: []byte(separator)}
			if n >= 1 {
				fields.seen = true
				fields.specs = []keySpec{{field: 1, char: 1, endField: n}}
			}
		}
	}
	if err != nil {
		return nil, &taskError{class: illegalArgument, text: err.Error()}
	}
	var text []byte
	return func(key []byte) (int, error) {
		text = j.mapKey.text(text[:0], key)
		return toPartition(fields.hash(text), j.reduces), nil
	}, nil
}

// newBinaryPartitioner hashes a stretch of the bytes of a key. Offsets that are negative
// count from the end.
func newBinaryPartitioner(j *job) (partitioner, error) {
	left, err := j.conf.integer("mapreduce.partition.binarypartitioner.left.offset", 0)
	if err != nil {
		return nil, err
	}
	right, err := j.conf.integer("mapreduce.partition.binarypartitioner.right.offset", -1)
	if err != nil {
		return nil, err
	}
	if j.mapKey.framing == fixedFraming {
		return nil, &taskError{class: "java.lang.ClassCastException", text: fmt.Sprintf("class %s cannot be cast to class org.apache.hadoop.io.BinaryComparable", j.mapKey.name)}
	}
	return func(key []byte) (int, error) {
		n := len(key)
		if n == 0 {
			return 0, &taskError{class: "java.lang.ArithmeticException", text: "/ by zero"}
		}
		from, to := ((left%n)+n)%n, ((right%n)+n)%n
		hash := int32(1)
		for i := from; i <= to; i++ {
			hash = 31*hash + int32(int8(key[i]))
		}
		return toPartition(hash, j.reduces), nil
	}, nil
}

// comparators make the order of keys of a job by the Java name of its comparator.
var comparators = map[string]func(j *job) (func(a, b []byte) int, error){
	mapredPackage + "lib.KeyFieldBasedComparator":                       newKeyFieldComparator,
	"org.apache.hadoop.mapreduce.lib.partition.KeyFieldBasedComparator": newKeyFieldComparator,
	"org.apache.hadoop.io.Text$Comparator":                              newClassComparator,
	"org.apache.hadoop.io.BytesWritable$Comparator":                     newClassComparator,
	"org.apache.hadoop.io.LongWritable$Comparator":                      newClassComparator,
	"org.apache.hadoop.io.LongWritable$DecreasingComparator":            newDecreasingComparator,
}

func newKeyFieldComparator(j *job) (func(a, b []byte) int, error) {
	fields, err := parseKeyFields(j.conf.text("mapreduce.partition.keycomparator.options", ""), j.conf.text("mapreduce.map.output.key.field.separator", "\t"))
	if err != nil {
		return nil, &taskError{class: illegalArgument, text: err.Error()}
	}
	if j.mapKey == textClass {
		return fields.compare, nil
	}
	return func(a, b []byte) int {
		var roomA, roomB [64]byte
		return fields.compare(j.mapKey.likeText(roomA[:0], a), j.mapKey.likeText(roomB[:0], b))
	}, nil
}

// likeText appends what Hadoop's KeyFieldBasedComparator takes for the text of a key, which it believes to be
// a Text: all behind a vint of its length. Of other classes that are bytes of the length too, which may be separators.
func (c *class) likeText(dst, content []byte) []byte {
	dst = c.appendWritable(dst, content)
	_, size := readVInt(dst)
	return dst[size:]
}

func newClassComparator(j *job) (func(a, b []byte) int, error) { //nolint:unparam // it is one of comparators
	return j.mapKey.order, nil
}

func newDecreasingComparator(*job) (func(a, b []byte) int, error) {
	return func(a, b []byte) int { return compareSigned(b, a) }, nil
}
