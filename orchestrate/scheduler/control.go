package scheduler

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gomr/gomr/orchestrate/store"
)

// The names of settings in the store.
const (
	pausedSetting = "paused"
	limitSetting  = "limit " // and the name of the resource
	pauseSetting  = "pause " // and the name of the resource
)

// pause stops giving out work, or goes on with it. What runs is left alone.
func (c *core) pause(paused bool, by string) {
	if c.paused == paused {
		return
	}
	c.paused = paused
	kind, value := Unpaused, ""
	if paused {
		kind, value = Paused, "yes"
	}
	c.set(pausedSetting, value)
	c.record(store.Event{Kind: kind, By: by})
}

func (c *core) set(name, value string) {
	if c.batch.Settings == nil {
		c.batch.Settings = map[string]string{}
	}
	c.batch.Settings[name] = value
	c.settings[name] = value
	if value == "" {
		delete(c.settings, name)
	}
}

// setLimit sets how much there is of a resource. A negative limit is the default again.
func (c *core) setLimit(resource string, limit int, by string) error {
	if resource == "" {
		return invalid("a resource needs a name")
	}
	value, message := strconv.Itoa(limit), fmt.Sprintf("%s is %d", resource, limit)
	if limit < 0 {
		delete(c.resources.limits, resource)
		value, message = "", fmt.Sprintf("%s is %d again", resource, defaultLimit)
	} else {
		c.resources.limits[resource] = limit
	}
	c.set(limitSetting+resource, value)
	c.record(store.Event{Kind: LimitSet, By: by, Message: message})
	for _, q := range c.queues {
		q.reconsider(resource)
	}
	c.resumes.reconsider(resource)
	return nil
}

// applySetting takes a setting from the store.
func (c *core) applySetting(name, value string) error {
	c.settings[name] = value
	if name == pausedSetting {
		c.paused = true
		return nil
	}
	if resource, ok := strings.CutPrefix(name, pauseSetting); ok {
		c.resources.paused[resource] = true
		return nil
	}
	resource, ok := strings.CutPrefix(name, limitSetting)
	if !ok {
		return nil // of a newer version, or of another package
	}
	limit, err := strconv.Atoi(value)
	if err != nil {
		return fmt.Errorf("the setting %q: %w", name, err)
	}
	c.resources.limits[resource] = limit
	return nil
}

// named returns the task of that ID, or an error.
func (c *core) named(id string) (*task, error) {
	if t := c.byID[id]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("%s: %w", id, ErrUnknownTask)
}

// forgiveTask lets a task that has failed, or rests, start again.
func (c *core) forgiveTask(id, by string) error {
	t, err := c.named(id)
	if err != nil {
		return err
	}
	if t.State != store.Failed && t.State != store.Disabled && t.State != store.Retrying {
		return &StateError{t.ID, t.State, "failed, disabled or retrying"}
	}
	c.record(store.Event{Kind: TaskForgiven, Task: t.Key, By: by})
	c.forgive(t)
	return nil
}

func (c *core) forgive(t *task) {
	t.forget()
	if t.External && t.State != store.Retrying {
		c.move(t, store.Missing)
		return
	}
	c.move(t, store.Pending)
}

// mark sets the state of a task to done or failed, because somebody knows better.
func (c *core) mark(id string, to store.State, by, note string) error {
	t, err := c.named(id)
	switch {
	case err != nil:
		return err
	case to != store.Done && to != store.Failed:
		return invalid("a task can be marked as done or failed, not as %s", to)
	case t.Wrapper:
		return invalid("%s only groups tasks, and is done when they are", t.ID)
	case t.held:
		return &HeldError{t.ID, c.holdOf[t.Key]}
	case t.attempt != nil:
		return &StateError{t.ID, t.State, "one without an attempt under way; kill that first"}
	}
	c.record(store.Event{Kind: TaskMarked, Task: t.Key, By: by, Message: strings.TrimSuffix(string(to)+": "+note, ": ")})
	if to == store.Done {
		t.forget()
	} else {
		t.Error = note
	}
	c.touch(t) // it may be in that state already
	if t.State != to {
		c.move(t, to)
	}
	return nil
}

// killDetail is the detail of an attempt that says who wants its end.
const killDetail = "kill"

// killTask asks for the end of a task's attempt. Its worker is told with the answer to its next beat.
func (c *core) killTask(id, by string) error {
	t, err := c.named(id)
	if err != nil {
		return err
	}
	if t.attempt == nil {
		return &StateError{t.ID, t.State, "running"}
	}
	t.attempt.kill = "killed by " + by
	c.detail(t.attempt, map[string]string{killDetail: t.attempt.kill})
	c.record(store.Event{Kind: KillRequested, Task: t.Key, Fence: t.attempt.Fence, By: by})
	return nil
}
