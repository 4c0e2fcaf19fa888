package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/fingerprint"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

func (a *app) whyVerb() taskVerb {
	var place placeFlags
	var server string
	var asJSON bool
	return taskVerb{
		name: "why", group: groupLook,
		short: "Explain why a task is complete, will run or can't run",
		long: `
Explain the state of a task, and of the tasks that it waits for: as this program sees it, and
as a server does (--server), with what mends it. Of a task that is complete it tells
what has changed since its output was made: inputs, code, parameters.

The task may also be given by its identity, as summaries and plans print it. One that this program
does not have is explained as the server sees it.`,
		example: "why 'WordCount(date-interval=2014-06)'",
		flags: func(set *pflag.FlagSet) {
			place.add(set)
			set.StringVar(&server, "server", "", "`URL` of a server that knows the task; $"+serverVariable+" sets it too")
			set.BoolVar(&asJSON, "json", false, "write JSON")
		},
		do: func(cmd *cobra.Command, task orchestrate.Task) error {
			return a.why(cmd, &place, a.serverOf(cmd, server), asJSON, task)
		},
		foreign: func(cmd *cobra.Command, id string, err error) error {
			url := a.serverOf(cmd, server)
			if url == "" {
				return err
			}
			return a.finishWhy(cmd, url, asJSON, &whyDocument{ID: id})
		},
	}
}

// A whyDocument is what is known of a task, as --json has it.
type whyDocument struct {
	ID     string           `json:"id"`
	Here   *whyHere         `json:"here,omitempty"`  // as this program sees it
	Error  string           `json:"error,omitempty"` // why it can't
	Age    *fingerprint.Age `json:"age,omitempty"`   // of an output that exists
	Server *whyServer       `json:"server,omitempty"`

	text string // of Here
}

// whyHere is an [orchestrate.Explanation].
type whyHere struct {
	ID      string             `json:"id"`
	Status  orchestrate.Status `json:"status"`
	Text    string             `json:"text"`
	Because []*whyHere         `json:"because,omitempty"`
}

// whyServer is what a server knows of a task.
type whyServer struct {
	URL     string      `json:"url"`
	Known   bool        `json:"known"` // it was submitted
	State   store.State `json:"state,omitempty"`
	Since   time.Time   `json:"since,omitzero"`
	Reasons []whyReason `json:"reasons,omitempty"`
}

type whyReason struct {
	Kind  scheduler.ReasonKind `json:"kind"`
	Text  string               `json:"text"`
	Task  string               `json:"task,omitempty"`
	Until time.Time            `json:"until,omitzero"`
	Mend  []string             `json:"mend,omitempty"` // commands
}

// why explains a task.
func (a *app) why(cmd *cobra.Command, flags *placeFlags, url string, asJSON bool, task orchestrate.Task) error {
	d := &whyDocument{ID: orchestrate.ID(task)}
	if err := a.whyHere(cmd, flags, task, d); err != nil {
		if url == "" || errors.As(err, new(*UsageError)) {
			return err
		}
		d.Error = err.Error() // the server may know more
	}
	return a.finishWhy(cmd, url, asJSON, d)
}

// finishWhy adds what a server knows, if there is one, and writes all.
func (a *app) finishWhy(cmd *cobra.Command, url string, asJSON bool, d *whyDocument) error {
	if url != "" {
		remote, err := a.connect(&serverFlags{url})
		if err != nil {
			return err
		}
		defer remote.Close()
		if d.Server, err = a.whyServer(cmd.Context(), remote, url, d.ID); err != nil {
			return err
		}
	}
	if asJSON {
		return writeJSON(a.stdout, d)
	}
	return a.writeWhy(d)
}

// whyHere looks at the task and its outputs.
func (a *app) whyHere(cmd *cobra.Command, flags *placeFlags, task orchestrate.Task, d *whyDocument) error {
	return a.inPlace(cmd, flags, func(ctx context.Context, place *place) error {
		plan, err := a.planOrNote(ctx, place, task)
		if err != nil {
			return err
		}
		explanation, err := plan.Why(task)
		if err != nil {
			return err
		}
		d.text, d.Here = explanation.String(), hereOf(explanation, map[*orchestrate.Explanation]*whyHere{})
		d.Age = age(ctx, plan.Lookup(d.ID))
		return nil
	})
}

