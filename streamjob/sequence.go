package streamjob

import (
	"fmt"
	"io"

	"github.com/gomr/gomr/mr/input"
	"github.com/gomr/gomr/seqfile"
)

// sequenceSplits cuts sequence files. No split is smaller than the distance of two sync markers.
func sequenceSplits(j *job, files []input.FileStatus) ([]split, error) {
	const syncInterval = 5 * 1024 * 20
	return j.cut(files, syncInterval, true)
}

// A sequenceRecords reads a split of a sequence file.
type sequenceRecords struct {
	reader     *seqfile.Reader
	file       io.Closer
	key, value *class
	end        int64
	done       bool
	err        error

	k, v []byte
	show func(c *class, dst, content []byte) []byte // nil keeps the content
	text [2][]byte
}

// openSequenceFile opens a split.
func openSequenceFile(t *task, split split) (*sequenceRecords, error) {
	file, err := t.job.files.Open(split.File)
	if err != nil {
		return nil, err
	}
	r, err := newSequenceRecords(t, file, split)
	if err != nil {
		file.Close()
		return nil, err
	}
	return r, nil
}

func newSequenceRecords(t *task, file input.File, split split) (*sequenceRecords, error) {
	info, err := t.job.files.Stat(split.File)
	if err != nil {
		return nil, err
	}
	seeker, ok := file.(io.ReadSeeker)
	if !ok {
		seeker = io.NewSectionReader(file, 0, info.Size())
	}
	reader, err := seqfile.NewReader(seeker, info.Size())
	if err != nil {
		return nil, ioErrorf("%s not a SequenceFile: %v", qualify(split.File), err)
	}
	r := &sequenceRecords{reader: reader, file: file, end: split.Start + split.Length}
	header := reader.Header()
	if r.key, err = storedClass(header.KeyClass); err != nil {
		return nil, err
	}
	if r.value, err = storedClass(header.ValueClass); err != nil {
		return nil, err
	}
	if split.Start > reader.Offset() {
		if err := reader.Sync(split.Start); err != nil {
			return nil, err
		}
	}
	r.done = reader.Offset() >= r.end
	return r, nil
}

// storedClass returns the class of keys or values in a file.
func storedClass(name string) (*class, error) {
	if c := classNamed(name); c != nil {
		return c, nil
	}
	return nil, &taskError{class: runtimeFailure, text: fmt.Sprintf("java.io.IOException: WritableName can't load class: %s, which is not one of those that gomr has built in", name)}
}

// Next follows SequenceFileRecordReader: a record belongs to the split unless a sync marker
// stands between the split's end and it.
func (r *sequenceRecords) Next() bool {
	if r.done {
		return false
	}
	before := r.reader.Offset()
	if !r.reader.Next() {
		r.done, r.err = true, r.reader.Err()
		return false
	}
	if before >= r.end && r.reader.SyncSeen() {
		r.done = true
		return false
	}
	var ok bool
	if r.k, ok = r.key.content(r.reader.Key()); ok {
		r.v, ok = r.value.content(r.reader.Value())
	}
	if !ok {
		r.done, r.err = true, ioErrorf("a record of the sequence file before byte %d has no whole %s and %s", r.reader.Offset(), r.key.name, r.value.name)
		return false
	}
	if r.show != nil {
		r.text[0] = r.show(r.key, r.text[0][:0], r.k)
		r.text[1] = r.show(r.value, r.text[1][:0], r.v)
		r.k, r.v = r.text[0], r.text[1]
	}
	return true
}

func (r *sequenceRecords) Key() []byte   { return r.k }
func (r *sequenceRecords) Value() []byte { return r.v }
func (r *sequenceRecords) Err() error    { return r.err }
func (r *sequenceRecords) Close() error  { return r.file.Close() }

func (r *sequenceRecords) classes() (key, value *class) { return r.key, r.value }

func openSequenceInput(t *task, split split) (records, error) {
	return openSequenceFile(t, split)
}

// A shownRecords are pairs that another class stands for.
type shownRecords struct {
	*sequenceRecords
	class *class
}

func (r shownRecords) classes() (key, value *class) { return r.class, r.class }

// openSequenceText reads keys and values as their texts.
func openSequenceText(t *task, split split) (records, error) {
	r, err := openSequenceFile(t, split)
	if err != nil {
		return nil, err
	}
	r.show = func(c *class, dst, content []byte) []byte { return c.text(dst, content) }
	return shownRecords{r, textClass}, nil
}

// openSequenceBinary reads keys and values as the bytes that their classes wrote.
func openSequenceBinary(t *task, split split) (records, error) {
	r, err := openSequenceFile(t, split)
	if err != nil {
		return nil, err
	}
	r.show = func(c *class, dst, content []byte) []byte { return c.appendWritable(dst, content) }
	return shownRecords{r, bytesClass}, nil
}

// openAuto reads a file as what it begins as.
func openAuto(t *task, split split) (records, error) {
	file, err := t.job.files.Open(split.File)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 3)
	_, err = io.ReadFull(file, head)
	file.Close()
	if err == nil && seqfile.IsSequenceFile(head) {
		return openSequenceInput(t, split)
	}
	if split.Start > 0 && !input.IsSplittable(split.File) {
		return nil, ioErrorf("AutoInputFormat cuts %s, though it can only be read as a whole, and so it does in Hadoop: use -inputformat TextInputFormat", split.File)
	}
	return openText(t, split)
}

// A sequenceSink writes a sequence file.
type sequenceSink struct {
	part       *part
	writer     *seqfile.Writer
	key, value *class
	mismatch   error
	k, v       []byte
}

// compressions are the words of mapreduce.output.fileoutputformat.compress.type.
var compressions = map[string]seqfile.Compression{"NONE": seqfile.None, "RECORD": seqfile.Record, "BLOCK": seqfile.Block}

// openSequence begins a part that is a sequence file, for pairs of these classes.
func (t *task) openSequence(p *part, key, value *class) (sink, error) {
	j := t.job
	header := seqfile.Header{KeyClass: j.outKey.name, ValueClass: j.outValue.name}
	if j.codec != "" {
		compression, ok := compressions[j.compressType]
		if !ok {
			return nil, &taskError{class: illegalArgument, text: "No enum constant org.apache.hadoop.io.SequenceFile.CompressionType." + j.compressType}
		}
		header.Compression = compression
		header.CodecClass = codecClass(j.codec)
	}
	writer, err := seqfile.NewWriter(p.buffer, header, seqfile.WriterOptions{NewCodec: newCodecWriter})
	if err != nil {
		return nil, err
	}
	s := &sequenceSink{part: p, writer: writer, key: key, value: value}
	switch {
	case key != j.outKey:
		s.mismatch = ioErrorf("wrong key class: %s is not class %s", key.name, j.outKey.name)
	case value != j.outValue:
		s.mismatch = ioErrorf("wrong value class: %s is not class %s", value.name, j.outValue.name)
	}
	return s, nil
}

// codecClass returns the Java class of a codec.
func codecClass(codec string) string {
	name := "DefaultCodec"
	for class, c := range codecs {
		if c == codec && class != "DeflateCodec" {
			name = class
		}
	}
	return codecPackage + name
}

func (s *sequenceSink) write(key, value []byte) error {
	if s.mismatch != nil {
		return s.mismatch
	}
	s.k = s.key.appendWritable(s.k[:0], key)
	s.v = s.value.appendWritable(s.v[:0], value)
	return s.writer.Append(s.k, s.v)
}

func (s *sequenceSink) close() error {
	err := s.writer.Close()
	if closeErr := s.part.close(); err == nil {
		err = closeErr
	}
	return err
}
