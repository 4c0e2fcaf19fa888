package orchestrate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A Target is what a task makes: a file, a folder, a table.
// Its existence alone tells that the task is complete, so it must appear all at once.
// One that is known by a part of it, such as a folder by the last of its files, may have a method Marker, which
// returns the name of that part: it is named where the target is missing, for all the rest may be there.
type Target interface {
	// String names the target, such as its path.
	fmt.Stringer
	// Exists reports whether the target is there. An error means that this can't be told.
	Exists(ctx context.Context) (bool, error)
}

// Targets is a target made of several. It exists when all of them do.
type Targets []Target

// String returns the names of the targets with commas between them.
func (t Targets) String() string {
	names := make([]string, len(t))
	for i, target := range t {
		names[i] = target.String()
	}
	return strings.Join(names, ", ")
}

// Exists reports whether all targets exist. Of no targets it is false, for
// nothing could ever show that the task ran.
func (t Targets) Exists(ctx context.Context) (bool, error) {
	for _, target := range t {
		if exists, err := target.Exists(ctx); err != nil || !exists {
			return false, err
		}
	}
	return len(t) > 0, nil
}

// appendTargets appends the members of t, however deep they are nested.
func appendTargets(targets []Target, t Target) []Target {
	if several, ok := t.(Targets); ok {
		for _, member := range several {
			targets = appendTargets(targets, member)
		}
		return targets
	}
	if t == nil {
		return targets
	}
	return append(targets, t)
}

// maxChecks bounds the existence checks that run at once where no bulk check is configured.
const maxChecks = 16

// existsEach asks every target by itself, at most maxChecks at once.
// It is the default of [Config.Exists].
func existsEach(ctx context.Context, targets []Target) ([]bool, error) {
	exists := make([]bool, len(targets))
	errs := make([]error, len(targets))
	var wait sync.WaitGroup
	slots := make(chan struct{}, maxChecks)
	for i, target := range targets {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			exists[i], errs[i] = target.Exists(ctx)
		})
	}
	wait.Wait()
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return nil, fmt.Errorf("check whether %s exists: %w", targets[i], errs[i])
	}
	return exists, nil
}

// Flat returns the members of t, and those of targets among them, however deep they are nested.
func (t Targets) Flat() []Target { return appendTargets(nil, t) }
