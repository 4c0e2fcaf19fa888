package main

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// padding is how far behind a word its bytes are read.
const padding = 16

// mapFiles maps files and cuts them into chunks that end behind white space and may be
// read some bytes past their end.
func mapFiles(names []string) (chunks [][]byte, err error) {
	for _, name := range names {
		data, err := mapFile(name)
		if err != nil {
			return nil, err
		}
		// The end of the file is copied, so that reading past it is safe.
		tail := max(0, len(data)-4096)
		tail = bytes.LastIndexAny(data[:tail], " \n") + 1
		last := append(make([]byte, 0, len(data)-tail+padding), data[tail:]...)
		for body := data[:tail]; len(body) > 0; {
			end := min(chunkSize, len(body))
			end += bytes.IndexAny(body[end-1:], " \n")
			chunks = append(chunks, body[:end])
			body = body[end:]
		}
		chunks = append(chunks, append(last, '\n'))
	}
	return chunks, nil
}

func mapFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return nil, err
	}
	return unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_PRIVATE)
}

// A reference is the address and the length of a word outside of Go's heap, or in memory
// that stays in use to the end.
type reference uint64

const lengthBits = 16

func refer(p unsafe.Pointer, n int) reference {
	return reference(uintptr(p))<<lengthBits | reference(n)
}

func (r reference) len() int { return int(r & (1<<lengthBits - 1)) }

func (r reference) bytes() []byte {
	address := uintptr(r >> lengthBits)
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&address)), r.len())
}

const (
	low  = 0x0101010101010101
	high = 0x8080808080808080
)

// firstSpace returns the position of the first white space in x as it lies in memory, or 8.
func firstSpace(x uint64) int {
	for y := x; ; {
		at := bits.TrailingZeros64((y-low*(' '+1))&^y&high) / 8
		if at == 8 || isSpace(byte(x>>(8*at))) {
			return at
		}
		y |= 0xff << (8 * at) // some other control character
	}
}

func isSpace(c byte) bool { return c == ' ' || c-'\t' < 5 }

func load(p unsafe.Pointer, offset int) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(p, offset))[:])
}
