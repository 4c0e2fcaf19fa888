package orchestrate_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate"
)

// exampleFolder is where the examples have their files.
var exampleFolder = filepath.Join(os.TempDir(), fmt.Sprintf("orchestrate-example-%d", os.Getpid()))

// InputText is the text of a day, which others write.
type InputText struct {
	orchestrate.ExternalTask
	Date orchestrate.Date `param:"date" help:"day of the text"`
}

func (i InputText) Output() orchestrate.Target { return i.file() }

func (i InputText) file() orchestrate.LocalTarget {
	return orchestrate.LocalFile("%s/text/%s.txt", exampleFolder, i.Date)
}

// LineCount counts the lines of some days.
type LineCount struct {
	Days orchestrate.DateInterval `param:"days" help:"days to count, such as 2014-W26"`
}

func (c LineCount) Requires() []orchestrate.Task {
	return orchestrate.ForEach(c.Days.Dates(), func(d orchestrate.Date) InputText { return InputText{Date: d} })
}

func (c LineCount) Output() orchestrate.Target { return c.file() }

func (c LineCount) file() orchestrate.LocalTarget {
	return orchestrate.LocalFile("%s/lines/%s.txt", exampleFolder, c.Days)
}

func (c LineCount) Run(ctx context.Context) error {
	lines := 0
	for d := range c.Days.Dates() {
		in, err := InputText{Date: d}.file().Open(ctx)
		if err != nil {
			return err
		}
		for scanner := bufio.NewScanner(in); scanner.Scan(); {
			lines++
		}
		in.Close()
	}
	out, err := c.file().Create(ctx)
	if err != nil {
		return err
	}
	defer out.Abort()
	fmt.Fprintln(out, lines)
	return out.Close()
}

// writeText writes the texts that the examples read.
func writeText(days ...string) {
	os.MkdirAll(filepath.Join(exampleFolder, "text"), 0o777)
	for _, day := range days {
		os.WriteFile(filepath.Join(exampleFolder, "text", day+".txt"), []byte("a\nb\nc\n"), 0o666)
	}
}

func Example() {
	defer os.RemoveAll(exampleFolder)
	writeText("2014-06-01", "2014-06-02")

	registry, err := orchestrate.NewRegistry(LineCount{}, InputText{})
	if err != nil {
		fmt.Println(err)
		return
	}
	task, err := registry.Parse("LineCount", []string{"--days", "2014-06-01-2014-06-03"})
	if err != nil {
		fmt.Println(err)
		return
	}
	summary, err := orchestrate.Run(context.Background(), orchestrate.Config{Workers: 4}, task)
	fmt.Println(orchestrate.ID(task), err, summary.Counts(), summary.ExitCode())
	// Output:
	// LineCount(days=2014-06-01-2014-06-03) <nil> map[complete:2 done:1] 0
}

func ExamplePlan_WriteTree() {
	defer os.RemoveAll(exampleFolder)
	writeText("2014-06-01")
	days, _ := orchestrate.ParseDateInterval("2014-06-01-2014-06-03")
	plan, err := orchestrate.NewPlan(context.Background(), orchestrate.Config{}, LineCount{days})
	if err != nil {
		fmt.Println(err)
		return
	}
	plan.WriteTree(os.Stdout)
	// Output:
	// LineCount(days=2014-06-01-2014-06-03) [upstream missing]
	// ├── InputText(date=2014-06-01) [complete]
	// └── InputText(date=2014-06-02) [missing external]
}

func ExamplePlan_Why() {
	defer os.RemoveAll(exampleFolder)
	writeText("2014-06-01")
	days, _ := orchestrate.ParseDateInterval("2014-06-01-2014-06-03")
	task := LineCount{days}
	plan, err := orchestrate.NewPlan(context.Background(), orchestrate.Config{}, task)
	if err != nil {
		fmt.Println(err)
		return
	}
	why, err := plan.Why(task)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(why.String(), exampleFolder, ""))
	// Output:
	// LineCount(days=2014-06-01-2014-06-03) can't run: 1 task that it requires lacks input
	//   InputText(date=2014-06-02) is an external input that is missing: /text/2014-06-02.txt does not exist, and no task makes it
}

