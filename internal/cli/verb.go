package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
)

// A taskVerb is a verb that is followed by a task: run, plan, why and so on.
type taskVerb struct {
	name, group string
	short, long string
	example     string // behind the name of the program
	flags       func(*pflag.FlagSet)
	do          func(cmd *cobra.Command, task orchestrate.Task) error

	// many is in place of do for a verb that takes several tasks: identities, or flags of which one has a row of values.
	many func(cmd *cobra.Command, tasks []orchestrate.Task) error

	// foreign is for the identity of a task that this program does not have. It returns err, which says so, where
	// nobody else has it either. Nil is a verb that is about tasks of the program alone.
	foreign func(cmd *cobra.Command, id string, err error) error
}

// run runs the verb for a family and its flags, as they were given.
func (v *taskVerb) run(a *app, cmd *cobra.Command, family orchestrate.FamilyInfo, given []string) error {
	if v.many == nil {
		task, err := a.registry.Parse(family.Name, given)
		if err != nil {
			return &UsageError{err}
		}
		return v.do(cmd, task)
	}
	tasks, err := a.parseRow(family.Name, given)
	if err != nil {
		return &UsageError{err}
	}
	return v.many(cmd, tasks)
}

// parseRow makes the task that flags name, or the tasks of a row of values.
func (a *app) parseRow(family string, given []string) ([]orchestrate.Task, error) {
	if a.registry.HasRow(family, given) {
		partitions, err := a.registry.Partitions(family, given)
		if err != nil {
			return nil, err
		}
		return partitions.Tasks, nil
	}
	task, err := a.registry.Parse(family, given)
	return []orchestrate.Task{task}, err
}

// runOperands runs the verb for what stands behind it and is no family.
func (v *taskVerb) runOperands(a *app, cmd *cobra.Command, args []string) error {
	if v.many == nil || len(args) < 2 {
		task, err := a.parseOperands(cmd, args)
		if v.foreign != nil && len(args) == 1 && strings.Contains(args[0], "(") && errors.As(err, new(*orchestrate.UnknownTaskError)) {
			return v.foreign(cmd, args[0], err)
		}
		if err != nil {
			return err
		}
		if v.many != nil {
			return v.many(cmd, []orchestrate.Task{task})
		}
		return v.do(cmd, task)
	}
	var tasks []orchestrate.Task
	for _, arg := range args {
		task, err := a.parseOperands(cmd, []string{arg})
		if err != nil {
			return err
		}
		tasks = append(tasks, task)
	}
	return v.many(cmd, tasks)
}

// taskVerbs returns the verbs in the order of help. Each has options of its own.
func (a *app) taskVerbs() []taskVerb {
	return []taskVerb{a.runVerb(), a.localVerb(), a.planVerb(), a.whyVerb(), a.graphVerb(), a.clearVerb()}
}

// verbCommand makes the command of a verb, with a command for each family below it.
func (a *app) verbCommand(v taskVerb) *cobra.Command {
	cmd := &cobra.Command{
		Use:     v.name + " TASK",
		GroupID: v.group,
		Short:   v.short,
		Long:    strings.TrimSpace(v.long),
		Example: "  " + a.name + " " + v.example,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return v.runOperands(a, cmd, args)
		},
		Annotations:           map[string]string{followedBy: aTask},
		DisableFlagsInUseLine: true,
	}
	v.flags(cmd.PersistentFlags())
	completeChoices(cmd, cmd.PersistentFlags())
	cmd.Flags().SortFlags = false
	cmd.PersistentFlags().SortFlags = false
	cmd.AddGroup(&cobra.Group{ID: groupRanges, Title: "Ranges of them:"})
	for _, family := range a.registry.Families() {
		sub := a.familyCommand(family, func(cmd *cobra.Command, given []string) error { return v.run(a, cmd, family, given) })
		if family.BuiltIn {
			sub.GroupID = groupRanges
		}
		cmd.AddCommand(sub)
	}
	return cmd
}

// followedBy is the annotation of a command that says what stands behind it.
const (
	followedBy = "followed by"
	aTask      = "task" // whose parameters are flags
)

