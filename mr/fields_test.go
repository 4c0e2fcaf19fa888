package mr_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/mr"
)

// Fields are those of package strings, whatever is in the text, and wherever it is cut.
func TestFields(t *testing.T) {
	pieces := []string{" ", "\t", "\n", "\v", "\f", "\r", "\u0085", "\u00a0", "\u1680", "\u2003", "\u2028", "\u202f", "\u205f", "\u3000",
		"", "\x00", "\x1f", "\x7f", "\x80", "\xa0", "\xc2", "\xe2\x80", "\xff", "\u200b", "\u3001", "é", "世界", "a", "word", "longer-than-eight"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 20).Draw(t, "pieces"), "")
		require.Equal(t, slices.Collect(strings.FieldsSeq(text)), slices.Collect(mr.Fields(text)), "%q", text)
	})
}

func TestFieldsKnowsAllWhiteSpace(t *testing.T) {
	for r := range rune(unicode.MaxRune) {
		if unicode.IsSpace(r) {
			text := "a" + string(r) + "b"
			require.Equal(t, []string{"a", "b"}, slices.Collect(mr.Fields(text)), "%q", text)
		}
	}
}

func TestFieldsEndsEarly(t *testing.T) {
	for word := range mr.Fields("one two three") {
		require.Equal(t, "one", word)
		break
	}
}

func FuzzFields(f *testing.F) {
	f.Add("the quick brown fox \u2003 jumps\u3000over")
	f.Fuzz(func(t *testing.T, text string) {
		require.Equal(t, strings.Fields(text), append([]string{}, slices.Collect(mr.Fields(text))...))
	})
}

func BenchmarkFields(b *testing.B) {
	text := strings.Repeat("static int foo_bar(struct device *dev, unsigned long flags) { return 0; } /* a comment */ ", 10)
	b.Run("strings", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			for word := range strings.FieldsSeq(text) {
				_ = word
			}
		}
	})
	b.Run("mr", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			for word := range mr.Fields(text) {
				_ = word
			}
		}
	})
}
