package streaming

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// splitArgs is a port of PipeMapRed.splitArgs of Hadoop Streaming 3.4: only a space parts words,
// a quote ends the word before it, and there are no escapes.
func splitArgs(args string) []string {
	var words []string
	var word strings.Builder
	quote := rune(0)
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for _, c := range args {
		switch {
		case quote == 0 && (c == '\'' || c == '"'):
			end()
			quote = c
		case quote == 0 && c == ' ', quote != 0 && c == quote:
			end()
			quote = 0
		default:
			word.WriteRune(c)
		}
	}
	end()
	return words
}

func TestTheTaskCommandIsPlainWords(t *testing.T) {
	c := TaskCommand{
		Kind: MapTask, Step: 1, Cuts: "cuts-1", Memory: 64 << 20, ReduceMemory: 4096,
		Family: "WordCount", Flags: []string{"--date-interval=2014-06", "--title=it's 100% \"$HOME\"\n", ""},
	}
	require.Equal(t, "hadoop-task map --step 1 --cuts cuts-1 --memory 67108864 --reduce-memory 4096 "+
		"WordCount --date-interval=2014-06 --title=it%27s%20100%25%20%22%24HOME%22%0A %", c.String())
}

func TestATaskCommandSurvivesHadoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("a %'\"\\$-\t\n=é")), rapid.Rune()))
		want := TaskCommand{
			Kind:         rapid.SampledFrom([]TaskKind{MapTask, ReduceTask}).Draw(t, "kind"),
			Step:         rapid.IntRange(0, 9).Draw(t, "step"),
			Cuts:         text.Draw(t, "cuts"),
			Memory:       rapid.Int64Range(0, 1<<40).Draw(t, "memory"),
			ReduceMemory: rapid.Int64Range(0, 1<<40).Draw(t, "reduce-memory"),
			Family:       "F" + text.Draw(t, "family"),
			Flags:        rapid.SliceOf(text).Draw(t, "flags"),
		}
		words := splitArgs("./gomr-0123abcd " + want.String())
		if cmp.Diff([]string{"./gomr-0123abcd", TaskVerb}, words[:2]) != "" {
			t.Fatalf("the command begins with %q", words[:2])
		}
		got, err := ParseTask(words[2:])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("-want +got\n%s", diff)
		}
	})
}

func TestATaskCommandThatIsNone(t *testing.T) {
	for args, want := range map[string]string{
		"":                     "no kind of task",
		"shuffle --step 1 F":   `"shuffle" is no kind of task`,
		"map --step 1":         "it names no task to run",
		"map --step one F":     `invalid value "one" for flag -step`,
		"map --speed 1 F":      "flag provided but not defined: -speed",
		"map --memory -1 F":    "can't be negative",
		"map F --name=100%":    "ends within a percent-encoding",
		"map F --name=100%zz":  `"%zz" is no percent-encoding`,
		"map F --name=100%+1 ": `"%+1" is no percent-encoding`,
	} {
		t.Run(args, func(t *testing.T) {
			_, err := ParseTask(strings.Fields(args))
			require.ErrorContains(t, err, want)
		})
	}
}

func FuzzDecodeWord(f *testing.F) {
	for _, seed := range []string{"", "%", "a%20b", "%2", "é%ff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		decoded, err := decodeWord(word)
		if err != nil {
			return
		}
		again, err := decodeWord(encodeWord(decoded))
		require.NoError(t, err)
		require.Equal(t, decoded, again)
	})
}