// familyCommand makes the command of a family, whose flags are its parameters. What is done gets them as they were
// given.
func (a *app) familyCommand(family orchestrate.FamilyInfo, do func(cmd *cobra.Command, flags []string) error) *cobra.Command {
	doc := a.doc(family)
	params := &paramFlags{}
	cmd := &cobra.Command{
		Use:   family.Name + paramUsage(family),
		Short: firstSentence(doc),
		Long:  doc,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("%s takes flags only, but there is %q", family.Name, args[0])
			}
			return nil
		},
		RunE:                  func(cmd *cobra.Command, _ []string) error { return do(cmd, params.given) },
		DisableFlagsInUseLine: true,
	}
	cmd.Flags().SortFlags = false
	for _, param := range family.Params {
		params.add(cmd, param)
	}
	return cmd
}

// paramUsage returns what stands behind the family in the line of usage.
func paramUsage(family orchestrate.FamilyInfo) string {
	var usage strings.Builder
	optional := false
	for _, param := range family.Params {
		if param.Required {
			fmt.Fprintf(&usage, " --%s …", param.Name)
		} else {
			optional = true
		}
	}
	if optional {
		usage.WriteString(" [parameters]")
	}
	return usage.String() + " [flags]"
}

// parseOperands makes the task of what stands behind a verb and is no family: an
// identity such as WordCount(date-interval=2014-06), as summaries print them, or a mistake.
func (a *app) parseOperands(cmd *cobra.Command, args []string) (orchestrate.Task, error) {
	if len(args) == 0 {
		return nil, usagef("%s what? Name a task%s", cmd.Name(), a.someFamilies())
	}
	if !strings.Contains(args[0], "(") {
		if _, err := a.registry.Lookup(args[0]); err != nil {
			return nil, &UsageError{err}
		}
		return nil, usagef("%s must stand before --", args[0])
	}
	if len(args) > 1 {
		return nil, usagef("there is %q behind the task %s", args[1], args[0])
	}
	task, err := a.registry.ParseID(args[0])
	if err != nil {
		return nil, &UsageError{err}
	}
	return task, nil
}

// someFamilies names the families where they are few.
func (a *app) someFamilies() string {
	var names []string
	for _, family := range a.registry.Families() {
		if !family.BuiltIn {
			names = append(names, family.Name)
		}
	}
	switch {
	case len(names) == 0:
		return "; this program has none"
	case len(names) > 8:
		return fmt.Sprintf("; '%s list' lists all %d", a.name, len(names))
	}
	return ": " + strings.Join(names, ", ")
}

// paramFlags collects the flags of a task as they were given, for [orchestrate.Registry.Parse].
type paramFlags struct{ given []string }

// add defines the flag of a parameter.
func (p *paramFlags) add(cmd *cobra.Command, param orchestrate.ParamInfo) {
	flag := &pflag.Flag{
		Name:     param.Name,
		Usage:    paramHelp(param),
		Value:    &paramValue{p, param},
		DefValue: param.Default,
	}
	if param.NeedsNoValue {
		flag.NoOptDefVal = "true"
	}
	cmd.Flags().AddFlag(flag)
	switch {
	case param.Choices != nil:
		registerCompletion(cmd, param.Name, cobra.FixedCompletions(param.Choices, cobra.ShellCompDirectiveNoFileComp))
	case param.Type != "path": // else files, as by default
		registerCompletion(cmd, param.Name, cobra.NoFileCompletions)
	}
}

func paramHelp(param orchestrate.ParamInfo) string {
	var notes []string
	if param.Required {
		notes = append(notes, "required")
	}
	if param.Repeatable {
		notes = append(notes, "may be given several times")
	}
	if param.Choices != nil {
		notes = append(notes, "one of "+strings.Join(param.Choices, ", "))
	}
	help := param.Help
	if len(notes) > 0 {
		help += " (" + strings.Join(notes, "; ") + ")"
	}
	return strings.TrimSpace(help)
}

// A paramValue is the value of a parameter's flag. It checks nothing: the registry
// does, for all parameters at once.
type paramValue struct {
	flags *paramFlags
	param orchestrate.ParamInfo
}

// Set keeps the text.
func (v *paramValue) Set(text string) error {
	v.flags.given = append(v.flags.given, "--"+v.param.Name+"="+text)
	return nil
}

// String returns the default, for that is all that pflag asks for.
func (v *paramValue) String() string { return v.param.Default }

// Type returns what help shows as the value.
func (v *paramValue) Type() string {
	switch {
	case v.param.NeedsNoValue:
		return "bool"
	case v.param.Choices != nil:
		return "<choice>"
	}
	return "<" + v.param.Type + ">"
}
