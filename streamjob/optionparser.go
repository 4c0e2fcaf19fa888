package streamjob

import (
	"slices"
	"strings"
)

// The two parsers of a streaming command line are those of commons-cli: GnuParser,
// which stops at the first word that it doesn't know, for the generic options, and
// BasicParser for all behind them.

// An optionSpec says how many values an option takes: none, one or all that follow.
type optionSpec int

const (
	noValue optionSpec = iota
	oneValue
	manyValues
)

// genericOptions are those of every Hadoop command.
var genericOptions = map[string]optionSpec{
	"fs": oneValue, "jt": oneValue, "conf": oneValue, "D": oneValue,
	"libjars": oneValue, "files": oneValue, "archives": oneValue, "tokenCacheFile": oneValue,
}

// streamingOptions are those of StreamJob.
var streamingOptions = map[string]optionSpec{
	"input": manyValues, "output": oneValue, "mapper": oneValue, "combiner": oneValue, "reducer": oneValue,
	"file": manyValues, "dfs": oneValue, "additionalconfspec": oneValue, "inputformat": oneValue,
	"outputformat": oneValue, "partitioner": oneValue, "numReduceTasks": oneValue, "inputreader": oneValue,
	"mapdebug": oneValue, "reducedebug": oneValue, "jobconf": oneValue, "cmdenv": oneValue,
	"cacheFile": manyValues, "cacheArchive": manyValues, "io": oneValue,
	"background": noValue, "verbose": noValue, "info": noValue, "help": noValue, "debug": noValue, "lazyOutput": noValue,
}

// A commandLine is what a parser found.
type commandLine struct {
	values map[string][]string // of each option that is there, in order
	rest   []string            // what is no option
}

func (c *commandLine) has(name string) bool { _, ok := c.values[name]; return ok }

// first returns the first value of an option, which is the one that counts.
func (c *commandLine) first(name string) (string, bool) {
	if values := c.values[name]; len(values) > 0 {
		return values[0], true
	}
	return "", false
}

// A parseError is a ParseException.
type parseError struct{ text string }

func (e *parseError) Error() string { return e.text }

// parseGeneric parses the generic options, and leaves the rest of the words.
func parseGeneric(args []string) (*commandLine, error) {
	return parseOptions(genericOptions, flattenGnu(genericOptions, args), true)
}

// parseStreaming parses the options of StreamJob.
func parseStreaming(args []string) (*commandLine, error) {
	return parseOptions(streamingOptions, args, false)
}

func stripHyphens(word string) string {
	if after, ok := strings.CutPrefix(word, "--"); ok {
		return after
	}
	return strings.TrimPrefix(word, "-")
}

// isOption reports whether a word is an option that is known.
func isOption(options map[string]optionSpec, word string) bool {
	_, known := options[stripHyphens(word)]
	return known
}

// flattenGnu takes -name=value and -Dname=value apart, up to the first word with a
// hyphen that is no option.
func flattenGnu(options map[string]optionSpec, args []string) []string {
	var tokens []string
	for i, arg := range args {
		name := stripHyphens(arg)
		equal := strings.IndexByte(name, '=')
		switch {
		case arg == "--":
			return append(tokens, args[i:]...)
		case arg == "-" || !strings.HasPrefix(arg, "-") || isOption(options, name):
			tokens = append(tokens, arg)
		case equal >= 0 && isOption(options, name[:equal]):
			option, value, _ := strings.Cut(arg, "=")
			tokens = append(tokens, option, value)
		case isOption(options, arg[:2]):
			tokens = append(tokens, arg[:2], arg[2:])
		default:
			return append(tokens, args[i:]...)
		}
	}
	return tokens
}

// parseOptions is commons-cli's Parser.parse.
func parseOptions(options map[string]optionSpec, tokens []string, stopAtNonOption bool) (*commandLine, error) {
	found := &commandLine{values: map[string][]string{}}
	for i := 0; i < len(tokens); {
		token := tokens[i]
		i++
		var stop bool
		switch {
		case token == "--":
			stop = true
		case token == "-":
			stop = stopAtNonOption
			if !stop {
				found.rest = append(found.rest, token)
			}
		case strings.HasPrefix(token, "-"):
			if isOption(options, token) {
				n, err := found.take(options, token, tokens[i:])
				if err != nil {
					return nil, err
				}
				i += n
				continue
			}
			if !stopAtNonOption {
				return nil, &parseError{"Unrecognized option: " + token}
			}
			found.rest = append(found.rest, token)
			stop = true
		default:
			found.rest = append(found.rest, token)
			stop = stopAtNonOption
		}
		if stop {
			found.rest = append(found.rest, slices.DeleteFunc(slices.Clone(tokens[i:]), func(t string) bool { return t == "--" })...)
			break
		}
	}
	return found, nil
}

// take takes the values of an option from the tokens behind it, and returns how many it took.
func (c *commandLine) take(options map[string]optionSpec, token string, tokens []string) (int, error) {
	name := stripHyphens(token)
	spec := options[name]
	c.values[name] = append(c.values[name], []string{}...)
	if spec == noValue {
		return 0, nil
	}
	n := 0
	for n < len(tokens) && (spec == manyValues || n == 0) {
		if strings.HasPrefix(tokens[n], "-") && isOption(options, tokens[n]) {
			break
		}
		c.values[name] = append(c.values[name], stripQuotes(tokens[n]))
		n++
	}
	if n == 0 {
		return 0, &parseError{"Missing argument for option: " + name}
	}
	return n, nil
}

// stripQuotes takes away quotes around a value that has no others.
func stripQuotes(text string) string {
	if n := len(text); n > 1 && text[0] == '"' && text[n-1] == '"' && !strings.Contains(text[1:n-1], `"`) {
		return text[1 : n-1]
	}
	return text
}
