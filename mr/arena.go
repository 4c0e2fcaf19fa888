package mr

// arenaBlock is large enough that a string costs next to nothing, and small
// enough that one kept string holds little memory.
const arenaBlock = 32 << 10

// An arena gives decoded strings their memory: one allocation for a block of
// strings, none for each. A block lives as long as any string in it.
type arena struct {
	block   []byte
	scratch []byte // of unescape
	line    []byte // of a field with backslashes
}

// bytes returns a copy of b.
func (a *arena) bytes(b []byte) []byte {
	if len(b) > arenaBlock/8 {
		return append([]byte(nil), b...)
	}
	if len(b) > cap(a.block)-len(a.block) {
		a.block = make([]byte, 0, arenaBlock)
	}
	start := len(a.block)
	a.block = append(a.block, b...)
	return a.block[start:len(a.block):len(a.block)]
}

// string returns b as a string with memory of its own.
func (a *arena) string(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return bytesString(a.bytes(b))
}

// unescape returns b with 00 FF turned into 00, in memory that the next call uses again.
func (a *arena) unescape(b []byte) []byte {
	a.scratch = a.scratch[:0]
	for i := 0; i < len(b); i++ {
		a.scratch = append(a.scratch, b[i])
		if b[i] == 0 {
			i++
		}
	}
	return a.scratch
}

// reset gives the current block's memory to new strings. No string may be in use: also not by user
// code that has seen it, since a string never changes in Go. See hasMethods and hasStrings.
func (a *arena) reset() { a.block = a.block[:0] }
