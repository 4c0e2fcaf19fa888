package bzip2

// A block is a block of the data, and how far its text was read.
type block struct {
	limit int // the most bytes of a block in this stream

	// The Burrows-Wheeler transform: the low byte of an entry is a byte of the
	// text, the rest is where the next entry is.
	chain []uint32
	at    uint32 // the entry of the next byte
	left  int    // how many entries are to come

	// Four equal bytes are followed by the number of more bytes like them.
	last   byte
	equal  int
	repeat int

	random     bool
	distance   uint16 // until a byte is flipped
	distanceAt int

	sum, want uint32

	codes     [6]code
	selectors []uint8
}

var errBlock = FormatError("a block is not valid")

// decode reads a block up to the chain.
func (b *block) decode(bits *bitReader) error {
	b.want, b.sum = bits.read(32), 0xffffffff
	b.random, b.distance, b.distanceAt = bits.read(1) == 1, 0, 0
	b.equal, b.repeat = 0, 0
	origin := bits.read(24)
	used := readUsed(bits)
	if len(used) == 0 {
		return errBlock
	}
	if err := b.readCodes(bits, len(used)+2); err != nil {
		return err
	}
	var counts [256]uint32
	if err := b.readSymbols(bits, used, &counts); err != nil {
		return err
	}
	if int(origin) >= len(b.chain) {
		return errBlock
	}
	link(b.chain, &counts)
	b.at = b.chain[origin] >> 8
	b.left = len(b.chain)
	return nil
}

// readUsed reads which bytes the block has, in two levels of bits.
func readUsed(bits *bitReader) []byte {
	var used []byte
	for high, map16 := 0, bits.read(16); high < 16; high++ {
		if map16>>(15-high)&1 == 0 {
			continue
		}
		for low, map1 := 0, bits.read(16); low < 16; low++ {
			if map1>>(15-low)&1 == 1 {
				used = append(used, byte(high<<4|low))
			}
		}
	}
	return used
}

// readCodes reads the Huffman codes, and which of them each group of symbols has.
func (b *block) readCodes(bits *bitReader, symbols int) error {
	codes, groups := int(bits.read(3)), int(bits.read(15))
	if codes < 2 || codes > len(b.codes) || groups == 0 {
		return errBlock
	}
	recent := [6]uint8{0, 1, 2, 3, 4, 5}
	b.selectors = b.selectors[:0]
	for range groups {
		i := 0
		for ; bits.read(1) == 1; i++ {
			if i == codes-1 {
				return errBlock
			}
		}
		b.selectors = append(b.selectors, toFront(recent[:], i))
	}
	for i := range codes {
		if !readCode(bits, &b.codes[i], symbols) {
			return errBlock
		}
	}
	return nil
}

// readCode reads the lengths of a code, each as the difference to the one before.
func readCode(bits *bitReader, c *code, symbols int) bool {
	var lengths [maxSymbols]uint8
	length := bits.read(5)
	for i := range symbols {
		for {
			if length < 1 || length > maxCodeLength {
				return false
			}
			if bits.read(1) == 0 {
				break
			}
			length += 1 - 2*bits.read(1)
		}
		lengths[i] = uint8(length)
	}
	return c.init(lengths[:symbols])
}

// readSymbols undoes Huffman coding, move-to-front and the runs in it. It leaves
// the last column of the transform in the chain, and how often each byte is there.
func (b *block) readSymbols(bits *bitReader, used []byte, counts *[256]uint32) error {
	const groupSize = 50
	chain := b.chain[:0]
	if cap(chain) < b.limit {
		chain = make([]uint32, 0, b.limit)
	}
	run, weight := 0, 1
	for _, selector := range b.selectors {
		code := &b.codes[selector]
		for range groupSize {
			symbol, ok := code.read(bits)
			if !ok {
				return errBlock
			}
			if symbol < 2 {
				run += weight << symbol
				weight <<= 1
				if len(chain)+run > b.limit {
					return errBlock
				}
				continue
			}
			for c := uint32(used[0]); run > 0; run-- {
				chain = append(chain, c)
				counts[c]++
			}
			weight = 1
			if int(symbol) == len(used)+1 {
				b.chain = chain
				return nil
			}
			c := toFront(used, int(symbol)-1)
			if len(chain) == b.limit {
				return errBlock
			}
			chain = append(chain, uint32(c))
			counts[c]++
		}
		if bits.count < bits.behind {
			break
		}
	}
	return errBlock
}

// toFront moves entry i to the front and returns it.
func toFront(list []byte, i int) byte {
	c := list[i]
	copy(list[1:i+1], list[:i])
	list[0] = c
	return c
}

// link writes into each entry where the next one is.
func link(chain []uint32, counts *[256]uint32) {
	var sum uint32
	for c, n := range counts {
		counts[c] = sum
		sum += n
	}
	for i, c := range chain {
		c &= 0xff
		chain[counts[c]] |= uint32(i) << 8
		counts[c]++
	}
}

// read reads text into p. It returns less than len(p) at the end of the block.
func (b *block) read(p []byte) int {
	n := 0
	for n < len(p) {
		if b.repeat > 0 {
			b.repeat--
			p[n] = b.last
			n++
			continue
		}
		if b.left == 0 {
			break
		}
		c := b.nextByte()
		if b.equal == 4 {
			b.repeat, b.equal = int(c), 0
			continue
		}
		if c != b.last {
			b.last, b.equal = c, 0
		}
		b.equal++
		p[n] = c
		n++
	}
	b.sum = updateChecksum(b.sum, p[:n])
	return n
}

func (b *block) nextByte() byte {
	entry := b.chain[b.at]
	b.at = entry >> 8
	b.left--
	if b.random {
		return byte(entry) ^ b.nextFlip()
	}
	return byte(entry)
}

// nextFlip returns the bits to flip in the next byte of a randomised block.
func (b *block) nextFlip() byte {
	if b.distance == 0 {
		b.distance = randomDistances[b.distanceAt]
		b.distanceAt = (b.distanceAt + 1) % len(randomDistances)
	}
	b.distance--
	if b.distance == 1 {
		return 1
	}
	return 0
}

// check compares the checksum when all of the block was read.
func (b *block) check() error {
	if b.chain != nil && b.sum^0xffffffff != b.want {
		return FormatError("the checksum of a block is wrong")
	}
	return nil
}

// checksums is the table of CRC-32 with the polynomial 0x04c11db7, the highest bit first.
var checksums = func() (table [256]uint32) {
	for i := range table {
		sum := uint32(i) << 24
		for range 8 {
			if sum>>31 == 1 {
				sum = sum<<1 ^ 0x04c11db7
			} else {
				sum <<= 1
			}
		}
		table[i] = sum
	}
	return table
}()

func updateChecksum(sum uint32, p []byte) uint32 {
	for _, c := range p {
		sum = checksums[byte(sum>>24)^c] ^ sum<<8
	}
	return sum
}
