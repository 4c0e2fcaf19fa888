package cli

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// writeUsage writes the usage of a command as help shows it behind its description.
func writeUsage(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n", usageLine(cmd))
	if cmd.HasExample() {
		fmt.Fprintf(w, "\nExample:\n%s\n", cmd.Example)
	}
	writeCommands(w, cmd)
	writeFlags(w, cmd)
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\nSee '%s %s --help'.\n", cmd.CommandPath(), placeholder(cmd))
	}
	return nil
}

// writeFlags writes the flags of a command, in the order in which they were defined.
func writeFlags(w io.Writer, cmd *cobra.Command) {
	switch verb := cmd.Parent(); {
	case verb == nil: // --help alone
	case verb.Annotations[followedBy] == aTask:
		if cmd.HasLocalFlags() {
			fmt.Fprintf(w, "\nParameters:\n%s", flagLines(cmd.LocalFlags()))
		}
		fmt.Fprintf(w, "\nFlags:\n%s", flagLines(verb.PersistentFlags()))
	case cmd.HasAvailableLocalFlags():
		fmt.Fprintf(w, "\nFlags:\n%s", flagLines(cmd.LocalFlags()))
	}
}

var trailingSpace = regexp.MustCompile(`(?m) +$`)

// flagLines returns what pflag says of the flags, without the space behind those with no help.
func flagLines(flags *pflag.FlagSet) string {
	return trailingSpace.ReplaceAllString(flags.FlagUsages(), "")
}

func usageLine(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return cmd.Name() + " COMMAND"
	}
	return cmd.UseLine()
}

// placeholder stands for the name of any sub-command.
func placeholder(cmd *cobra.Command) string {
	if cmd.Annotations[followedBy] == aTask {
		return "TASK"
	}
	return "COMMAND"
}

// writeCommands lists the sub-commands: verbs in their groups, or tasks.
func writeCommands(w io.Writer, cmd *cobra.Command) {
	if !cmd.HasAvailableSubCommands() {
		return
	}
	if cmd.HasParent() {
		title := "Commands:"
		if cmd.Annotations[followedBy] == aTask {
			title = "Tasks:"
		}
		writeGroup(w, cmd, "", title)
		for _, group := range cmd.Groups() {
			writeGroup(w, cmd, group.ID, group.Title)
		}
		return
	}
	for _, group := range cmd.Groups() {
		writeGroup(w, cmd, group.ID, group.Title)
	}
	writeGroup(w, cmd, "", "More:")
}

func writeGroup(w io.Writer, cmd *cobra.Command, group, title string) {
	fmt.Fprintf(w, "\n%s\n", title)
	for _, sub := range cmd.Commands() {
		if sub.GroupID == group && sub.IsAvailableCommand() {
			line := fmt.Sprintf("  %-*s  %s", cmd.Commands()[0].NamePadding(), sub.Name(), sub.Short)
			fmt.Fprintln(w, strings.TrimRight(line, " "))
		}
	}
}
