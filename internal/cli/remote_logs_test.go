package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// linesOf returns the documents of a log that comes in pieces.
func linesOf(t require.TestingT, pieces ...string) (lines []logLine) {
	var out bytes.Buffer
	l := &logLines{attempt: 7, to: json.NewEncoder(&out)}
	for _, piece := range pieces {
		n, err := l.Write([]byte(piece))
		require.NoError(t, err)
		require.Equal(t, len(piece), n)
	}
	require.NoError(t, l.flush())
	for text := range strings.Lines(out.String()) {
		var line logLine
		require.NoError(t, json.Unmarshal([]byte(text), &line))
		lines = append(lines, line)
	}
	return lines
}

func TestLogLines(t *testing.T) {
	long := strings.Repeat("x", longestLogLine-1)
	for name, test := range map[string]struct {
		pieces []string
		want   []logLine
	}{
		"nothing":           {nil, nil},
		"lines":             {[]string{"a\n\nb <c>\n"}, []logLine{{7, 0, "a", false}, {7, 2, "", false}, {7, 3, "b <c>", false}}},
		"pieces":            {[]string{"a", "b\nc", "\n"}, []logLine{{7, 0, "ab", false}, {7, 3, "c", false}}},
		"no end":            {[]string{"a\nb"}, []logLine{{7, 0, "a", false}, {7, 2, "b", false}}},
		"no text":           {[]string{"a\xff\n"}, []logLine{{7, 0, "a\ufffd", false}}},
		"long":              {[]string{long + "xy\nz\n"}, []logLine{{7, 0, long + "x", true}, {7, longestLogLine, "y", false}, {7, longestLogLine + 2, "z", false}}},
		"long, in a letter": {[]string{long + "éy\n"}, []logLine{{7, 0, long, true}, {7, longestLogLine - 1, "éy", false}}},
		"as long as it may": {[]string{long + "x\n"}, []logLine{{7, 0, long + "x", false}}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, linesOf(t, test.pieces...)) })
	}
}

// TestLogLines_AnyPieces: how a log comes makes no difference, and the documents have all of it.
func TestLogLines_AnyPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.StringMatching(`[aé\n]{0,5}`)).Draw(t, "pieces")
		whole := strings.Join(pieces, "")
		lines := linesOf(t, pieces...)
		require.Equal(t, linesOf(t, whole), lines)
		var texts []string
		for _, line := range lines {
			require.True(t, strings.HasPrefix(whole[line.Offset:], line.Text))
			texts = append(texts, line.Text)
		}
		require.Equal(t, strings.TrimSuffix(whole, "\n"), strings.Join(texts, "\n"))
	})
}
