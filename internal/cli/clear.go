package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/chore"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/trash"
)

// clearFlags say what is cleared, and how.
type clearFlags struct {
	place      placeFlags
	server     string
	downstream bool
	upstream   bool
	within     string
	kill       bool
	note       string
	keep       dayDuration
	yes        bool
	dryRun     bool
	json       bool
}

func (f *clearFlags) add(flags *pflag.FlagSet) {
	f.keep = dayDuration(trash.DefaultKeep)
	flags.BoolVar(&f.downstream, "downstream", false, "also clear the tasks that depend on them: those that the server knows, or those of --within")
	flags.BoolVar(&f.upstream, "upstream", false, "also clear the tasks that they require")
	flags.StringVar(&f.within, "within", "", "`task`, in quotes, among whose requirements those that depend on them are looked for")
	flags.BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	flags.BoolVar(&f.dryRun, "dry-run", false, "show what would be cleared, and change nothing")
	flags.Var(&f.keep, "keep-for", "how long the outputs stay in the trash")
	flags.StringVar(&f.note, "note", "", "why, as `text` for the history")
	flags.BoolVar(&f.kill, "kill", false, "stop the attempts under way on the server that are in the way")
	flags.StringVar(&f.server, "server", "", "`URL` of the server that knows the tasks; $"+serverVariable+" sets it too")
	f.place.add(flags)
	flags.BoolVar(&f.json, "json", false, "write JSON")
}

// A dayDuration is a flag that takes a duration such as 7d or 12h.
type dayDuration time.Duration

// Set reads the duration.
func (d *dayDuration) Set(text string) error {
	value, err := orchestrate.ParseDuration(text)
	if err == nil && value < 0 {
		err = errors.New("want no less than 0")
	}
	*d = dayDuration(value)
	return err
}

// String returns the duration, in days where it is whole days.
func (d *dayDuration) String() string {
	const day = 24 * time.Hour
	if value := time.Duration(*d); value%day != 0 {
		return value.String()
	}
	return fmt.Sprintf("%dd", time.Duration(*d)/day)
}

// Type returns what help shows as the value.
func (d *dayDuration) Type() string { return "duration" }

func (a *app) clearVerb() taskVerb {
	var flags clearFlags
	return taskVerb{
		name: "clear", group: groupClear,
		short: "Move the outputs of tasks to the trash, so that they run again",
		long: `
Move the outputs of tasks to the trash, so that the tasks run again. It shows first what would be
moved, and asks; where nobody can be asked, --yes is needed. '` + a.name + ` undo' brings the outputs back.

Tasks are named by their flags, of which one may have a row of values with both ends in it, such as
2014-06-01..2014-06-03, or by their identities, one or several.

Of tasks that a server knows, the server is told (--server): they are pending again, and
nobody runs one of them before all are moved. Without a server the next run makes the outputs again.`,
		example: "clear WordCount --date-interval 2014-06\n  " + a.name + " clear Load --date 2014-06-01..2014-06-03 --downstream --server http://" + defaultListen,
		flags:   flags.add,
		many:    func(cmd *cobra.Command, tasks []orchestrate.Task) error { return a.clear(cmd, &flags, tasks) },
	}
}

// serverOf returns the server that a flag, or else the environment, names. Empty is none.
func (a *app) serverOf(cmd *cobra.Command, url string) string {
	if f := cmd.Flag("server"); f != nil && f.Changed {
		return url
	}
	return cmp.Or(url, a.getenv(serverVariable))
}

// A clearing is a clear while it is made.
type clearing struct {
	*app

	flags  *clearFlags
	place  *place
	trash  *trash.Trash
	remote *client.Client // nil without a server
	url    string         // of the server
	tasks  []*clearedTask
	seen   map[string]bool // their IDs

	locks taskLocks
	entry string // ID of the entry in the trash; empty is a new one
	fence int64  // of the attempt that clears; zero is none
	by    string // who asked for it; empty is the user of this process
}

// A clearedTask is a task that is to be cleared.
type clearedTask struct {
	id      string
	task    orchestrate.Task
	because string      // empty is that it was named
	state   store.State // on the server; empty where that doesn't know it
	outputs []trash.Output
}

// clear clears tasks, after it has shown and asked.
func (a *app) clear(cmd *cobra.Command, flags *clearFlags, tasks []orchestrate.Task) error {
	c := &clearing{app: a, flags: flags, url: a.serverOf(cmd, flags.server)}
	ui := a.newUI(true)
	defer ui.close()
	var err error
	if c.place, err = flags.place.open(cmd, ui); err != nil {
		return err
	}
	defer c.place.close()
	if c.url != "" {
		if c.remote, err = a.connect(&serverFlags{c.url}); err != nil {
			return err
		}
		defer c.remote.Close()
	} else if flags.kill {
		return usagef("--kill is for --server")
	}
	ctx := hdfs.NewContext(cmd.Context(), c.place.files)
	if err := c.scope(ctx, tasks); err != nil {
		return err
	}
	if err := c.measure(); err != nil {
		return err
	}
	return c.showAndDo(ctx)
}

// measure looks for the outputs, and opens the trash that they need.
func (c *clearing) measure() error {
	cluster, err := c.findOutputs()
	if err == nil {
		c.trash, err = c.newTrash(c.place, cluster)
	}
	return err
}

