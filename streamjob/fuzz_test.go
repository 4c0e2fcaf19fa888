package streamjob

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzTypedBytes wants that an item is read byte for byte, and that its text is made of
// any item that can be read.
func FuzzTypedBytes(f *testing.F) {
	for _, item := range [][]byte{
		{typedInt, 0, 0, 0, 5}, {typedString, 0, 0, 0, 1, 'a'}, {typedList, typedBool, 1, typedMarker},
		{typedVector, 0, 0, 0, 1, typedByte, 7}, {typedMap, 0, 0, 0, 1, typedByte, 1, typedByte, 2}, {typedMarker}, {30},
		{typedBytes, 0xff, 0xff, 0xff, 0xff}, {typedVector, 0x7f, 0xff, 0xff, 0xff},
	} {
		f.Add(item)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		item, ok, err := readTyped(bufio.NewReader(bytes.NewReader(data)), nil, 0)
		if err != nil || !ok {
			return
		}
		require.True(t, bytes.HasPrefix(data, item))
		appendTypedText(nil, item)
	})
}

// FuzzCommandLine wants that no command line makes the parsers fail but with their errors,
// and that each word is taken at most once.
func FuzzCommandLine(f *testing.F) {
	f.Add("-D a=b -Dc=d -files x -input a b -mapper cat")
	f.Add("-input= - -- -D")
	f.Add("-D")
	f.Fuzz(func(t *testing.T, text string) {
		args := strings.Split(text, " ")
		generic, err := parseGeneric(args)
		if err != nil {
			return
		}
		line, err := parseStreaming(generic.rest)
		if err != nil {
			return
		}
		n := len(line.rest)
		for _, values := range line.values {
			n += len(values)
		}
		require.LessOrEqual(t, n, len(args))
	})
}

// FuzzSplitArgs wants words without the quotes that made them.
func FuzzSplitArgs(f *testing.F) {
	f.Add(`sh -c 'cut -f1 | sort'`)
	f.Add(`prog --opt="a b"c '' "unterminated x`)
	f.Fuzz(func(t *testing.T, command string) {
		n := 0
		for _, word := range splitArgs(command) {
			require.NotEmpty(t, word)
			n += len(word)
		}
		require.LessOrEqual(t, n, len(command))
	})
}

func TestSplitArgs(t *testing.T) {
	for _, test := range []struct {
		command string
		want    []string
	}{
		{`sh -c 'cut -f1 | sort'`, []string{"sh", "-c", "cut -f1 | sort"}},
		{`awk -F'\t' '{print $1}'`, []string{"awk", "-F", `\t`, "{print $1}"}},
		{`prog --opt="a b"c`, []string{"prog", "--opt=", "a b", "c"}},
		{`prog '' x`, []string{"prog", "x"}},
		{`"a 'b' c"`, []string{"a 'b' c"}},
		{`p 'it''s'`, []string{"p", "it", "s"}},
		{`prog "unterminated x`, []string{"prog", "unterminated x"}},
	} {
		require.Equal(t, test.want, splitArgs(test.command), test.command)
	}
}
