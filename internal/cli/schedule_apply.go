package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/trigger"
)

// A scheduleFile is a file of schedules.
type scheduleFile struct {
	Schedule []scheduleTable `toml:"schedule"`
}

// A scheduleTable is a [trigger.Schedule] as a file has it. Its times may be dates of TOML.
type scheduleTable struct {
	Name     string          `toml:"name"`
	Time     string          `toml:"time"`
	Zone     string          `toml:"zone"`
	Period   string          `toml:"period"`
	Offset   int             `toml:"offset"`
	Program  string          `toml:"program"`
	Task     []string        `toml:"task"`
	Priority int             `toml:"priority"`
	CatchUp  trigger.CatchUp `toml:"catch_up"`
	Mode     trigger.Mode    `toml:"mode"`
	Start    any             `toml:"start"`
	End      any             `toml:"end"`
	Paused   *bool           `toml:"paused"`
	Data     []dataTable     `toml:"data"`
	Poll     string          `toml:"poll"`
	Timeout  string          `toml:"timeout"`
}

// A dataTable is a [trigger.Condition].
type dataTable struct {
	Paths   []string `toml:"paths"`
	Success bool     `toml:"success"`
	AtLeast int      `toml:"at_least"`
}

func (a *app) scheduleApplyVerb() remoteVerb {
	var dryRun, prune bool
	return remoteVerb{
		use: "apply FILE", short: "Make the schedules of a file those of a server",
		long: "Make the schedules of a file those of a server, and show what that changes. Those that have fired go on from\n" +
			"there. A file is TOML; - is the standard input:\n\n" +
			"  [[schedule]]\n" +
			"  name = \"report\"\n" +
			"  time = \"0 3 * * *\"\n" +
			"  zone = \"Europe/Berlin\"\n" +
			"  task = [\"Report\", \"--date={date}\"]",
		example: "schedule apply schedules.toml --dry-run",
		args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return usagef("apply which file? Name one, such as: schedule apply schedules.toml")
		},
		flags: func(cmd *cobra.Command) {
			cmd.Flags().BoolVar(&dryRun, "dry-run", false, "show what would be changed, and change nothing")
			cmd.Flags().BoolVar(&prune, "prune", false, "remove schedules of this program, and of those in the file, that are not in it")
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			application, err := a.readSchedules(args[0])
			if err != nil {
				return &UsageError{err}
			}
			application.DryRun = dryRun
			if prune {
				application.Prune = programsOf(application.Schedules)
			}
			changes, err := remote.ApplySchedules(ctx, application)
			if err != nil {
				return err
			}
			return out.write(api.Applied{Changes: changes}, func(w *tabwriter.Writer) { writeChanges(w, changes, dryRun) })
		},
	}
}

// programsOf returns this program and those that schedules name.
func programsOf(schedules []trigger.Schedule) []string {
	programs := []string{readVersion().Program}
	for i := range schedules {
		programs = append(programs, schedules[i].Program)
	}
	slices.Sort(programs)
	return slices.Compact(programs)
}

// readSchedules reads a file of schedules, and checks them as far as this program knows.
func (a *app) readSchedules(name string) (*trigger.Application, error) {
	text, err := a.readFile(name)
	if err != nil {
		return nil, err
	}
	tables, err := parseSchedules(name, text)
	if err != nil {
		return nil, err
	}
	application := &trigger.Application{}
	var errs []error
	for i := range tables {
		s, err := tables[i].schedule()
		if err == nil {
			err = a.checkSchedule(s)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		application.Schedules = append(application.Schedules, *s)
	}
	return application, errors.Join(errs...)
}

func (a *app) readFile(name string) ([]byte, error) {
	if name == "-" && a.stdin != nil {
		return io.ReadAll(a.stdin)
	}
	return os.ReadFile(name)
}

// checkSchedule completes a schedule, and checks it. Whether its task is there is known of this program alone.
func (a *app) checkSchedule(s *trigger.Schedule) error {
	own := readVersion().Program
	s.Program = cmp.Or(s.Program, own)
	if s.Program == "" {
		return fmt.Errorf("schedule %s: this program does not know its name: give program = \"example.com/jobs\"", s.Name)
	}
	task, err := s.Sample()
	if err != nil {
		return err
	}
	if s.Program != own {
		return nil
	}
	if _, err := a.registry.Parse(task[0], task[1:]); err != nil {
		return fmt.Errorf("schedule %s: %s", s.Name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return nil
}

// parseSchedules reads TOML, in which every key must be known.
func parseSchedules(name string, text []byte) ([]scheduleTable, error) {
	var file scheduleFile
	err := toml.NewDecoder(strings.NewReader(string(text))).DisallowUnknownFields().Decode(&file)
	var unknown *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		var errs []error
		for i := range unknown.Errors {
			errs = append(errs, unknownKey(name, &unknown.Errors[i]))
		}
		return nil, errors.Join(errs...)
	case errors.As(err, &wrong):
		return nil, wrongValue(name, wrong)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(file.Schedule) == 0 && strings.TrimSpace(string(text)) != "":
		return nil, fmt.Errorf("%s has no schedule: each begins with [[schedule]]", name)
	}
	return file.Schedule, nil
}

// unknownKey tells of a key that there is not, and of the nearest one.
func unknownKey(name string, unknown *toml.DecodeError) error {
	line, _ := unknown.Position()
	table, last := tableOf(unknown.Key())
	known := keysOf(table)
	mend := didYouMean("", nearest(last, known))
	if mend == "" {
		mend = "; there are " + strings.Join(known, ", ")
	}
	return fmt.Errorf("%s:%d: there is no key %s%s", name, line, last, mend)
}

// wrongValue tells of text that is no TOML, or of a value of another type.
func wrongValue(name string, wrong *toml.DecodeError) error {
	line, _ := wrong.Position()
	if key := wrong.Key(); len(key) > 0 {
		table, last := tableOf(key)
		if i := slices.Index(keysOf(table), last); i >= 0 {
			return fmt.Errorf("%s:%d: bad value of %s: want %s", name, line, last, wanted(table.Field(i).Type))
		}
	}
	return fmt.Errorf("%s:%d: %s", name, line, strings.TrimPrefix(wrong.Error(), "toml: "))
}

// wanted says of which type a value should be.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return "a table, which begins with two brackets, such as [[schedule]]"
		}
		return `a list of texts, such as ["a", "b"]`
	case reflect.Int:
		return "a whole number"
	case reflect.Bool, reflect.Pointer:
		return "true or false"
	default:
		return "a text in quotes"
	}
}

