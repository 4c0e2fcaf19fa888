package streamjob

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gomr/gomr/mr/input"
)

// records are the pairs of a split.
type records interface {
	Next() bool
	Key() []byte
	Value() []byte
	Err() error
	Close() error
	// classes returns what keys and values are, once the split is open.
	classes() (key, value *class)
}

// An inputFormat says how files become splits, and splits pairs.
type inputFormat struct {
	name   string // the simple name of the class
	class  string
	splits func(j *job, files []input.FileStatus) ([]split, error)
	open   func(t *task, split split) (records, error)
}

// inputFormats are the classes of -inputformat.
var inputFormats = map[string]*inputFormat{
	"TextInputFormat":                 {"TextInputFormat", mapredPackage + "TextInputFormat", fileSplits, openText},
	"KeyValueTextInputFormat":         {"KeyValueTextInputFormat", mapredPackage + "KeyValueTextInputFormat", fileSplits, openKeyValue},
	"NLineInputFormat":                {"NLineInputFormat", mapredPackage + "lib.NLineInputFormat", lineSplits, openText},
	"SequenceFileInputFormat":         {"SequenceFileInputFormat", mapredPackage + "SequenceFileInputFormat", sequenceSplits, openSequenceInput},
	"SequenceFileAsTextInputFormat":   {"SequenceFileAsTextInputFormat", mapredPackage + "SequenceFileAsTextInputFormat", sequenceSplits, openSequenceText},
	"SequenceFileAsBinaryInputFormat": {"SequenceFileAsBinaryInputFormat", mapredPackage + "SequenceFileAsBinaryInputFormat", sequenceSplits, openSequenceBinary},
	"AutoInputFormat":                 {"AutoInputFormat", streamingPackage + "AutoInputFormat", autoSplits, openAuto},
	"CombineTextInputFormat":          {"CombineTextInputFormat", mapredPackage + "lib.CombineTextInputFormat", combineSplits, openCombined},
	"StreamInputFormat":               {"StreamInputFormat", streamingPackage + "StreamInputFormat", fileSplits, openStream},
}

// fileSplits cuts files as FileInputFormat does.
func fileSplits(j *job, files []input.FileStatus) ([]split, error) {
	return j.cut(files, 1, false)
}

// autoSplits cuts compressed files too, as Hadoop's AutoInputFormat does.
func autoSplits(j *job, files []input.FileStatus) ([]split, error) {
	return j.cut(files, 1, true)
}

// cut cuts files into splits of at least minSize bytes.
func (j *job) cut(files []input.FileStatus, minSize int64, ignoreCodecs bool) ([]split, error) {
	given, err := j.conf.integer("mapreduce.input.fileinputformat.split.minsize", 1)
	if err != nil {
		return nil, err
	}
	block, err := j.blockSize()
	if err != nil {
		return nil, err
	}
	return wholeSplits(input.MakeSplits(files, input.SplitOptions{Maps: j.maps(), BlockSize: block, MinSize: max(int64(given), minSize), IgnoreCodecs: ignoreCodecs})), nil
}

// defaultLocalBlock is the size of the blocks that Hadoop sees in local files.
const defaultLocalBlock = 32 << 20

// blockSize returns the size of blocks of local files.
func (j *job) blockSize() (int64, error) {
	n, err := j.conf.integer("fs.local.block.size", defaultLocalBlock)
	return int64(n), err
}

