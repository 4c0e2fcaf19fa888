package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
)

func (a *app) graphVerb() taskVerb {
	var place placeFlags
	var format string
	return taskVerb{
		name: "graph", group: groupLook,
		short: "Draw a task and all that it requires",
		long: `
Draw a task and all that it requires, with the state of each: as a tree of text, for
Graphviz (--format dot) or as a Mermaid flowchart (--format mermaid).`,
		example: "graph WordCount --date-interval 2014-06 --format dot | dot -Tsvg >plan.svg",
		flags: func(set *pflag.FlagSet) {
			place.add(set)
			addChoice(set, &format, "format", "how to draw", "tree", "dot", "mermaid")
		},
		do: func(cmd *cobra.Command, task orchestrate.Task) error {
			plan, err := a.plan(cmd, &place, task)
			if err != nil {
				return err
			}
			switch format {
			case "dot":
				return plan.WriteDOT(a.stdout)
			case "mermaid":
				return plan.WriteMermaid(a.stdout)
			}
			return plan.WriteTree(a.stdout)
		},
	}
}
