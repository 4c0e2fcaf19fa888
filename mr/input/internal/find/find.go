package find

import "bytes"

// sampleSize is how many bytes are counted to learn which bytes are rare. It costs
// as much as searching some ten times as many.
const sampleSize = 4 << 10

// A Finder looks for a text. It is for one goroutine.
type Finder struct {
	text        []byte
	first, last int // where in the text the pair of bytes is; -1 until it is chosen
}

// New returns a Finder of text, which must not change.
func New(text []byte) *Finder { return &Finder{text: text, first: -1} }

// Index returns where the text first occurs in b, or -1.
func (f *Finder) Index(b []byte) int {
	if len(f.text) < 2 || len(b) < len(f.text) {
		return bytes.Index(b, f.text)
	}
	if f.first < 0 {
		f.choosePair(b)
	}
	places := len(b) - len(f.text) + 1
	for at, misses := 0, 0; at < places; at++ {
		i := indexPair(b[at+f.first:], places-at, f.last-f.first, f.text[f.first], f.text[f.last])
		if i < 0 {
			return -1
		}
		at += i
		if bytes.Equal(b[at:at+len(f.text)], f.text) {
			return at
		}
		if misses++; misses > 16+at/32 {
			return indexFrom(b, at+1, f.text) // the pair is not rare here
		}
	}
	return -1
}

func indexFrom(b []byte, from int, text []byte) int {
	i := bytes.Index(b[from:], text)
	if i < 0 {
		return -1
	}
	return from + i
}

// choosePair takes the two bytes of the text that are the rarest at the start of b.
func (f *Finder) choosePair(b []byte) {
	var count [256]int
	for _, c := range b[:min(len(b), sampleSize)] {
		count[c]++
	}
	rarest, second := 0, 1
	if count[f.text[1]] < count[f.text[0]] {
		rarest, second = 1, 0
	}
	for i := 2; i < len(f.text); i++ {
		switch n := count[f.text[i]]; {
		case n < count[f.text[rarest]]:
			rarest, second = i, rarest
		case n < count[f.text[second]]:
			second = i
		}
	}
	f.first, f.last = min(rarest, second), max(rarest, second)
}

// indexPairOneByOne is indexPair for any processor.
func indexPairOneByOne(b []byte, places, distance int, first, last byte) int {
	for at := 0; at < places; at++ {
		i := bytes.IndexByte(b[at:places], first)
		if i < 0 {
			return -1
		}
		at += i
		if b[at+distance] == last {
			return at
		}
	}
	return -1
}
