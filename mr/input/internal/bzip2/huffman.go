package bzip2

const (
	maxCodeLength = 20
	maxSymbols    = 258 // 256 bytes less the most frequent, two for runs, one for the end
	fastBits      = 10
)

// A code is a canonical Huffman code.
type code struct {
	fast    [1 << fastBits]uint16 // symbol<<5 | length, by the first bits of a code; 0 for a longer one
	first   [maxCodeLength + 2]uint32
	count   [maxCodeLength + 2]uint32
	start   [maxCodeLength + 2]uint32 // where the symbols of a length begin in symbols
	symbols [maxSymbols]uint16
}

// init makes the code of the symbols with these lengths. It reports false if
// there are more codes than bits can tell.
func (c *code) init(lengths []uint8) bool {
	*c = code{}
	for _, n := range lengths {
		c.count[n]++
	}
	for n := 1; n <= maxCodeLength; n++ {
		c.first[n+1] = (c.first[n] + c.count[n]) << 1
		c.start[n+1] = c.start[n] + c.count[n]
		if c.first[n]+c.count[n] > 1<<n {
			return false
		}
	}
	next := c.first
	for symbol, n := range lengths {
		rank := next[n] - c.first[n]
		c.symbols[c.start[n]+rank] = uint16(symbol)
		if n <= fastBits {
			from := next[n] << (fastBits - n)
			for i := range uint32(1) << (fastBits - n) {
				c.fast[from+i] = uint16(symbol)<<5 | uint16(n)
			}
		}
		next[n]++
	}
	return true
}

// read reads a symbol. It reports false for bits that are no code.
func (c *code) read(b *bitReader) (symbol uint16, ok bool) {
	v := b.peek(maxCodeLength)
	if e := c.fast[v>>(maxCodeLength-fastBits)]; e != 0 {
		b.skip(uint(e & 31))
		return e >> 5, true
	}
	for n := uint(fastBits + 1); n <= maxCodeLength; n++ {
		if rank := v>>(maxCodeLength-n) - c.first[n]; rank < c.count[n] {
			b.skip(n)
			return c.symbols[c.start[n]+rank], true
		}
	}
	return 0, false
}
