package scheduler

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// holdSetting is the name of the setting of a hold, and the hold's name. Its value is a [Held] as JSON.
const holdSetting = "hold "

// A Hold is a request to keep tasks from being started while somebody moves their outputs.
//
// Tasks that are held are pending, whatever they were, so that what requires them waits; nothing but a
// release changes that. A hold has no end of its own: who took it may be killed between two moves, and
// then nobody may run a task of which half the output is there.
type Hold struct {
	// Name names the hold. To ask for the same one again is no error.
	Name  string
	Tasks []string // IDs; neither external nor wrappers

	// Closed asks that no task outside the hold that is not external has to be held with them: all that
	// depend on them are among them, but for wrappers. It is for who looked for them before.
	Closed bool

	// Kill asks for the end of the attempts that are in the way. The hold is refused nevertheless, and
	// can be had when they have ended.
	Kill bool

	// Fence, where it is not zero, is that of the attempt that moves the outputs. The hold is refused when that
	// is not under way any more, so that nobody whose request is late takes a hold that nobody ends.
	Fence int64

	By, Note string
}

// A Held is a hold that was taken.
type Held struct {
	Name  string    `json:"name"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Note  string    `json:"note,omitempty"`
	Tasks []int64   `json:"tasks"` // keys
}

// A Release is the end of a hold.
type Release struct {
	Name  string
	Done  []string // IDs of those of its tasks that are done; the others are to be done
	Fence int64    // as that of a [Hold]
	By    string
	Note  string
}

// A HeldError says that a task is held.
type HeldError struct {
	ID   string
	Hold string // its name
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("task %s is held by %s: its output is being moved", e.ID, e.Hold)
}

// holdTasks takes a hold, of all its tasks or of none.
func (c *core) holdTasks(h *Hold) error {
	tasks, err := c.checkHold(h)
	if err != nil {
		return err
	}
	held := &Held{Name: h.Name, By: h.By, At: c.now, Note: h.Note}
	for _, t := range tasks {
		held.Tasks = append(held.Tasks, t.Key)
	}
	if old := c.holds[h.Name]; old != nil {
		if !slices.Equal(old.Tasks, held.Tasks) {
			return invalid("%s holds other tasks already", h.Name)
		}
		return nil
	}
	for _, t := range tasks {
		t.held, c.holdOf[t.Key] = true, h.Name
		c.record(store.Event{Kind: TaskHeld, Task: t.Key, By: h.By, Message: strings.TrimSuffix(h.Name+": "+h.Note, ": ")})
		if t.State == store.Pending {
			c.arrange(t)
			continue
		}
		t.forget()
		c.move(t, store.Pending)
	}
	value, err := json.Marshal(held)
	if err != nil {
		return err
	}
	c.holds[h.Name] = held
	c.set(holdSetting+h.Name, string(value))
	return nil
}

// mayHold refuses a hold for an attempt that is not its worker's any more, or whose end somebody wants.
func (c *core) mayHold(fence int64, token string) error {
	if fence == 0 {
		return nil
	}
	a, err := c.held(fence, token)
	if err == nil && a.killed() != "" {
		err = &FencedError{fence, store.Killed}
	}
	return err
}

// checkHold returns the tasks of a hold that can be had, by key.
func (c *core) checkHold(h *Hold) ([]*task, error) {
	if h.Name == "" || len(h.Tasks) == 0 {
		return nil, invalid("a hold needs a name and tasks")
	}
	within := map[*task]bool{}
	for _, id := range h.Tasks {
		t, err := c.named(id)
		switch {
		case err != nil:
			return nil, err
		case t.External || t.Wrapper:
			return nil, invalid("%s has no work, and can't be held", id)
		case t.held && c.holdOf[t.Key] != h.Name:
			return nil, &HeldError{t.ID, c.holdOf[t.Key]}
		}
		within[t] = true
	}
	tasks := slices.SortedFunc(maps.Keys(within), func(a, b *task) int { return cmp.Compare(a.Key, b.Key) })
	if h.Closed {
		for _, d := range dependentsOf(tasks) {
			if !within[d] && !d.External && !d.Wrapper {
				return nil, &StateError{d.ID, d.State, "among those that are cleared, and it depends on them: look again"}
			}
		}
	}
	return tasks, c.checkAtRest(tasks, h)
}

// checkAtRest refuses a hold while an attempt may read or write the outputs of its tasks.
func (c *core) checkAtRest(tasks []*task, h *Hold) error {
	var busy *task
	for _, t := range append(slices.Clone(tasks), readersOf(tasks)...) {
		if t.attempt == nil {
			continue
		}
		busy = t
		if h.Kill && t.attempt.kill == "" {
			if err := c.killTask(t.ID, h.By); err != nil {
				return err
			}
		}
	}
	if busy != nil {
		return &StateError{busy.ID, busy.State, "at rest"}
	}
	return nil
}

// readersOf returns the tasks that require others directly; a wrapper stands for those that require it.
func readersOf(tasks []*task) []*task {
	var readers []*task
	seen := map[*task]bool{}
	next := slices.Clone(tasks)
	for len(next) > 0 {
		t := next[len(next)-1]
		next = next[:len(next)-1]
		for _, d := range t.dependents {
			if seen[d] {
				continue
			}
			seen[d] = true
			readers = append(readers, d)
			if d.Wrapper {
				next = append(next, d)
			}
		}
	}
	return readers
}

// dependentsOf returns all tasks that depend on others, directly or not.
func dependentsOf(tasks []*task) []*task {
	var found []*task
	seen := map[*task]bool{}
	next := slices.Clone(tasks)
	for _, t := range tasks {
		seen[t] = true
	}
	for len(next) > 0 {
		t := next[0]
		next = next[1:]
		for _, d := range t.dependents {
			if !seen[d] {
				seen[d] = true
				found, next = append(found, d), append(next, d)
			}
		}
	}
	return found
}

// releaseTasks ends a hold. One that is over is no error, for the answer to its release may have got lost.
func (c *core) releaseTasks(r *Release) error {
	h := c.holds[r.Name]
	if h == nil {
		return nil
	}
	done := map[int64]bool{}
	for _, id := range r.Done {
		t, err := c.named(id)
		if err != nil {
			return err
		}
		if c.holdOf[t.Key] != r.Name {
			return invalid("%s is not held by %s", id, r.Name)
		}
		done[t.Key] = true
	}
	for _, key := range h.Tasks {
		t := c.tasks[key]
		if t == nil || c.holdOf[key] != r.Name {
			continue
		}
		t.held = false
		delete(c.holdOf, key)
		to := store.Pending
		if done[key] {
			to = store.Done
		}
		c.record(store.Event{Kind: TaskReleased, Task: t.Key, By: r.By, Message: strings.TrimSuffix(fmt.Sprintf("%s, %s: %s", r.Name, to, r.Note), ": ")})
		if to == store.Done {
			c.move(t, store.Done)
		} else {
			c.arrange(t)
		}
	}
	delete(c.holds, r.Name)
	c.set(holdSetting+r.Name, "")
	return nil
}

// loadHolds gives tasks their holds, before they are put where they wait.
func (c *core) loadHolds() error {
	for name, value := range c.settings {
		if !strings.HasPrefix(name, holdSetting) {
			continue
		}
		h := &Held{}
		if err := json.Unmarshal([]byte(value), h); err != nil {
			return fmt.Errorf("the setting %q: %w", name, err)
		}
		c.holds[h.Name] = h
		for _, key := range h.Tasks {
			if t := c.tasks[key]; t != nil {
				t.held, c.holdOf[key] = true, h.Name
			}
		}
	}
	return nil
}

// listHolds returns the holds, the oldest first.
func (c *core) listHolds() []Held {
	holds := make([]Held, 0, len(c.holds))
	for _, h := range c.holds {
		holds = append(holds, *h)
	}
	slices.SortFunc(holds, func(a, b Held) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Name, b.Name)) })
	return holds
}

// A Surrounding is some tasks, with those that depend on them.
type Surrounding struct {
	Tasks      []store.Task // those that were asked for, without the unknown ones
	Dependents []store.Task // that depend on them, directly or not, without those; the nearest first
	Unknown    []string     // IDs that nobody has submitted
}

// surrounding looks at tasks and what depends on them.
func (c *core) surrounding(ids []string) (found Surrounding, err error) {
	var tasks []*task
	for _, id := range ids {
		if t := c.byID[id]; t != nil {
			tasks = append(tasks, t)
		} else {
			found.Unknown = append(found.Unknown, id)
		}
	}
	dependents := dependentsOf(tasks)
	if len(dependents) > MaxPage {
		return found, invalid("%d tasks depend on them, and at most %d are told of: ask for fewer", len(dependents), MaxPage)
	}
	found.Tasks, found.Dependents = copies(tasks), copies(dependents)
	return found, nil
}

func copies(tasks []*task) []store.Task {
	list := make([]store.Task, len(tasks))
	for i, t := range tasks {
		list[i] = t.Task
		list[i].Failures = slices.Clone(t.Failures)
	}
	return list
}
