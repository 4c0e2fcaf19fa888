package bzip2

import (
	"bufio"
	"io"
)

// writerBlock is how much text makes a block: so much that run-length coding, which makes
// five bytes of four at the worst, keeps it below the least block size, 100 kB. Small
// blocks are sorted fast and cost some percent of compression.
const writerBlock = 79_000

// A Writer writes one stream. It is for one goroutine.
type Writer struct {
	out      bitWriter
	text     []byte // of the next block
	checksum uint32 // of the blocks so far
	begun    bool
	closed   bool
}

// NewWriter returns a writer that compresses to out. The stream is complete when Close
// returned nil; Close leaves out open.
func NewWriter(out io.Writer) *Writer {
	return &Writer{out: bitWriter{out: bufio.NewWriter(out)}}
}

// Write adds text to the stream.
func (w *Writer) Write(p []byte) (int, error) {
	if w.closed {
		return 0, io.ErrClosedPipe
	}
	n := len(p)
	for len(p) > 0 {
		room := min(writerBlock-len(w.text), len(p))
		w.text = append(w.text, p[:room]...)
		p = p[room:]
		if len(w.text) == writerBlock {
			w.flush()
		}
	}
	return n, w.out.err
}

// Close ends the stream.
func (w *Writer) Close() error {
	if w.closed {
		return w.out.err
	}
	w.closed = true
	w.begin()
	if len(w.text) > 0 {
		w.flush()
	}
	w.out.write(endMark, 48)
	w.out.write(uint64(w.checksum), 32)
	return w.out.close()
}

// begin writes the head of the stream.
func (w *Writer) begin() {
	if !w.begun {
		w.begun = true
		w.out.write('B'<<24|'Z'<<16|'h'<<8|'1', 32)
	}
}

// flush writes the text as a block.
func (w *Writer) flush() {
	w.begin()
	crc := ^updateChecksum(^uint32(0), w.text)
	w.checksum = (w.checksum<<1 | w.checksum>>31) ^ crc
	last, origin := transform(encodeRuns(w.text))
	w.text = w.text[:0]
	w.out.write(blockMark, 48)
	w.out.write(uint64(crc), 32)
	w.out.write(0, 1) // not randomised
	w.out.write(uint64(origin), 24)
	symbols, used := moveToFront(last)
	w.out.writeUsed(used)
	w.out.writeSymbols(symbols)
}

// encodeRuns writes four to 255 equal bytes as four, and how many more there are.
func encodeRuns(text []byte) []byte {
	const plain, longest = 4, 255
	block := make([]byte, 0, len(text)+len(text)/plain+1)
	for i := 0; i < len(text); {
		n := 1
		for n < longest && i+n < len(text) && text[i+n] == text[i] {
			n++
		}
		for range min(n, plain) {
			block = append(block, text[i])
		}
		if n >= plain {
			block = append(block, byte(n-plain))
		}
		i += n
	}
	return block
}

// moveToFront replaces each byte by how many others were seen since it was seen last, with
// runs of zeros as numbers of two digits of their own. It ends with the end symbol.
func moveToFront(block []byte) (symbols []uint16, used [256]bool) {
	for _, c := range block {
		used[c] = true
	}
	var order []byte
	for c, is := range used {
		if is {
			order = append(order, byte(c))
		}
	}
	zeros := 0
	end := func() {
		for n := zeros; n > 0; n = (n - 1) / 2 {
			symbols = append(symbols, uint16((n-1)&1))
		}
		zeros = 0
	}
	for _, c := range block {
		if order[0] == c {
			zeros++
			continue
		}
		end()
		at := 1
		for order[at] != c {
			at++
		}
		copy(order[1:at+1], order[:at])
		order[0] = c
		symbols = append(symbols, uint16(at+1))
	}
	end()
	return append(symbols, uint16(len(order)+1)), used
}
