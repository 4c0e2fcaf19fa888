package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// A listedTask is a task in the JSON of list.
type listedTask struct {
	Name   string        `json:"name"`
	Doc    string        `json:"doc,omitempty"`
	Params []listedParam `json:"params"`
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
		Args:    noArgs,
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
		task := listedTask{Name: family.Name, Doc: a.doc(family), Params: []listedParam{}}
		for _, p := range family.Params {
			task.Params = append(task.Params, listedParam{p.Name, p.Type, p.Help, p.Default, p.Choices, p.Required})
		}
		tasks = append(tasks, task)
	}
	return tasks
}

func (a *app) writeList() error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.StripEscape)
	for _, family := range a.registry.Families() {
		var params []string
		for _, p := range family.Params {
			if p.Required {
				params = append(params, "--"+p.Name)
			} else {
				params = append(params, "[--"+p.Name+"]")
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", family.Name, strings.Join(params, " "), firstSentence(a.doc(family)))
	}
	return w.Flush()
}
