package find

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A Finder finds what bytes.Index finds, in one block after the other.
func TestIndexIsThatOfBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SampledFrom([]string{"ab", "abc", "abcdefghijklmnop", "\x00\xff"}).Draw(t, "letters")
		word := func(most int) *rapid.Generator[[]byte] {
			return rapid.SliceOfN(rapid.SampledFrom([]byte(letters)), 0, most)
		}
		text := word(12).Draw(t, "text")
		f := New(text)
		for range 3 {
			block := word(300).Draw(t, "block")
			require.Equal(t, bytes.Index(block, text), f.Index(block), "%q in %q", text, block)
		}
	})
}

// Each place of a block is looked at, whatever lies around it.
func TestIndexAtEachPlace(t *testing.T) {
	text := []byte("mutex_lock")
	for size := len(text); size < 150; size++ {
		for at := 0; at+len(text) <= size; at++ {
			block := bytes.Repeat([]byte("x"), size)
			copy(block[at:], text)
			require.Equal(t, at, New(text).Index(block), "at %d of %d", at, size)
			require.Equal(t, -1, New(text).Index(block[:at+len(text)-1]))
		}
	}
}

// What is behind a block is not looked at.
func TestIndexEndsAtTheBlock(t *testing.T) {
	text := []byte("end")
	whole := []byte(strings.Repeat(".", 200) + "end")
	for n := range whole {
		require.Equal(t, -1, New(text).Index(whole[:n:n]))
	}
}

func BenchmarkIndex(b *testing.B) {
	for name, line := range map[string]string{
		"code":  "\tif (mutex_is_locked(&lock->mutex) && spin_trylock(&q->lock)) { return count_of(x); }\n",
		"pairs": "xkxkxkxkxkxkxkxkxk",
	} {
		block := bytes.Repeat([]byte(line), 128<<10/len(line))
		for _, text := range []string{"mutex_lock", "xkxlxk", "q"} {
			b.Run(fmt.Sprintf("%s/%s", name, text), func(b *testing.B) {
				f := New([]byte(text))
				b.SetBytes(int64(len(block)))
				for b.Loop() {
					f.Index(block)
				}
			})
		}
	}
}
