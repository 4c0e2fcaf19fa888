// Package find looks for a text in blocks of bytes, as bytes.Index does.
//
// A [Finder] compares two bytes of the text at a time, at all places of the block,
// and looks at the rest only where both are there. It takes the two that are
// the rarest in the first bytes it sees. So its speed hardly depends on how often
// the text's first letter occurs, and on amd64, where 32 places are compared at once
// (sixteen without AVX2), it is that of reading the block.
// The idea is that of "packed pair" in the memchr library of Rust, by Andrew Gallant.
package find
