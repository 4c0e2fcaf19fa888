package cli

import (
	"errors"
	"slices"

	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
)

// newRegistry returns the registry of the tasks and of ranges of them, after a check that no parameter
// has the name of a flag of the verbs.
func newRegistry(tasks []orchestrate.Task) (*orchestrate.Registry, error) {
	registry, err := orchestrate.NewRegistry(tasks...)
	if err != nil {
		return nil, err
	}
	registry, err = orchestrate.NewRegistry(withRanges(registry, tasks)...)
	if err != nil {
		return nil, err
	}
	taken := reservedFlags()
	var errs []error
	for _, family := range registry.Families() {
		for _, param := range family.Params {
			if taken[param.Name] {
				errs = append(errs, &orchestrate.DefinitionError{
					Type:    family.Name,
					Member:  "--" + param.Name,
					Problem: "the command line has a flag of that name itself",
					Mend:    "give the parameter another name in its param tag",
				})
			}
		}
	}
	return registry, errors.Join(errs...)
}

// withRanges returns the tasks and the ranges. A task of the program that has the name of a range takes its place.
func withRanges(registry *orchestrate.Registry, tasks []orchestrate.Task) []orchestrate.Task {
	all := slices.Clone(tasks)
	for _, r := range orchestrate.Ranges() {
		if _, err := registry.Lookup(orchestrate.Family(r)); err != nil {
			all = append(all, r)
		}
	}
	return all
}

// reservedFlags returns the names of the flags of all verbs.
func reservedFlags() map[string]bool {
	taken := map[string]bool{"help": true}
	for _, v := range new(app).taskVerbs() {
		flags := pflag.NewFlagSet(v.name, pflag.ContinueOnError)
		v.flags(flags)
		flags.VisitAll(func(f *pflag.Flag) { taken[f.Name] = true })
	}
	return taken
}
