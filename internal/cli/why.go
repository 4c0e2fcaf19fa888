package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
)

func (a *app) whyVerb() taskVerb {
	var place placeFlags
	return taskVerb{
		name: "why", group: groupLook,
		short: "Explain why a task is complete, will run or can't run",
		long: `
Explain the state of a task, and of the tasks that it waits for. The task may also be
given by its identity, as summaries and plans print it.`,
		example: "why 'WordCount(date-interval=2014-06)'",
		flags:   place.add,
		do: func(cmd *cobra.Command, task orchestrate.Task) error {
			plan, err := a.plan(cmd, &place, task)
			if err != nil {
				return err
			}
			why, err := plan.Why(task)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(a.stdout, why)
			return err
		},
	}
}