// lineSplits is NLineInputFormat.getSplits: each split has the same number of lines. The
// first one of a file ends a byte early and the others begin one early, which makes each
// line belong where it should.
func lineSplits(j *job, files []input.FileStatus) ([]split, error) {
	lines, err := j.conf.integer("mapreduce.input.lineinputformat.linespermap", 1)
	if err != nil {
		return nil, err
	}
	var splits []input.Split
	for _, file := range files {
		if splits, err = appendLineSplits(splits, j, file, lines); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(splits, func(a, b input.Split) int { return int(b.Length - a.Length) })
	return wholeSplits(splits), nil
}

func appendLineSplits(splits []input.Split, j *job, file input.FileStatus, lines int) ([]input.Split, error) {
	in, err := j.files.Open(file.Name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	add := func(begin, end int64) {
		split := input.Split{File: file.Name, Start: begin, Length: end - begin}
		if begin == 0 {
			split.Length--
		} else {
			split.Start--
		}
		splits = append(splits, split)
	}
	var begin, end int64
	count := 0
	scanner := newLineScanner(in)
	for scanner.next() {
		end += int64(scanner.size)
		if count++; count == lines {
			add(begin, end)
			begin, count = end, 0
		}
	}
	if count > 0 {
		add(begin, end)
	}
	return splits, scanner.err
}

// lineOptions returns what a record of text is.
func (t *task) lineOptions(delimited bool) (input.LineOptions, error) {
	var options input.LineOptions
	if delimiter, ok := t.job.conf.lookup("textinputformat.record.delimiter"); ok && delimited {
		options.Delimiter = []byte(delimiter)
	}
	limit, err := t.job.conf.integer("mapreduce.input.linerecordreader.line.maxlength", 0)
	options.MaxLength = limit
	return options, err
}

// A textRecords has the offset of a line as key, and the line as value.
type textRecords struct {
	*input.LineReader
	offset [8]byte
}

func openText(t *task, split split) (records, error) {
	options, err := t.lineOptions(t.job.format.name != "NLineInputFormat")
	if err != nil {
		return nil, err
	}
	lines, err := input.OpenSplit(t.job.files, split.Split, options)
	if err != nil {
		return nil, err
	}
	return &textRecords{LineReader: lines}, nil
}

func (r *textRecords) Key() []byte {
	binary.BigEndian.PutUint64(r.offset[:], uint64(r.Offset()))
	return r.offset[:]
}

func (r *textRecords) Value() []byte { return r.Record() }

func (r *textRecords) classes() (key, value *class) { return longClass, textClass }

// A keyValueRecords splits each line at the first separator.
type keyValueRecords struct {
	*input.LineReader
	separator byte
}

func openKeyValue(t *task, split split) (records, error) {
	options, err := t.lineOptions(false)
	if err != nil {
		return nil, err
	}
	lines, err := input.OpenSplit(t.job.files, split.Split, options)
	if err != nil {
		return nil, err
	}
	separator := "\t"
	if text := t.job.conf.text("mapreduce.input.keyvaluelinerecordreader.key.value.separator", "\t"); text != "" {
		separator = text
	}
	first := []rune(separator)[0]
	return &keyValueRecords{lines, byte(first)}, nil
}

func (r *keyValueRecords) Key() []byte {
	key, _, _ := bytes.Cut(r.Record(), []byte{r.separator})
	return key
}

func (r *keyValueRecords) Value() []byte {
	_, value, _ := bytes.Cut(r.Record(), []byte{r.separator})
	return value
}

func (r *keyValueRecords) classes() (key, value *class) { return textClass, textClass }

// inputError gives an error of input the words of Hadoop.
func inputError(err error) error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		var all []byte
		for _, each := range joined.Unwrap() {
			if len(all) > 0 {
				all = append(all, '\n')
			}
			all = append(all, inputError(each).Error()...)
		}
		return &submitError{text: string(all)}
	}
	var missing *input.MissingError
	switch {
	case errors.As(err, &missing) && missing.Pattern:
		return &submitError{text: fmt.Sprintf("Input Pattern %s matches 0 files", qualify(missing.Input))}
	case errors.As(err, &missing):
		return &submitError{text: "Input path does not exist: " + qualify(missing.Input)}
	case errors.Is(err, input.ErrNotFile):
		name, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "input "), ": "+input.ErrNotFile.Error())
		return &submitError{text: "Not a file: " + qualify(name)}
	}
	return err
}