func ExampleRegistry_Parse_words() {
	registry, _ := orchestrate.NewRegistry(LineCount{})
	registry.Now = func() time.Time { return time.Date(2014, time.July, 2, 12, 0, 0, 0, time.UTC) }
	for _, days := range []string{"yesterday", "last-week", "last-7-days", "2014-06-01-2014-07-01"} {
		task, err := registry.Parse("LineCount", []string{"--days=" + days})
		fmt.Println(orchestrate.ID(task), err)
	}
	// Output:
	// LineCount(days=2014-07-01) <nil>
	// LineCount(days=2014-W26) <nil>
	// LineCount(days=2014-06-25-2014-07-02) <nil>
	// LineCount(days=2014-06) <nil>
}

func ExampleRegistry_Parse_errors() {
	registry, _ := orchestrate.NewRegistry(LineCount{}, InputText{})
	_, err := registry.Parse("LineCont", nil)
	fmt.Println(err)
	_, err = registry.Parse("LineCount", []string{"--day=2014-06"})
	fmt.Println(err)
	_, err = registry.Parse("LineCount", []string{"--days=2014-06-10-2014-06-01"})
	fmt.Println(err)
	// Output:
	// there is no task LineCont; did you mean LineCount?
	// LineCount: there is no parameter --day; did you mean --days?
	// LineCount: give --days (date interval: days to count, such as 2014-W26)
	// LineCount: --days: bad date interval "2014-06-10-2014-06-01": it ends before it starts; the other way round is 2014-06-01-2014-06-10; write for example 2014, 2014-06, 2014-W26, 2014-06-01 or 2014-06-01-2014-06-10
}

// Misspelt has a method that looks like Requires and isn't.
type Misspelt struct{ LineCount }

func (Misspelt) Require() []orchestrate.Task { return nil }

func ExampleNewRegistry_mistakes() {
	_, err := orchestrate.NewRegistry(Misspelt{})
	fmt.Println(err)
	// Output:
	// orchestrate_test.Misspelt.Require: no such optional method, so nothing calls it; rename it to Requires() []orchestrate.Task, or to something else if it isn't meant to be that
}

func ExampleRegistry_Families() {
	registry, _ := orchestrate.NewRegistry(LineCount{}, InputText{})
	for _, family := range registry.Families() {
		for _, p := range family.Params {
			fmt.Printf("%s --%s (%s): %s\n", family.Name, p.Name, p.Type, p.Help)
		}
	}
	// Output:
	// InputText --date (date): day of the text
	// LineCount --days (date interval): days to count, such as 2014-W26
}

func ExampleArgs() {
	family, flags := orchestrate.Args(InputText{Date: orchestrate.NewDate(2014, time.June, 1)})
	fmt.Println(family, flags)
	// Output:
	// InputText [--date=2014-06-01]
}

func ExampleDateInterval() {
	week := orchestrate.ISOWeek(2014, 26)
	fmt.Println(week, week.Start(), week.End(), week.Prev(), week.Next())
	for d := range week.Dates() {
		fmt.Print(d.Day(), " ")
	}
	// Output:
	// 2014-W26 2014-06-23 2014-06-30 2014-W25 2014-W27
	// 23 24 25 26 27 28 29
}

// Collector finds out while it runs which counts it needs.
type Collector struct {
	Month orchestrate.Month `param:"month"`
}

func (c Collector) Output() orchestrate.Target { return c.file() }

func (c Collector) file() orchestrate.LocalTarget {
	return orchestrate.LocalFile("%s/collected/%s", exampleFolder, c.Month)
}

