package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRecordsAreOfOneLength(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, writeRecords(&b, 0, 3))
	lines := strings.SplitAfter(b.String(), "\n")[:3]
	for i, line := range lines {
		require.Len(t, line, recordLength)
		require.Equal(t, byte('0'+i), line[23], "the number of the record: %q", line)
	}
	require.Equal(t, 3*recordLength, b.Len())
	require.NotEqual(t, lines[0][:10], lines[1][:10])
}

func TestGeneratedDataIsAlwaysTheSame(t *testing.T) {
	var clicks, users bytes.Buffer
	require.NoError(t, writeClicks(&clicks, 0, 2, 100))
	require.NoError(t, writeUsers(&users, 5))
	require.Equal(t, "u0000068\t1400000056\t/page/30782\tEC\t4298\nu0000047\t1400000029\t/page/340\tTD\t2723\n", clicks.String())
	require.Equal(t, "u0000000\tbusiness\t2008-05-21\nu0000004\tfree\t2001-05-01\nu0000002\tfree\t2000-12-13\nu0000001\tbasic\t2003-08-20\n", users.String())
}

func TestDocumentsHaveFiftyLines(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, writeDocuments(&b, strings.NewReader(strings.Repeat("a b\n", 51))))
	require.Equal(t, strings.Repeat("d0000000\ta b\n", 50)+"d0000001\ta b\n", b.String())
}

func TestCutEndsAtALine(t *testing.T) {
	for _, test := range []struct {
		part float64
		want string
	}{
		{0.01, "one\n"},
		{0.5, "one\ntwo two\n"},
		{1, "one\ntwo two\nthree\n"},
	} {
		require.Equal(t, test.want, cutText(t, "one\ntwo two\nthree\n", test.part))
	}
}

// A part is like the whole: it is not the beginning alone.
func TestCutTakesPiecesFromAllOver(t *testing.T) {
	var text strings.Builder
	for i := range 16 {
		text.WriteString(strings.Repeat(strings.Repeat(string(rune('a'+i)), 1023)+"\n", pieceLength/1024))
	}
	got := cutText(t, text.String(), 0.25)
	require.InDelta(t, text.Len()/4, len(got), pieceLength/100)
	var letters []byte
	for line := range strings.Lines(got) {
		require.Len(t, line, 1024, "a whole line")
		if n := len(letters); n == 0 || letters[n-1] != line[0] {
			letters = append(letters, line[0])
		}
	}
	require.Equal(t, "adeghjkmn", string(letters))
}

func cutText(t *testing.T, text string, part float64) string {
	source, target := filepath.Join(t.TempDir(), "text"), filepath.Join(t.TempDir(), "cut")
	require.NoError(t, os.WriteFile(source, []byte(text), 0o666))
	require.NoError(t, cut(source, target, part))
	got, err := os.ReadFile(target)
	require.NoError(t, err)
	return string(got)
}

func TestAnInputIsMadeOnce(t *testing.T) {
	p := testPlace(t)
	require.NoError(t, os.MkdirAll(p.data.corpus, 0o777))
	text := filepath.Join(p.data.corpus, "text-04.txt")
	require.NoError(t, os.WriteFile(text, []byte("some text\n"), 0o666))
	require.NoError(t, p.data.prepare("slice"))
	require.NoError(t, os.Remove(text))
	require.NoError(t, p.data.prepare("slice"))
	size, err := p.data.size("slice")
	require.NoError(t, err)
	require.Equal(t, int64(10), size)
}
