package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
)

// Tasks returns the tasks of the pipeline.
func Tasks() []orchestrate.Task {
	return []orchestrate.Task{Import{}, Clean{}, Orders{}, Sessions{}, TopPages{}, Revenue{}, Report{}, Probe{}}
}

// Import takes in the clicks of an hour.
type Import struct {
	Hour orchestrate.DateHour `param:"hour"`
}

// Clean leaves robots out.
type Clean struct {
	Hour orchestrate.DateHour `param:"hour"`
}

// Orders are put there by the shop.
type Orders struct {
	orchestrate.ExternalTask

	Date orchestrate.Date `param:"date"`
}

// Sessions are the clicks of a visitor, together.
type Sessions struct {
	Date orchestrate.Date `param:"date"`
}

// TopPages are those that were seen most.
type TopPages struct {
	Date orchestrate.Date `param:"date"`
}

// Revenue is what orders came to, by page.
type Revenue struct {
	Date orchestrate.Date `param:"date"`
}

// Report is for the people of the shop, in the morning.
type Report struct {
	Date orchestrate.Date `param:"date"`
}

// Probe looks whether the shop answers, each minute.
type Probe struct {
	Minute orchestrate.DateMinute `param:"minute"`
}

func (t Import) Output() orchestrate.Target   { return output("clicks", t.Hour) }
func (t Clean) Output() orchestrate.Target    { return output("clean", t.Hour) }
func (t Orders) Output() orchestrate.Target   { return output("orders", t.Date) }
func (t Sessions) Output() orchestrate.Target { return output("sessions", t.Date) }
func (t TopPages) Output() orchestrate.Target { return output("top-pages", t.Date) }
func (t Revenue) Output() orchestrate.Target  { return output("revenue", t.Date) }
func (t Report) Output() orchestrate.Target   { return output("report", t.Date) }
func (t Probe) Output() orchestrate.Target    { return output("probe", t.Minute) }

func output(name string, label fmt.Stringer) hdfs.Target {
	return hdfs.File("/shop/%s/%s", name, label)
}

func (t Clean) Requires() []orchestrate.Task    { return []orchestrate.Task{Import(t)} }
func (t TopPages) Requires() []orchestrate.Task { return []orchestrate.Task{Sessions(t)} }

// Requires returns the clean clicks of the day.
func (t Sessions) Requires() (tasks []orchestrate.Task) {
	for hour := range t.Date.Hours() {
		tasks = append(tasks, Clean{hour})
	}
	return tasks
}

func (t Revenue) Requires() []orchestrate.Task {
	return []orchestrate.Task{Orders{Date: t.Date}, Sessions(t)}
}

func (t Report) Requires() []orchestrate.Task {
	return []orchestrate.Task{TopPages(t), Revenue(t)}
}

// Resources is what those tasks share that work on the cluster.
func (Sessions) Resources() map[string]int { return map[string]int{"cluster": 1} }
func (TopPages) Resources() map[string]int { return map[string]int{"cluster": 1} }
func (Revenue) Resources() map[string]int  { return map[string]int{"cluster": 1, "warehouse": 1} }

// Due is when somebody reads it.
func (t Report) Due() time.Time { return t.Date.Next().In(time.UTC).Add(9 * time.Hour) }

func (Report) Owner() string  { return "shop@example.com" }
func (Revenue) Owner() string { return "finance@example.com" }

func (t Import) Run(ctx context.Context) error   { return work(ctx, t, 4*time.Second, 0) }
func (t Clean) Run(ctx context.Context) error    { return work(ctx, t, 3*time.Second, 0) }
func (t Sessions) Run(ctx context.Context) error { return work(ctx, t, 20*time.Second, 0) }
func (t TopPages) Run(ctx context.Context) error { return work(ctx, t, 12*time.Second, 0) }
func (t Revenue) Run(ctx context.Context) error  { return work(ctx, t, 15*time.Second, 0.3) }
func (t Report) Run(ctx context.Context) error   { return work(ctx, t, 5*time.Second, 0) }
func (t Probe) Run(ctx context.Context) error    { return work(ctx, t, time.Second, 0.05) }

// errRefused is what goes wrong in this shop.
var errRefused = errors.New("the shop's database refused the connection: too many clients")

// work takes about so long, prints how far it is, and fails now and then.
func work(ctx context.Context, task orchestrate.Task, about time.Duration, failing float64) error {
	const steps = 10
	takes := time.Duration((0.5 + rand.Float64()) * float64(about))
	fails := rand.Float64() < failing
	for step := range steps {
		fmt.Println(progress(step, steps))
		if fails && step == steps/2 {
			return errRefused
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(takes / steps):
		}
	}
	w, err := task.Output().(hdfs.Target).Create(ctx)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, orchestrate.ID(task)+"\n"); err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Close()
}

func progress(step, steps int) string {
	return fmt.Sprintf("\x1b[36m%3d%%\x1b[0m %d of %d parts", 100*step/steps, step, steps)
}
