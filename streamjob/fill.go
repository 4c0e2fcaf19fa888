package streamjob

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/mr/input"
)

// isClass reports whether text names a class of package mapred, in full or by its simple name.
func isClass(text, simple string) bool {
	return text == simple || text == mapredPackage+simple
}

const mapredPackage = "org.apache.hadoop.mapred."

// fillInput sets the input format.
func (s *streamJob) fillInput(j *job) error {
	text, given := s.line.first("inputformat")
	_, reader := s.line.first("inputreader")
	name := "TextInputFormat"
	switch {
	case !given && reader:
		name = "StreamInputFormat"
	case !given || isClass(text, name):
	case isClass(text, "SequenceFileAsTextInputFormat"):
		name = "SequenceFileAsTextInputFormat"
	case isClass(text, "KeyValueTextInputFormat"), isClass(text, "SequenceFileInputFormat"):
		name = strings.TrimPrefix(text, mapredPackage)
		if reader {
			name = "StreamInputFormat"
		}
	default:
		name = ""
		for _, f := range inputFormats {
			if f.class == text || streamingPackage+text == f.class {
				name = f.name
			}
		}
	}
	format, ok := inputFormats[name]
	if !ok {
		return s.classNotFound("-inputformat", text, formatNames())
	}
	j.format = format
	s.conf.set("mapred.input.format.class", format.class)
	return nil
}

func formatNames() []string {
	var names []string
	for _, f := range inputFormats {
		names = append(names, f.class)
	}
	return names
}

// classNotFound is what Hadoop says of a class that it can't load. Where it would have
// found the class, a second line says what gomr has.
func (s *streamJob) classNotFound(option, name string, known []string) error {
	if strings.Contains(name, ".") {
		slices.Sort(known)
		return s.unsupported(option, name, known)
	}
	return s.fail("%s : class not found : %s", option, name)
}

// fillReader sets the record reader of StreamInputFormat.
func (s *streamJob) fillReader(j *job) error {
	spec, ok := s.line.first("inputreader")
	if !ok {
		return nil
	}
	words := javaSplit(spec, ",")
	const xml = "StreamXmlRecordReader"
	if words[0] != xml && words[0] != streamingPackage+xml {
		return s.fail("-inputreader: class not found: %s", words[0])
	}
	s.conf.set("stream.recordreader.class", streamingPackage+xml)
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		s.conf.set("stream.recordreader."+name, value)
	}
	j.xmlReader = true
	return nil
}

// outputFormats are the classes of -outputformat.
var outputFormats = map[string]outputKind{
	mapredPackage + "TextOutputFormat":                 textOutput,
	mapredPackage + "SequenceFileOutputFormat":         sequenceOutput,
	mapredPackage + "SequenceFileAsBinaryOutputFormat": binaryOutput,
	mapredPackage + "lib.NullOutputFormat":             nullOutput,
}

// fillOutput sets the output format and its compression.
func (s *streamJob) fillOutput(j *job) error {
	s.conf.set("mapreduce.output.fileoutputformat.outputdir", qualify(j.output))
	name := mapredPackage + "TextOutputFormat"
	if text, ok := s.line.first("outputformat"); ok {
		name = text
	}
	kind, ok := outputFormats[name]
	if !ok {
		return s.classNotFound("-outputformat", name, slices.Collect(maps.Keys(outputFormats)))
	}
	j.outputKind = kind
	s.conf.set("mapred.output.format.class", name)
	if j.lazy {
		s.conf.set("mapreduce.output.lazyoutputformat.outputformat", name)
		s.conf.set("mapred.output.format.class", mapredPackage+"lib.LazyOutputFormat")
	}
	j.textSeparator = []byte(s.conf.text("mapreduce.output.textoutputformat.separator", "\t"))
	if len(j.textSeparator) == 0 { // it is lost in job.xml
		j.textSeparator = []byte("\t")
	}
	if s.conf.boolean("mapreduce.output.fileoutputformat.compress", false) {
		codec, err := s.codecOf(s.conf.text("mapreduce.output.fileoutputformat.compress.codec", codecPackage+"DefaultCodec"))
		if err != nil {
			return err
		}
		j.codec = codec
	}
	j.compressType = strings.ToUpper(strings.TrimSpace(s.conf.text("mapreduce.output.fileoutputformat.compress.type", "RECORD")))
	return nil
}

