package bzip2

import (
	"bytes"
	"compress/bzip2"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWriter reads what was written with this package, and with Go's.
func TestWriter(t *testing.T) {
	random := make([]byte, 200_000)
	for i := range random {
		random[i] = byte(rand.IntN(256))
	}
	for name, text := range map[string]string{
		"nothing": "", "one byte": "a", "a run": strings.Repeat("a", 1000), "runs": strings.Repeat("aaaab", 50_000),
		"words": strings.Repeat("the quick brown fox jumps over the lazy dog\n", 5000), "random": string(random),
		"four": "aaaa", "two": "ab", "repeated": strings.Repeat("ab", 100),
	} {
		t.Run(name, func(t *testing.T) {
			var packed bytes.Buffer
			w := NewWriter(&packed)
			_, err := io.WriteString(w, text)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			for _, r := range []io.Reader{NewReader(bytes.NewReader(packed.Bytes())), bzip2.NewReader(bytes.NewReader(packed.Bytes()))} {
				got, err := io.ReadAll(r)
				require.NoError(t, err)
				require.Equal(t, text, string(got))
			}
		})
	}
}
