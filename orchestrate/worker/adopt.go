package worker

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// adopt takes over the attempts that an earlier worker has left. Where it is not plain whether one still runs,
// it takes over none: the worker must not tell of the end of a process that lives.
func (w *worker) adopt(requests context.Context) (err error) {
	var found []*attempt
	defer func() {
		if err != nil {
			for _, a := range found {
				a.adopted.release()
			}
		}
	}()
	entries, err := os.ReadDir(attemptsDir(w.options.Dir))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		fence, err := strconv.ParseInt(entry.Name(), 10, 64)
		if err != nil || entry.Name() != strconv.FormatInt(fence, 10) {
			w.options.Log.Warn("this is no folder of an attempt, and is left alone", "name", entry.Name())
			continue
		}
		dir := attemptDir(w.options.Dir, fence)
		k, err := findKeeper(dir)
		if err != nil {
			return err
		}
		a := &attempt{fence: fence, adopted: k}
		err = readJSON(filepath.Join(dir, assignmentFile), &a.record)
		if err != nil {
			a.record = record{}
		}
		if !errors.Is(err, fs.ErrNotExist) { // else nothing has begun
			a.damaged = err
		}
		found = append(found, a)
	}
	for _, a := range found {
		w.begin(requests, a)
	}
	return nil
}
