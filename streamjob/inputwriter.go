package streamjob

import "encoding/binary"

// An identifier is a form of the pairs in the pipes of a command: the words behind -io.
type identifier struct {
	name                 string
	writerName, readName string // of the Java classes
	key, value           *class // what the command's output is made of
}

var (
	textID       = &identifier{"text", ioPackage + "TextInputWriter", ioPackage + "TextOutputReader", textClass, textClass}
	keyOnlyID    = &identifier{"keyonlytext", ioPackage + "KeyOnlyTextInputWriter", ioPackage + "KeyOnlyTextOutputReader", textClass, nullClass}
	rawBytesID   = &identifier{"rawbytes", ioPackage + "RawBytesInputWriter", ioPackage + "RawBytesOutputReader", bytesClass, bytesClass}
	typedBytesID = &identifier{"typedbytes", ioPackage + "TypedBytesInputWriter", ioPackage + "TypedBytesOutputReader", typedBytesClass, typedBytesClass}
	identifiers  = []*identifier{textID, keyOnlyID, rawBytesID, typedBytesID}
)

const ioPackage = "org.apache.hadoop.streaming.io."

// An inputWriter writes pairs into the standard input of a command.
type inputWriter struct {
	id         *identifier
	key, value *class
	separator  []byte // of text
	ignoreKey  bool
	buffer     []byte
}

// write appends a pair in the form of the pipe, and hands it to out.
func (w *inputWriter) write(out *pipeWriter, key, value []byte) error {
	b := w.buffer[:0]
	switch w.id {
	case rawBytesID:
		b = w.appendRaw(w.appendRaw(b, w.key, key), w.value, value)
	case typedBytesID:
		b = w.value.appendTyped(w.key.appendTyped(b, key), value)
	case keyOnlyID:
		if !w.ignoreKey {
			b = append(appendPipeText(b, w.key, key), '\n')
		}
	default:
		if !w.ignoreKey {
			b = append(appendPipeText(b, w.key, key), w.separator...)
		}
		b = append(appendPipeText(b, w.value, value), '\n')
	}
	w.buffer = b
	return out.write(b)
}

func (w *inputWriter) appendRaw(b []byte, c *class, content []byte) []byte {
	if c == bytesClass || c == typedBytesClass {
		return append(binary.BigEndian.AppendUint32(b, uint32(len(content))), content...)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(c.writtenSize(len(content))))
	return c.appendWritable(b, content)
}

// appendPipeText appends text and bytes as they are, and any other class as its toString.
func appendPipeText(b []byte, c *class, content []byte) []byte {
	if c == textClass || c == bytesClass || c == typedBytesClass {
		return append(b, content...)
	}
	return c.text(b, content)
}
