package streamjob

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
)

// A reporter reads what a command says on its standard error: lines for the framework
// (reporter:counter:GROUP,NAME,N and reporter:status:TEXT), and all others for the user.
type reporter struct {
	task     *task
	counters *counters // nil discards
}

func (r *reporter) readAll(stderr io.Reader) error {
	prefix := r.task.job.reporterPrefix
	lines := pipeLines(stderr)
	for lines.Next() {
		line := string(appendUTF8(nil, lines.Record()))
		rest, ok := strings.CutPrefix(line, prefix)
		if !ok {
			r.task.job.log.write([]byte(line + "\n"))
			continue
		}
		if err := r.report(line, rest); err != nil {
			return err
		}
	}
	return lines.Err()
}

// report does what a line for the framework asks for.
func (r *reporter) report(line, rest string) error {
	log := r.task.job.log
	if counter, ok := strings.CutPrefix(rest, "counter:"); ok {
		columns := javaSplit(javaTrim(counter), ",")
		if len(columns) != 3 {
			log.warnf("streaming.PipeMapRed", "Cannot parse counter line: %s", line)
			return nil
		}
		n, err := parseJavaLong(columns[2])
		if err != nil {
			log.warnf("streaming.PipeMapRed", "Cannot parse counter increment '%s' from line: %s", columns[2], line)
			return nil //nolint:nilerr // a line that is wrong stops nothing
		}
		if r.counters == nil {
			return nil
		}
		return r.counters.add(columns[0], columns[1], n)
	}
	if status, ok := strings.CutPrefix(rest, "status:"); ok {
		r.task.setStatus(javaTrim(status))
		return nil
	}
	log.warnf("streaming.PipeMapRed", "Cannot parse reporter line: %s", line)
	return nil
}

// javaTrim is String.trim: it takes away all characters up to the blank.
func javaTrim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
}

// javaSplit is String.split of a plain separator: empty words at the end vanish.
func javaSplit(s, separator string) []string {
	words := strings.Split(s, separator)
	for len(words) > 1 && words[len(words)-1] == "" {
		words = words[:len(words)-1]
	}
	return words
}

// parseJavaLong is Long.parseLong.
func parseJavaLong(s string) (int64, error) {
	if strings.ContainsRune(s, '_') {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseInt(s, 10, 64)
}

// cutName cuts a name that has more than limit characters of Java.
func cutName(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	units := utf16.Encode([]rune(name))
	if len(units) <= limit {
		return name
	}
	return string(utf16.Decode(units[:limit-1]))
}

func limitExceeded(format string, args ...any) error {
	return &taskError{class: "org.apache.hadoop.mapreduce.counters.LimitExceededException", text: fmt.Sprintf(format, args...)}
}
