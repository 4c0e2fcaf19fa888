package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A choice is a flag that takes one of a few words.
type choice struct {
	value *string
	words []string
}

// addChoice defines a flag that takes one of the words, the first by default.
func addChoice(flags *pflag.FlagSet, value *string, name, usage string, words ...string) {
	*value = words[0]
	flags.Var(&choice{value, words}, name, usage)
}

// Set takes one of the words.
func (c *choice) Set(text string) error {
	if !slices.Contains(c.words, text) {
		return fmt.Errorf("want %s%s", strings.Join(c.words, " or "), didYouMean("", nearest(text, c.words)))
	}
	*c.value = text
	return nil
}

// String returns the word.
func (c *choice) String() string { return *c.value }

// Type returns what help shows as the value.
func (c *choice) Type() string { return strings.Join(c.words, "|") }

// completeChoices lets shells complete the words of the flags that are choices.
func completeChoices(cmd *cobra.Command, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if c, ok := f.Value.(*choice); ok {
			registerCompletion(cmd, f.Name, cobra.FixedCompletions(c.words, cobra.ShellCompDirectiveNoFileComp))
		}
	})
}

// registerCompletion can't fail for a flag that the command has, and that has no completion yet.
func registerCompletion(cmd *cobra.Command, name string, completion cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(name, completion); err != nil {
		panic("cli: " + err.Error())
	}
}
