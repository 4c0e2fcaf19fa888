package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
)

func (a *app) healthVerb() remoteVerb {
	return remoteVerb{
		use: "health", short: "Tell how the parts of a server do, and what it needs", args: NoArgs,
		long: "Tells how the scheduler, its database, the workers, schedules, backfills, deadlines, mail and webhooks do,\n" +
			"and the cluster that the server uses. The exit code is 1 where one of them fails.",
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, _ []string) error {
			found, err := remote.Health(ctx)
			if err != nil {
				return err
			}
			return out.writeHealth(&found)
		},
	}
}

// writeHealth writes how components do; the error ends the command with a code where one fails.
func (o *remoteOutput) writeHealth(found *api.Components) error {
	err := o.write(found, func(w *tabwriter.Writer) {
		row(w, "STATE", "COMPONENT", "LAST SEEN", "TOOK", "")
		for i := range found.Components {
			writeComponent(w, &found.Components[i])
		}
	})
	if err != nil {
		return err
	}
	for i := range found.Components {
		if found.Components[i].State == api.ComponentFailing {
			return ExitCode(orchestrate.ExitError)
		}
	}
	return nil
}

func writeComponent(w *tabwriter.Writer, c *api.Component) {
	seen, took := "-", "-"
	if !c.LastSeen.IsZero() {
		seen = since(c.LastSeen) + " ago"
	}
	if c.Latency > 0 {
		took = shortDuration(max(time.Duration(c.Latency), time.Millisecond))
	}
	detail, rest, _ := strings.Cut(strings.ReplaceAll(c.Detail, "\t", " "), "\n")
	row(w, c.State, c.Name, seen, took, detail)
	for line := range strings.Lines(rest) {
		row(w, " ", "", "", "", strings.TrimSpace(line))
	}
	if c.Mend != "" {
		row(w, " ", "", "", "", "mend: "+c.Mend)
	}
}

// loadCells tell how busy the machine of a worker is: its processors, memory, and the room on its disk.
func loadCells(load *api.Load) (cpu, memory, disk string) {
	if load == nil {
		return "-", "-", "-"
	}
	if load.CPU != nil {
		cpu = fmt.Sprintf("%.0f%%", 100**load.CPU)
	}
	if load.MemoryTotal > 0 {
		memory = fmt.Sprintf("%.1f of %.1f GB", float64(load.MemoryUsed)/1e9, float64(load.MemoryTotal)/1e9)
	}
	if load.DiskTotal > 0 {
		disk = fmt.Sprintf("%.1f GB free", float64(load.DiskFree)/1e9)
	}
	return cmp.Or(cpu, "-"), cmp.Or(memory, "-"), cmp.Or(disk, "-")
}
