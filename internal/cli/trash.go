package cli

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/trash"
)

func (a *app) trashCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "trash",
		GroupID: groupClear,
		Short:   "List what was cleared, or remove it for good",
		Args:    cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("trash what? 'trash ls' lists it, 'trash empty' removes what is in it")
			}
			return usagef("there is no command trash %s; want ls or empty", args[0])
		},
	}
	cmd.AddCommand(a.trashListCommand(), a.trashEmptyCommand())
	return cmd
}

func (a *app) trashListCommand() *cobra.Command {
	var flags placeFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use: "ls", Short: "List what was cleared, the last first", Args: NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			place, t, err := a.openTrash(cmd, &flags)
			if err != nil {
				return err
			}
			defer place.close()
			a.emptyExpired(cmd.Context(), t)
			entries, err := allEntries(t)
			if err != nil {
				return err
			}
			return a.showEntries(entries, asJSON)
		},
	}
	flags.add(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

func allEntries(t *trash.Trash) ([]*trash.Entry, error) {
	var all []*trash.Entry
	for i := range t.Volumes {
		entries, err := t.List(t.Volumes[i].Name)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	slices.SortStableFunc(all, func(a, b *trash.Entry) int { return trash.Newer(&a.Manifest, &b.Manifest) })
	return all, nil
}

// An entryDocument is an entry of the trash as --json has it.
type entryDocument struct {
	trash.Manifest

	State string `json:"state"`
}

func stateOf(e *trash.Entry) string {
	switch {
	case e.Emptying:
		return "being removed"
	case e.Finished:
		return "cleared"
	}
	return "interrupted"
}

func (a *app) showEntries(entries []*trash.Entry, asJSON bool) error {
	if asJSON {
		documents := []entryDocument{}
		for _, e := range entries {
			documents = append(documents, entryDocument{e.Manifest, stateOf(e)})
		}
		return writeJSON(a.stdout, map[string]any{"entries": documents})
	}
	if len(entries) == 0 {
		_, err := fmt.Fprintln(a.stdout, "the trash is empty")
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	row(w, "ID", "BY", "STATE", "SIZE", "EXPIRES", "TASKS")
	for _, e := range entries {
		m := &e.Manifest
		size := int64(0)
		for _, o := range m.Outputs() {
			size += o.Bytes
		}
		tasks := m.Tasks[0].ID
		if more := len(m.Tasks) - 1; more > 0 {
			tasks += fmt.Sprintf(" and %d more", more)
		}
		row(w, m.ID, m.By, stateOf(e), showBytes(size), m.Expires.Local().Format("2006-01-02 15:04"), tasks, m.Note)
	}
	return w.Flush()
}

func (a *app) trashEmptyCommand() *cobra.Command {
	var flags placeFlags
	var older dayDuration
	var yes bool
	cmd := &cobra.Command{
		Use: "empty [ID]...", Short: "Remove what was cleared, for good",
		Long: "Remove what was cleared, for good: all of it, or what is older, or the entries of some IDs. What an interrupted\n" +
			"clear has moved stays: undo that first.",
		RunE: func(cmd *cobra.Command, args []string) error {
			place, t, err := a.openTrash(cmd, &flags)
			if err != nil {
				return err
			}
			defer place.close()
			return a.emptyTrash(cmd.Context(), t, args, time.Duration(older), yes)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().Var(&older, "older-than", "only what was cleared so long ago or longer, such as 7d")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	flags.add(cmd.Flags())
	return cmd
}

// emptyTrash removes entries for good.
func (a *app) emptyTrash(ctx context.Context, t *trash.Trash, ids []string, older time.Duration, yes bool) error {
	all, err := allEntries(t)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(e *trash.Entry) bool { return e.Manifest.ID == id }) {
			return fmt.Errorf("%s: %w", id, trash.ErrUnknown)
		}
	}
	var chosen []*trash.Entry
	for _, e := range all {
		wanted := len(ids) == 0 || slices.Contains(ids, e.Manifest.ID)
		if !wanted || time.Since(e.Manifest.At) < older {
			continue
		}
		if !e.Finished && !e.Emptying {
			fmt.Fprintf(a.stderr, "gomr: %s stays, as it was interrupted: '%s undo %s' brings it back\n", e.Manifest.ID, a.name, e.Manifest.ID)
			continue
		}
		chosen = append(chosen, e)
	}
	if len(chosen) == 0 {
		_, err := fmt.Fprintln(a.stdout, "there is nothing to remove")
		return err
	}
	if !yes {
		if err := a.showEntries(chosen, false); err != nil {
			return err
		}
		if err := a.confirm(ctx, "Remove "+countEntries(len(chosen))+" for good?"); err != nil {
			return err
		}
	}
	for _, e := range chosen {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := emptyEntry(t, e.Manifest.ID); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(a.stdout, "%s removed\n", countEntries(len(chosen)))
	return err
}

func countEntries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