// findOutputs looks for the outputs, and tells whether some are in the cluster.
func (c *clearing) findOutputs() (cluster bool, err error) {
	files := func(volume string) hdfs.FileSystem {
		if volume == trash.ClusterName {
			return c.place.files
		}
		return c.machineTrash().Files
	}
	var errs []error
	for _, t := range c.tasks {
		var err error
		if t.outputs, err = outputsOf(t.task, files); err != nil {
			errs = append(errs, err)
		}
		for _, o := range t.outputs {
			cluster = cluster || o.Volume == trash.ClusterName
		}
	}
	return cluster, errors.Join(errs...)
}

func (c *clearing) showAndDo(ctx context.Context) error {
	document := c.document()
	if c.flags.dryRun || document.idle() {
		return c.show(&document)
	}
	if !c.flags.json {
		if err := c.show(&document); err != nil {
			return err
		}
	}
	if !c.flags.yes {
		if err := c.confirm(ctx, fmt.Sprintf("Clear %s?", countOf(len(c.tasks), "task"))); err != nil {
			return err
		}
	}
	id, err := c.do(ctx)
	if err != nil {
		return err
	}
	c.emptyExpired(ctx, c.trash)
	document.ID, document.DryRun = id, false
	switch {
	case c.flags.json:
		return writeJSON(c.stdout, document)
	case id == "":
		_, err = fmt.Fprintf(c.stdout, "%s cleared; there was nothing to move\n", countOf(len(c.tasks), "task"))
	default:
		_, err = fmt.Fprintf(c.stdout, "%s cleared; '%s undo %s' brings the outputs back\n", countOf(len(c.tasks), "task"), c.name, id)
	}
	return err
}

func countOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// confirm asks a person, where there is one.
func (a *app) confirm(ctx context.Context, question string) error {
	if !isTerminal(a.stdin) || !isTerminal(a.stderr) {
		return usagef("nothing is changed, as nobody can be asked: --yes does it, --dry-run shows it")
	}
	fmt.Fprintf(a.stderr, "%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() { // it ends with the process where nobody answers
		line, _ := bufio.NewReader(a.stdin).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case line := <-answer:
		if line == "y" || line == "yes" {
			return nil
		}
		fmt.Fprintln(a.stderr, "nothing is changed")
		return ExitCode(orchestrate.ExitError)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// A clearDocument is a clear, or what one would be, as --json has it.
type clearDocument struct {
	chore.Cleared

	DryRun bool   `json:"dryRun"`
	Server string `json:"server,omitempty"`
}

func (c *clearing) document() clearDocument {
	d := clearDocument{DryRun: true, Server: c.url}
	d.Tasks, d.Expires = []chore.ClearedTask{}, time.Now().Add(time.Duration(c.flags.keep)).Truncate(time.Second)
	for _, t := range c.tasks {
		cleared := chore.ClearedTask{ID: t.id, Because: t.because, State: t.state, Outputs: []chore.Output{}}
		for _, o := range t.outputs {
			cleared.Outputs = append(cleared.Outputs, chore.Output{Path: o.Path, Files: o.Files, Bytes: o.Bytes})
			d.Files, d.Bytes = d.Files+o.Files, d.Bytes+o.Bytes
		}
		d.Tasks = append(d.Tasks, cleared)
	}
	return d
}

// idle tells whether there is nothing to be done.
func (d *clearDocument) idle() bool {
	return !slices.ContainsFunc(d.Tasks, func(t chore.ClearedTask) bool {
		return len(t.Outputs) > 0 || t.State != "" && t.State != store.Pending
	})
}

// show shows a clear before it is made.
func (c *clearing) show(d *clearDocument) error {
	if c.flags.json {
		return writeJSON(c.stdout, d)
	}
	if d.idle() {
		_, err := fmt.Fprintf(c.stdout, "nothing to clear: no output of %s exists\n", countOf(len(d.Tasks), "task"))
		return err
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	heading := []any{"TASK", "OUTPUT", "FILES", "SIZE"}
	if c.remote != nil {
		heading = append(heading, "STATE")
	}
	row(w, append(heading, "")...)
	for _, t := range d.Tasks {
		id := t.ID
		if len(t.Outputs) == 0 {
			t.Outputs = []chore.Output{{Path: "none is there"}}
		}
		for i, o := range t.Outputs {
			if isRecord(o.Path) && i > 0 {
				continue
			}
			cells := []any{id, o.Path, o.Files, showBytes(o.Bytes)}
			if o.Files == 0 && o.Bytes == 0 && o.Path == "none is there" {
				cells[2], cells[3] = "-", "-"
			}
			if c.remote != nil {
				cells = append(cells, cmp.Or(string(t.State), "unknown"))
			}
			if i == 0 {
				cells = append(cells, t.Because)
			}
			row(w, cells...)
			id = ""
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.stdout, "\n%s, %s, %s to the trash until %s. %s\n",
		countOf(len(d.Tasks), "task"), countOf(d.Files, "file"), showBytes(d.Bytes), d.Expires.Local().Format("2006-01-02 15:04"), c.consequence())
	return err
}

// consequence tells when the tasks run again.
func (c *clearing) consequence() string {
	if c.remote != nil {
		return "The server's workers run the tasks again as soon as they can."
	}
	return "The next run that needs the outputs makes them again."
}
