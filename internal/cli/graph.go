package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/layout"
)

func (a *app) graphVerb() taskVerb {
	var place placeFlags
	var format string
	var picture pictureFlags
	return taskVerb{
		name: "graph", group: groupLook,
		short: "Draw a task and all that it requires",
		long: `
Draw a task and all that it requires, with the state of each: as a tree of text, as a
picture that browsers show (--svg), for Graphviz (--format dot) or as a Mermaid flowchart
(--format mermaid).

A picture of many tasks has one node for each family; --expand shows the tasks of some of
them, and --collapse none those of all.`,
		example: "graph WordCount --date-interval 2014-06 --svg=plan.svg",
		flags: func(set *pflag.FlagSet) {
			place.add(set)
			addChoice(set, &format, "format", "how to draw", "tree", "svg", "dot", "mermaid")
			picture.add(set)
		},
		do: func(cmd *cobra.Command, task orchestrate.Task) error {
			if picture.file != "" && !cmd.Flags().Changed("format") {
				format = "svg"
			}
			if err := picture.check(cmd, format); err != nil {
				return err
			}
			plan, err := a.plan(cmd, &place, task)
			if err != nil {
				return err
			}
			switch format {
			case "svg":
				return a.writePicture(plan, &picture)
			case "dot":
				return plan.WriteDOT(a.stdout)
			case "mermaid":
				return plan.WriteMermaid(a.stdout)
			}
			return plan.WriteTree(a.stdout)
		},
	}
}

// standardOutput is what stands for it in the place of a file's name.
const standardOutput = "-"

// pictureFlags are the flags of a picture.
type pictureFlags struct {
	file     string // empty is none
	collapse string
	expand   []string
}

func (p *pictureFlags) add(set *pflag.FlagSet) {
	set.StringVar(&p.file, "svg", "", "draw a picture as SVG, to standard output or into a file (--svg=FILE)")
	set.Lookup("svg").NoOptDefVal = standardOutput
	addChoice(set, &p.collapse, "collapse", "whether a picture has one node for each family; auto: when it has many tasks",
		string(layout.ByItself), string(layout.Families), string(layout.Tasks))
	set.StringSliceVar(&p.expand, "expand", nil, "families of which a picture shows the tasks all the same")
}

// check reports flags that the format would pass over.
func (p *pictureFlags) check(cmd *cobra.Command, format string) error {
	if format == "svg" {
		return nil
	}
	var errs []error
	for _, name := range []string{"svg", "collapse", "expand"} {
		if cmd.Flags().Changed(name) {
			errs = append(errs, fmt.Errorf("--%s is for --format svg, and this is --format %s", name, format))
		}
	}
	if len(errs) > 0 {
		return &UsageError{errors.Join(errs...)}
	}
	return nil
}

// writePicture draws a plan as SVG.
func (a *app) writePicture(plan *orchestrate.Plan, flags *pictureFlags) error {
	g, err := graphOf(plan).Reduce(layout.Mode(flags.collapse), flags.expand)
	if err != nil {
		return err
	}
	picture, err := layout.Place(g)
	if err != nil {
		return err
	}
	var roots []string
	for _, root := range plan.Roots() {
		roots = append(roots, root.ID)
	}
	var b bytes.Buffer
	if err := picture.WriteSVG(&b, strings.Join(roots, ", ")); err != nil {
		return err
	}
	if flags.file == "" || flags.file == standardOutput {
		_, err := a.stdout.Write(b.Bytes())
		return err
	}
	return os.WriteFile(flags.file, b.Bytes(), 0o644)
}

// graphOf returns the tasks of a plan with their states.
func graphOf(plan *orchestrate.Plan) *layout.Graph {
	g := &layout.Graph{}
	numbers := map[*orchestrate.Node]int{}
	for n := range plan.Nodes() { // each after all that it requires
		numbers[n] = len(g.Nodes)
		g.Nodes = append(g.Nodes, layout.Node{ID: n.ID, Family: orchestrate.Family(n.Task), State: string(n.Status)})
		for _, required := range n.Requires {
			g.Edges = append(g.Edges, layout.Edge{From: numbers[required], To: numbers[n]})
		}
	}
	return g
}