func hereOf(e *orchestrate.Explanation, known map[*orchestrate.Explanation]*whyHere) *whyHere {
	if here := known[e]; here != nil {
		return &whyHere{ID: here.ID, Status: here.Status, Text: here.Text} // what was said once isn't said again
	}
	here := &whyHere{ID: e.ID, Status: e.Status, Text: e.Text}
	known[e] = here
	for _, because := range e.Because {
		here.Because = append(here.Because, hereOf(because, known))
	}
	return here
}

// whyServer asks a server.
func (a *app) whyServer(ctx context.Context, remote *client.Client, url, id string) (*whyServer, error) {
	explanation, err := remote.Explain(ctx, id)
	if errors.Is(err, scheduler.ErrUnknownTask) {
		return &whyServer{URL: url}, nil
	}
	if err != nil {
		return nil, err
	}
	w := &whyServer{URL: url, Known: true, State: explanation.Task.State, Since: explanation.Task.Changed}
	for _, r := range explanation.Reasons {
		reason := whyReason{Kind: r.Kind, Text: r.Text, Task: r.Task, Until: r.Until}
		of := &explanation.Task
		if r.Kind == scheduler.BlockedByTask {
			root, err := remote.Explain(ctx, r.Task)
			if err != nil {
				return nil, err
			}
			of = &root.Task
		}
		reason.Mend = a.mend(&r, &explanation.Task, of, url)
		w.Reasons = append(w.Reasons, reason)
	}
	return w, nil
}

// mend returns commands that do something about a reason why a task is not further, of which another one may be the root.
func (a *app) mend(r *scheduler.Reason, task, of *store.Task, url string) []string {
	server := " --server " + shellQuote(url)
	id := shellQuote(of.ID)
	switch r.Kind {
	case scheduler.NeedsHelp, scheduler.BlockedByTask, scheduler.RestsUntil:
		if of.State == store.Missing {
			return []string{strings.Join(append([]string{a.name, "run", task.Family}, quoteAll(task.Args)...), " ") + server + "   # when its output is there"}
		}
		var commands []string
		if of.Fence != 0 {
			commands = append(commands, a.name+" logs "+id+server)
		}
		return append(commands, a.name+" forgive "+id+server)
	case scheduler.BeyondLimit:
		return []string{fmt.Sprintf("%s limit %s %d%s", a.name, shellQuote(r.Resource), of.Resources[r.Resource], server)}
	case scheduler.SchedulerPaused:
		return []string{a.name + " unpause" + server}
	case scheduler.NoWorker:
		return []string{a.name + " worker" + server}
	case scheduler.HeldBack:
		return []string{a.name + " undo " + shellQuote(entryOf(r.Hold))}
	}
	return nil
}

func quoteAll(words []string) []string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = shellQuote(word)
	}
	return quoted
}

// writeWhy writes what is known of a task for people.
func (a *app) writeWhy(d *whyDocument) error {
	if d.Error != "" {
		fmt.Fprintf(a.stdout, "%s can't be looked at here: %s\n", d.ID, d.Error)
	}
	_, err := fmt.Fprint(a.stdout, d.text)
	a.writeAge(d.ID, d.Age)
	s := d.Server
	if s == nil {
		return err
	}
	if d.Here != nil || d.Error != "" {
		fmt.Fprintln(a.stdout)
	}
	if !s.Known {
		_, err = fmt.Fprintf(a.stdout, "On the server %s: nobody has submitted it\n", s.URL)
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "On the server %s: %s for %s\n", s.URL, s.State, since(s.Since))
	for _, r := range s.Reasons {
		fmt.Fprintf(a.stdout, "  %s\n", r.Text)
		for _, command := range r.Mend {
			fmt.Fprintf(a.stdout, "    %s\n", command)
		}
	}
	return err
}