// tableOf returns the type of the table in which a key is, and the key without those of its tables.
func tableOf(key toml.Key) (table reflect.Type, last string) {
	table = reflect.TypeFor[scheduleFile]()
	for _, parent := range key[:len(key)-1] {
		switch parent {
		case "schedule":
			table = reflect.TypeFor[scheduleTable]()
		case "data":
			table = reflect.TypeFor[dataTable]()
		}
	}
	return table, key[len(key)-1]
}

func keysOf(table reflect.Type) (keys []string) {
	for field := range table.Fields() {
		keys = append(keys, field.Tag.Get("toml"))
	}
	return keys
}

func (t *scheduleTable) schedule() (*trigger.Schedule, error) {
	s := &trigger.Schedule{
		Name: t.Name, Time: t.Time, Zone: t.Zone, Period: t.Period, Offset: t.Offset, Program: t.Program, Task: t.Task, Priority: t.Priority,
		CatchUp: t.CatchUp, Mode: t.Mode, Paused: t.Paused, Poll: t.Poll, Timeout: t.Timeout,
	}
	for _, d := range t.Data {
		s.Data = append(s.Data, trigger.Condition(d))
	}
	var err error
	if s.Start, err = timeText(t.Start); err != nil {
		return nil, fmt.Errorf("schedule %s: start: %w", t.Name, err)
	}
	if s.End, err = timeText(t.End); err != nil {
		return nil, fmt.Errorf("schedule %s: end: %w", t.Name, err)
	}
	return s, nil
}

// timeText returns the text of a time that may be one of TOML.
func timeText(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case time.Time:
		return v.Format(time.RFC3339), nil
	case toml.LocalDate:
		return v.String(), nil
	case toml.LocalDateTime:
		return v.AsTime(time.UTC).Format("2006-01-02T15:04:05"), nil
	}
	return "", fmt.Errorf("%v is no time such as 2026-01-01T06:00:00", value)
}

// signs stand before what is done to schedules.
var signs = map[trigger.Action]string{trigger.Added: "+", trigger.Changed: "~", trigger.Removed: "-"}

func writeChanges(w io.Writer, changes []trigger.ScheduleChange, dryRun bool) {
	counts := map[trigger.Action]int{}
	for _, c := range changes {
		counts[c.Action]++
		if c.Action == trigger.Unchanged {
			continue
		}
		fmt.Fprintf(w, "%s %s\n", signs[c.Action], c.Name)
		for _, f := range c.Fields {
			fmt.Fprintf(w, "    %s: %s -> %s\n", f.Field, cmp.Or(f.From, "nothing"), cmp.Or(f.To, "nothing"))
		}
	}
	var parts []string
	for _, action := range []trigger.Action{trigger.Added, trigger.Changed, trigger.Removed, trigger.Unchanged} {
		if n := counts[action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, action))
		}
	}
	summary := cmp.Or(strings.Join(parts, ", "), "no schedules")
	if dryRun {
		summary += "; nothing is changed, for it is a dry run"
	}
	fmt.Fprintln(w, summary)
}
