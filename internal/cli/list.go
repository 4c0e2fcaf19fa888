package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
)

// A listedTask is a task in the JSON of list.
type listedTask struct {
	Name    string        `json:"name"`
	Doc     string        `json:"doc,omitempty"`
	BuiltIn bool          `json:"built_in,omitempty"` // it is a range of others
	Params  []listedParam `json:"params"`
}

type listedParam struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Help     string   `json:"help,omitempty"`
	Default  string   `json:"default,omitempty"`
	Choices  []string `json:"choices,omitempty"`
	Required bool     `json:"required"`
}

func (a *app) listCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		GroupID: groupLook,
		Short:   "List the tasks of the program",
		Args:    NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return writeJSON(a.stdout, map[string]any{"tasks": a.listed()})
			}
			return a.writeList()
		},
		DisableFlagsInUseLine: true,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, with all parameters")
	return cmd
}

func (a *app) listed() []listedTask {
	tasks := []listedTask{}
	for _, family := range a.registry.Families() {
		task := listedTask{Name: family.Name, Doc: a.doc(family), BuiltIn: family.BuiltIn, Params: []listedParam{}}
		for _, p := range family.Params {
			task.Params = append(task.Params, listedParam{p.Name, p.Type, p.Help, p.Default, p.Choices, p.Required})
		}
		tasks = append(tasks, task)
	}
	return tasks
}

func (a *app) writeList() error {
	var own, ranges []orchestrate.FamilyInfo
	for _, family := range a.registry.Families() {
		if family.BuiltIn {
			ranges = append(ranges, family)
		} else {
			own = append(own, family)
		}
	}
	if err := a.writeFamilies(own, paramNames); err != nil {
		return err
	}
	if len(own) == 0 || len(ranges) == 0 {
		return nil
	}
	fmt.Fprintln(a.stdout, "\nRanges of them:")
	return a.writeFamilies(ranges, requiredNames)
}

// writeFamilies writes a line for each family.
func (a *app) writeFamilies(families []orchestrate.FamilyInfo, flags func(orchestrate.FamilyInfo) string) error {
	names, params := 0, 0 // widths
	for _, family := range families {
		names = max(names, len(family.Name))
		params = max(params, len(flags(family)))
	}
	for _, family := range families {
		line := fmt.Sprintf("%-*s  %-*s  %s", names, family.Name, params, flags(family), firstSentence(a.doc(family)))
		if _, err := fmt.Fprintln(a.stdout, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// requiredNames returns the flags of a family that must be given, where the others are many.
func requiredNames(family orchestrate.FamilyInfo) string {
	return strings.TrimSuffix(strings.TrimSpace(paramUsage(family)), " [flags]")
}

// paramNames returns the flags of a family, those that may be left out in brackets.
func paramNames(family orchestrate.FamilyInfo) string {
	var names []string
	for _, p := range family.Params {
		if p.Required {
			names = append(names, "--"+p.Name)
		} else {
			names = append(names, "[--"+p.Name+"]")
		}
	}
	return strings.Join(names, " ")
}
