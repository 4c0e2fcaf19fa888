package trash

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"syscall"
)

// Move moves the outputs away. An output that is gone is none to be moved, nor is one that is in the trash already:
// what is where it was is a new one. So an entry that was left can be moved again. Where one can't be moved, or ctx
// ends, those that were are moved back and the entry is removed; an [*InterruptedError] says that this failed too.
func (e *Entry) Move(ctx context.Context) error {
	outputs := e.Manifest.Outputs()
	for i, o := range outputs {
		err := context.Cause(ctx)
		if err == nil {
			err = e.moveAway(&o)
		}
		if err == nil {
			continue
		}
		if back := e.giveUp(outputs[:i+1]); back != nil {
			return &InterruptedError{e.Manifest.ID, errors.Join(err, back)}
		}
		return err
	}
	return nil
}

// An InterruptedError says that some outputs of an entry are moved and others not.
type InterruptedError struct {
	ID  string
	Err error
}

func (e *InterruptedError) Error() string {
	return fmt.Sprintf("%v; some outputs are in the trash and others not: undo %s brings them back", e.Err, e.ID)
}

// Unwrap returns what went wrong.
func (e *InterruptedError) Unwrap() error { return e.Err }

func (e *Entry) moveAway(o *Output) error {
	v := e.trash.volume(o.Volume)
	if in, err := there(v.Files, o.Trash); in || err != nil {
		return err
	}
	err := v.move(o)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if is, statErr := there(v.Files, o.Path); is || statErr != nil {
			break // something else is missing
		}
		v.tidy(o.Trash)
		return nil
	case errors.Is(err, syscall.EXDEV):
		return fmt.Errorf("%s is on another device than the trash %s, and can't be moved there by a rename: %w", o.Path, v.Home, err)
	}
	if err != nil {
		return fmt.Errorf("move %s to the trash: %w", o.Path, err)
	}
	return nil
}

// Progress tells how many of the outputs are in the trash, and how many are where they were and not there.
func (e *Entry) Progress() (moved, left int, err error) {
	for _, o := range e.Manifest.Outputs() {
		files := e.trash.volume(o.Volume).Files
		in, err := there(files, o.Trash)
		if err != nil {
			return 0, 0, err
		}
		if in {
			moved++
			continue
		}
		if in, err = there(files, o.Path); err != nil {
			return 0, 0, err
		} else if in {
			left++
		}
	}
	return moved, left, nil
}

// giveUp brings back what was moved, and removes the entry.
func (e *Entry) giveUp(moved []Output) error {
	for _, o := range slices.Backward(moved) {
		if fate, err := e.bringBack(&o); err != nil {
			return err
		} else if fate == Refused {
			return fmt.Errorf("there is a new %s", o.Path)
		}
	}
	return e.forget()
}

// Finish notes that all that the entry was for is done.
func (e *Entry) Finish() error {
	err := writeFile(e.home.Files, path.Join(e.folder, finishedName), nil)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("finish the entry of the trash: %w", err)
	}
	e.Finished = true
	return nil
}

// A Fate is what became of an output that was to be brought back.
type Fate string

// The fates of an output.
const (
	Back    Fate = "back"    // it was moved back
	Kept    Fate = "kept"    // it is where it belongs: it was never moved, or was moved back before
	Refused Fate = "refused" // there is a new one
	Gone    Fate = "gone"    // it is neither here nor there
)

// A Restored is an output that was to be brought back.
type Restored struct {
	Output

	Task string // ID
	Fate Fate
}

// ErrEmptying says that an entry is being removed, so that nothing of it can be brought back.
var ErrEmptying = errors.New("its outputs are being removed from the trash")

// Restore moves the outputs back. One of which there is a new one is left in the trash. When none is, the entry is
// to be removed by [Entry.Forget]. An error says that it is to be done again.
func (e *Entry) Restore(ctx context.Context) ([]Restored, error) {
	if e.Emptying {
		return nil, fmt.Errorf("%s: %w", e.Manifest.ID, ErrEmptying)
	}
	var all []Restored
	for _, task := range slices.Backward(e.Manifest.Tasks) {
		for _, o := range slices.Backward(task.Outputs) {
			if err := context.Cause(ctx); err != nil {
				return nil, err
			}
			fate, err := e.bringBack(&o)
			if err != nil {
				return nil, fmt.Errorf("bring back %s: %w", o.Path, err)
			}
			all = append(all, Restored{o, task.ID, fate})
		}
	}
	slices.Reverse(all)
	return all, nil
}

// Conflicts returns the outputs in the trash of which there are new ones.
func (e *Entry) Conflicts() ([]Task, error) {
	var conflicts []Task
	for _, task := range e.Manifest.Tasks {
		found := Task{ID: task.ID}
		for _, o := range task.Outputs {
			files := e.trash.volume(o.Volume).Files
			in, err := there(files, o.Trash)
			if err != nil {
				return nil, err
			}
			out, err := there(files, o.Path)
			if err != nil {
				return nil, err
			}
			if !in || !out {
				continue
			}
			fresh := Output{Volume: o.Volume, Path: o.Path}
			if fresh.Files, fresh.Bytes, err = Measure(files, o.Path); err != nil {
				return nil, err
			}
			found.Outputs = append(found.Outputs, fresh)
		}
		if len(found.Outputs) > 0 {
			conflicts = append(conflicts, found)
		}
	}
	return conflicts, nil
}

func (e *Entry) bringBack(o *Output) (Fate, error) {
	v := e.trash.volume(o.Volume)
	in, err := there(v.Files, o.Trash)
	if err != nil {
		return "", err
	}
	if !in {
		v.tidy(o.Trash)
		out, err := there(v.Files, o.Path)
		if err != nil {
			return "", err
		}
		if out {
			return Kept, nil
		}
		return Gone, nil
	}
	err = v.Files.Rename(o.Trash, o.Path)
	if errors.Is(err, fs.ErrNotExist) { // the folder that it was in
		if err = v.Files.MkdirAll(path.Dir(o.Path), 0o777); err == nil {
			err = v.Files.Rename(o.Trash, o.Path)
		}
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return Refused, nil
	case err != nil:
		return "", err
	}
	v.tidy(o.Trash)
	return Back, nil
}

// Forget removes an entry of which nothing is in the trash any more.
func (e *Entry) Forget() error {
	for _, o := range e.Manifest.Outputs() {
		if in, err := there(e.trash.volume(o.Volume).Files, o.Trash); err != nil {
			return err
		} else if in {
			return fmt.Errorf("%s is still in the trash", o.Path)
		}
	}
	return e.forget()
}

// forget removes the entry, the manifest before the rest of its folder: an entry has one or is none.
func (e *Entry) forget() error {
	files := e.home.Files
	if err := files.Remove(path.Join(e.folder, manifestName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return files.RemoveAll(e.folder)
}

// Empty removes an entry with its outputs, for good.
func (e *Entry) Empty() error {
	err := writeFile(e.home.Files, path.Join(e.folder, emptyingName), nil)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	e.Emptying = true
	for _, o := range e.Manifest.Outputs() {
		v := e.trash.volume(o.Volume)
		if err := v.Files.RemoveAll(path.Dir(o.Trash)); err != nil {
			return fmt.Errorf("empty the trash: %w", err)
		}
		if v.Beside {
			_ = v.Files.Remove(path.Dir(path.Dir(o.Trash))) // others may have something there
		}
	}
	return e.forget()
}

// Expired tells whether the entry may be removed for its age, or its removal has begun.
func (e *Entry) Expired() bool {
	return e.Emptying || e.Finished && !e.trash.now().Before(e.Manifest.Expires)
}
