package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/client"
)

func (a *app) logsVerb() remoteVerb {
	var follow bool
	var fence int64
	return remoteVerb{
		use: "logs TASK", short: "Print the log of a task's last attempt", args: oneTask,
		long: "Prints the log of a task's last attempt: what its process has written to both of its outputs. With --json, each\n" +
			"line is a document with the attempt, the offset in its log and the text. A line of more than 64 KiB is several,\n" +
			"all but the last with \"more\": true.",
		example: "logs -f 'WordCount(date-interval=2014-06)'",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on until the attempt has ended")
			cmd.Flags().Int64Var(&fence, "attempt", 0, "the attempt of that `number`, as 'history' has it")
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			if fence == 0 {
				explanation, err := remote.Explain(ctx, a.taskID(args[0]))
				if err != nil {
					return err
				}
				if fence = explanation.Task.Fence; fence == 0 {
					return fmt.Errorf("nobody has tried %s yet", explanation.Task.ID)
				}
			}
			if !out.json {
				return copyLog(ctx, remote, fence, follow, out.stdout)
			}
			lines := &logLines{attempt: fence, to: json.NewEncoder(out.stdout)}
			return errors.Join(copyLog(ctx, remote, fence, follow, lines), lines.flush())
		},
	}
}

// copyLog writes the log as far as it is there, or until the attempt has ended.
func copyLog(ctx context.Context, remote *client.Client, fence int64, follow bool, to io.Writer) error {
	if follow {
		return remote.FollowLog(ctx, fence, 0, to)
	}
	for offset := int64(0); ; {
		piece, err := remote.ReadLog(ctx, fence, offset, 0)
		if err != nil || len(piece) == 0 {
			return err
		}
		if _, err := to.Write(piece); err != nil {
			return err
		}
		offset += int64(len(piece))
	}
}

// A logLine is a line of a log as a document.
type logLine struct {
	Attempt int64  `json:"attempt"`
	Offset  int64  `json:"offset"` // of its first byte
	Text    string `json:"text"`
	More    bool   `json:"more,omitempty"` // the line goes on in the next document
}

// longestLogLine bounds what is kept of a line that has no end yet, in bytes.
const longestLogLine = 64 << 10

// logLines are a writer of a log, which come out as a document for each line.
type logLines struct {
	attempt int64
	to      *json.Encoder

	offset int64  // of what is kept
	kept   []byte // of a line whose end is not there yet
}

// Write writes the lines that have ended.
func (l *logLines) Write(text []byte) (int, error) {
	l.kept = append(l.kept, text...)
	for {
		line, _, ended := bytes.Cut(l.kept, []byte("\n"))
		var err error
		switch {
		case len(line) > longestLogLine:
			err = l.put(wholeRunes(line[:longestLogLine]), 0, true)
		case ended:
			err = l.put(line, 1, false)
		default:
			return len(text), nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// wholeRunes returns a text without a character that is cut at its end.
func wholeRunes(text []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return text[:len(text)-n]
			}
			break
		}
	}
	return text
}

// put writes a line, or a part of one, with some bytes behind it that belong to no line.
func (l *logLines) put(text []byte, behind int, more bool) error {
	err := l.to.Encode(logLine{l.attempt, l.offset, string(text), more})
	n := len(text) + behind
	l.offset += int64(n)
	l.kept = l.kept[n:]
	return err
}

// flush writes a last line that has no end.
func (l *logLines) flush() error {
	if len(l.kept) == 0 {
		return nil
	}
	return l.put(l.kept, 0, false)
}