func (c Collector) Run(ctx context.Context) error {
	texts, err := filepath.Glob(filepath.Join(exampleFolder, "text", c.Month.String()+"-*.txt"))
	if err != nil {
		return err
	}
	var counts []orchestrate.Task
	for _, text := range texts {
		date, err := orchestrate.ParseDate(strings.TrimSuffix(filepath.Base(text), ".txt"))
		if err != nil {
			return err
		}
		counts = append(counts, LineCount{date.Interval()})
	}
	if err := orchestrate.Require(ctx, counts...); err != nil {
		return err
	}
	out, err := c.file().Create(ctx)
	if err != nil {
		return err
	}
	defer out.Abort()
	fmt.Fprintln(out, len(counts), "days")
	return out.Close()
}

func ExampleRequire() {
	defer os.RemoveAll(exampleFolder)
	writeText("2014-06-01", "2014-06-17")
	summary, err := orchestrate.Run(context.Background(), orchestrate.Config{}, Collector{orchestrate.NewMonth(2014, time.June)})
	fmt.Println(err)
	for _, t := range summary.With(orchestrate.StatusDone) {
		fmt.Println(t.ID)
	}
	// Output:
	// <nil>
	// Collector(month=2014-06)
	// LineCount(days=2014-06-01)
	// LineCount(days=2014-06-17)
}

// Fragile fails twice and is tried three times.
type Fragile struct{ tries *int }

func (f Fragile) Output() orchestrate.Target {
	return orchestrate.LocalFile("%s/fragile", exampleFolder)
}

func (f Fragile) Retry() orchestrate.Retry {
	return orchestrate.Retry{Attempts: 3, Delay: time.Millisecond}
}

func (f Fragile) Run(ctx context.Context) error {
	if *f.tries++; *f.tries < 3 {
		return errors.New("try again")
	}
	out, err := orchestrate.LocalFile("%s/fragile", exampleFolder).Create(ctx)
	if err != nil {
		return err
	}
	return out.Close()
}

func ExampleRetry() {
	defer os.RemoveAll(exampleFolder)
	config := orchestrate.Config{Observe: func(e orchestrate.Event) { fmt.Println(e.Kind, e.Attempt, e.Err) }}
	orchestrate.Run(context.Background(), config, Fragile{new(int)})
	// Output:
	// started 1 <nil>
	// retrying 1 try again
	// started 2 <nil>
	// retrying 2 try again
	// started 3 <nil>
	// ended 3 <nil>
}

func ExampleSummary() {
	defer os.RemoveAll(exampleFolder)
	writeText("2014-06-01", "2014-06-02", "2014-06-03")
	june := orchestrate.NewMonth(2014, time.June)
	summary, _ := orchestrate.Run(context.Background(), orchestrate.Config{},
		orchestrate.ForEach(june.Dates(), func(d orchestrate.Date) LineCount { return LineCount{d.Interval()} })...)
	summary.Duration = 2 * time.Minute
	fmt.Print(strings.ReplaceAll(summary.String(), exampleFolder, ""))
	fmt.Println("exit code", summary.ExitCode())
	// Output:
	// 60 tasks in 2m
	//      3 complete before
	//             3 InputText(date=2014-06-01…2014-06-03)
	//      3 done
	//             3 LineCount(days=2014-06-01…2014-06-03)
	//     27 missing external
	//            27 InputText(date=2014-06-04…2014-06-30): /text/2014-06-04.txt … /text/2014-06-30.txt
	//     27 not run, for an external input they need is missing
	//            27 LineCount(days=2014-06-04…2014-06-30)
	// Incomplete: 27 external inputs are missing.
	// exit code 11
}

func ExampleParseDuration() {
	for _, text := range []string{"1d2h", "2 weeks", "1 day 1 week", "P1DT2H", "1 day maybe"} {
		d, err := orchestrate.ParseDuration(text)
		fmt.Println(d, err)
	}
	// Output:
	// 26h0m0s <nil>
	// 336h0m0s <nil>
	// 192h0m0s <nil>
	// 26h0m0s <nil>
	// 0s bad duration "1 day maybe": want a number and a unit at "maybe"; write for example 90s, 1h30m, 1d2h, 2 weeks or P1DT2H
}
