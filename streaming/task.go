package streaming

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// TaskVerb is the first argument of an executable that Hadoop starts as a task.
// The arguments behind it are for [ParseTask].
const TaskVerb = "hadoop-task"

// A TaskKind says which half of a step a task runs.
type TaskKind string

// The kinds of tasks. There is none for a combiner: see "No combiner" in the package documentation.
const (
	MapTask    TaskKind = "map"
	ReduceTask TaskKind = "reduce"
)

// A TaskCommand says what Hadoop is to start as a task: it is all that a task knows of its job
// besides its environment. [ParseTask] reads what String writes.
type TaskCommand struct {
	// Kind is the half of the step that runs.
	Kind TaskKind
	// Step is the index of the step in [mr.Job], from 0.
	Step int
	// Cuts is the name of a shipped file with the cut points of a step in total order,
	// as [sample.AppendCuts] writes it. Empty for other steps.
	Cuts string
	// Memory is what the task may use, in bytes. Zero means [DefaultMemory].
	Memory int64
	// ReduceMemory is what the reduce tasks of the step may use, for a map task, which makes its
	// blocks so small that one of each map task fits. Zero means as much as Memory.
	ReduceMemory int64
	// Family is the name of the user's task whose job is run, and Flags its parameters.
	// They may hold any text without a zero byte.
	Family string
	Flags  []string
}

// String returns the command as the words that stand behind the executable in -mapper or -reducer,
// beginning with [TaskVerb]. Hadoop Streaming cuts it into words again with rules that
// have no escapes, so each word is encoded: see "The task command" in the package documentation.
func (c TaskCommand) String() string {
	words := []string{TaskVerb, string(c.Kind), "--step", strconv.Itoa(c.Step)}
	if c.Cuts != "" {
		words = append(words, "--cuts", c.Cuts)
	}
	if c.Memory != 0 {
		words = append(words, "--memory", strconv.FormatInt(c.Memory, 10))
	}
	if c.ReduceMemory != 0 {
		words = append(words, "--reduce-memory", strconv.FormatInt(c.ReduceMemory, 10))
	}
	words = append(append(words, c.Family), c.Flags...)
	for i, word := range words {
		words[i] = encodeWord(word)
	}
	return strings.Join(words, " ")
}

// ParseTask reads the arguments that follow [TaskVerb].
func ParseTask(args []string) (TaskCommand, error) {
	var c TaskCommand
	words := make([]string, len(args))
	for i, arg := range args {
		var err error
		if words[i], err = decodeWord(arg); err != nil {
			return c, fmt.Errorf("task command: argument %q: %w", arg, err)
		}
	}
	if len(words) == 0 {
		return c, errors.New("task command: no kind of task: want map or reduce")
	}
	if c.Kind = TaskKind(words[0]); c.Kind != MapTask && c.Kind != ReduceTask {
		return c, fmt.Errorf("task command: %q is no kind of task: want map or reduce", words[0])
	}
	flags := flag.NewFlagSet(TaskVerb, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&c.Step, "step", 0, "")
	flags.StringVar(&c.Cuts, "cuts", "", "")
	flags.Int64Var(&c.Memory, "memory", 0, "")
	flags.Int64Var(&c.ReduceMemory, "reduce-memory", 0, "")
	if err := flags.Parse(words[1:]); err != nil {
		return c, fmt.Errorf("task command: %w", err)
	}
	if flags.NArg() == 0 || flags.Arg(0) == "" {
		return c, errors.New("task command: it names no task to run")
	}
	if c.Step < 0 || c.Memory < 0 || c.ReduceMemory < 0 {
		return c, errors.New("task command: --step, --memory and --reduce-memory can't be negative")
	}
	c.Family, c.Flags = flags.Arg(0), flags.Args()[1:]
	return c, nil
}

// emptyWord stands for an empty word, which Hadoop Streaming would drop.
const emptyWord = "%"

const hexDigits = "0123456789ABCDEF"

// encodeWord replaces all bytes but letters, digits and some marks by their percent-encoding.
func encodeWord(word string) string {
	if word == "" {
		return emptyWord
	}
	var b strings.Builder
	for i := range len(word) {
		if c := word[i]; isPlain(c) {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String()
}

// isPlain reports whether a byte means nothing to Hadoop and to a shell, wherever it stands.
func isPlain(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("-_./:=@+,", c) >= 0
}

// decodeWord undoes encodeWord.
func decodeWord(word string) (string, error) {
	if word == emptyWord {
		return "", nil
	}
	var b strings.Builder
	for {
		plain, rest, found := strings.Cut(word, "%")
		b.WriteString(plain)
		if !found {
			return b.String(), nil
		}
		if len(rest) < 2 {
			return "", errors.New("it ends within a percent-encoding")
		}
		c, err := strconv.ParseUint(rest[:2], 16, 8)
		if err != nil {
			return "", fmt.Errorf("%q is no percent-encoding", "%"+rest[:2])
		}
		b.WriteByte(byte(c))
		word = rest[2:]
	}
}
