package input

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func encode(tb testing.TB, codec string, text []byte) []byte {
	tb.Helper()
	var file bytes.Buffer
	w, err := NewWriter(codec, &file)
	require.NoError(tb, err)
	_, err = w.Write(text)
	require.NoError(tb, err)
	require.NoError(tb, w.Close())
	return file.Bytes()
}

func decodeAll(tb testing.TB, codec string, file []byte) []byte {
	tb.Helper()
	r := NewReader(codec, "x", bytes.NewReader(file))
	defer r.Close()
	text, err := io.ReadAll(r)
	require.NoError(tb, err)
	return text
}

// variedText is text of about size bytes that compresses as text does.
func variedText(size int) []byte {
	words := rand.New(rand.NewPCG(1, 2))
	var text []byte
	for len(text) < size {
		text = fmt.Appendf(text, "%d the quick %x brown fox\n", words.IntN(1e6), words.IntN(1000))
	}
	return text
}