const codecPackage = "org.apache.hadoop.io.compress."

// codecs are Hadoop's codecs by their classes.
var codecs = map[string]string{
	"DefaultCodec":   input.Deflate,
	"DeflateCodec":   input.Deflate,
	"GzipCodec":      input.Gzip,
	"BZip2Codec":     input.Bzip2,
	"SnappyCodec":    input.Snappy,
	"Lz4Codec":       input.Lz4,
	"ZStandardCodec": input.Zstd,
}

func (s *streamJob) codecOf(class string) (string, error) {
	class = strings.TrimSpace(class)
	if codec, ok := codecs[strings.TrimPrefix(class, codecPackage)]; ok {
		return codec, nil
	}
	var known []string
	for name := range codecs {
		known = append(known, codecPackage+name)
	}
	slices.Sort(known)
	return "", s.unsupported("mapreduce.output.fileoutputformat.compress.codec", class, known)
}

// fillPartitioner sets what sends keys to reduce tasks.
func (s *streamJob) fillPartitioner(j *job) error {
	name, ok := s.line.first("partitioner")
	if !ok {
		name = javaTrim(s.conf.text("mapred.partitioner.class", mapredPackage+"lib.HashPartitioner"))
	}
	s.conf.set("mapred.partitioner.class", name)
	if _, ok := partitioners[name]; !ok {
		return s.classNotFound("-partitioner", name, slices.Collect(maps.Keys(partitioners)))
	}
	j.partitioner = name
	return nil
}

// fillSort sets the comparator and the sizes of the sort.
func (s *streamJob) fillSort(j *job) error {
	if name, ok := s.conf.lookup("mapreduce.job.output.key.comparator.class"); ok {
		name = javaTrim(name)
		if _, ok := comparators[name]; !ok {
			return s.classNotFound("mapreduce.job.output.key.comparator.class", name, slices.Collect(maps.Keys(comparators)))
		}
		j.comparator = name
	}
	return nil
}

// fillLimits sets the rest: separators, and what is done about commands that fail.
func (s *streamJob) fillLimits(j *job) error {
	separator := func(name string) []byte {
		text := s.conf.text(name, "\t")
		if text == "" { // it is lost in job.xml
			text = "\t"
		}
		return []byte(text)
	}
	j.mapInputSeparator = separator("stream.map.input.field.separator")
	j.mapOutputSeparator = separator("stream.map.output.field.separator")
	j.reduceInputSeparator = separator("stream.reduce.input.field.separator")
	j.reduceOutputSeparator = separator("stream.reduce.output.field.separator")
	j.failOnExit = s.conf.boolean("stream.non.zero.exit.is.failure", true)
	j.ignoreKey = j.mapInput == textID && s.conf.boolean("stream.map.input.ignoreKey", j.format.name == "TextInputFormat")
	j.reporterPrefix = s.conf.text("stream.stderr.reporter.prefix", "reporter:")
	if j.reporterPrefix == "" {
		j.reporterPrefix = "reporter:"
	}
	var err error
	number := func(name string, other int) int {
		n, numberErr := s.conf.integer(name, other)
		if err == nil && numberErr != nil {
			err = numberErr
		}
		return n
	}
	j.mapKeyFields = number("stream.num.map.output.key.fields", 1)
	j.reduceKeyFields = number("stream.num.reduce.output.key.fields", 1)
	j.joinDelay = time.Duration(number("stream.joindelay.milli", 0)) * time.Millisecond
	j.skipAfter = number("stream.minRecWrittenToEnableSkip_", -1)
	j.envLimit = number("stream.jobconf.truncate.limit", -1)
	j.counterLimit = number("mapreduce.job.counters.max", maxCounters)
	j.sortMegabytes = number("mapreduce.task.io.sort.mb", 100)
	j.sortFactor = number("mapreduce.task.io.sort.factor", 10)
	j.combineMinSpills = number("mapreduce.map.combine.minspills", 3)
	percent, percentErr := s.conf.float("mapreduce.map.sort.spill.percent", 0.8)
	if err == nil {
		err = percentErr
	}
	j.spillPercent = float32(percent)
	if err != nil { // the tasks of Hadoop read these, and fail
		j.broken = &taskError{class: runtimeFailure, text: "Error in configuring object", cause: err}
	}
	return nil
}
