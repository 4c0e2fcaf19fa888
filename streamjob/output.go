package streamjob

import (
	"bufio"
	"fmt"
	"io"

	"github.com/gomr/gomr/mr/input"
)

// An outputKind is an output format.
type outputKind int

const (
	textOutput outputKind = iota
	sequenceOutput
	binaryOutput
	nullOutput
)

// outputBuffer is the size of the buffer in front of a part.
const outputBuffer = 256 << 10

// openOutput opens the part of a task for pairs of these classes.
func (t *task) openOutput(key, value *class) (sink, error) {
	t.counters.writes = true
	if t.job.outputKind == nullOutput {
		return discardSink{}, nil
	}
	open := func() (sink, error) { return t.openPart(key, value) }
	if t.job.lazy {
		return &lazySink{open: open}, nil
	}
	return open()
}

// openPart makes the file of a part.
func (t *task) openPart(key, value *class) (sink, error) {
	name := fmt.Sprintf("part-%05d", t.index)
	if t.job.outputKind == textOutput && t.job.codec != "" {
		name += input.Suffix(t.job.codec)
	}
	file, err := t.job.committer.create(t.attempt(), name)
	if err != nil {
		return nil, err
	}
	part := &part{task: t, file: file}
	part.buffer = bufio.NewWriterSize(part, outputBuffer)
	if t.job.outputKind != textOutput {
		return t.openSequence(part, key, value)
	}
	s := &textSink{part: part, out: part.buffer, key: key, value: value, separator: t.job.textSeparator}
	if t.job.codec == "" {
		return s, nil
	}
	if s.codec, err = newCodecWriter(t.job.codec, part.buffer); err != nil {
		file.Close()
		return nil, err
	}
	s.out = bufio.NewWriterSize(s.codec, outputBuffer)
	return s, nil
}

// A part is the file of a part, and counts its bytes.
type part struct {
	task   *task
	file   io.WriteCloser
	buffer *bufio.Writer
	size   int64
}

func (p *part) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	p.size += int64(n)
	return n, err
}

// close writes the rest of the buffer.
func (p *part) close() error {
	err := p.buffer.Flush()
	if closeErr := p.file.Close(); err == nil {
		err = closeErr
	}
	const chunk, head, sum = 512, 8, 4 // Hadoop counts the checksums that it writes beside
	if !p.task.job.lazy {              // which it does not see through
		p.task.counters.bytesWritten += p.size + head + (p.size+chunk-1)/chunk*sum
	}
	return err
}

// A textSink writes lines as TextOutputFormat does.
type textSink struct {
	part       *part
	out        *bufio.Writer
	codec      io.WriteCloser // nil writes as it is
	key, value *class
	separator  []byte
	text       []byte
}

func (s *textSink) write(key, value []byte) error {
	if s.key != nullClass {
		s.put(s.key, key)
	}
	if s.key != nullClass && s.value != nullClass {
		_, _ = s.out.Write(s.separator) // a bufio.Writer keeps its error
	}
	if s.value != nullClass {
		s.put(s.value, value)
	}
	if s.key == nullClass && s.value == nullClass {
		return nil
	}
	return s.out.WriteByte('\n')
}

// put writes text as it is, and any other class as its toString.
func (s *textSink) put(c *class, content []byte) {
	if c != textClass {
		s.text = c.text(s.text[:0], content)
		content = s.text
	}
	_, _ = s.out.Write(content) // a bufio.Writer keeps its error
}

func (s *textSink) close() error {
	err := s.out.Flush()
	if s.codec != nil {
		if closeErr := s.codec.Close(); err == nil {
			err = closeErr
		}
	}
	if closeErr := s.part.close(); err == nil {
		err = closeErr
	}
	return err
}

// A lazySink makes its part with the first pair.
type lazySink struct {
	open func() (sink, error)
	sink sink
}

func (l *lazySink) write(key, value []byte) error {
	if l.sink == nil {
		var err error
		if l.sink, err = l.open(); err != nil {
			return err
		}
	}
	return l.sink.write(key, value)
}

func (l *lazySink) close() error {
	if l.sink == nil {
		return nil
	}
	return l.sink.close()
}

// A discardSink is NullOutputFormat.
type discardSink struct{}

func (discardSink) write(_, _ []byte) error { return nil }
func (discardSink) close() error            { return nil }

// newCodecWriter returns a writer that compresses.
func newCodecWriter(codec string, w io.Writer) (io.WriteCloser, error) {
	return input.NewWriter(codec, w)
}
