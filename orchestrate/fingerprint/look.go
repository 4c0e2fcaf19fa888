package fingerprint

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
)

// files are where a target is.
type files interface {
	stat(name string) (fs.FileInfo, error)
	list(name string) ([]fs.DirEntry, error)
	read(name string) ([]byte, error)
	// replace writes a file whole, in place of one that may be there.
	replace(name string, text []byte) error
}

// locate tells where a target is. Nil is a target that is no file.
func locate(ctx context.Context, t orchestrate.Target) (files, string) {
	switch t := t.(type) {
	case hdfs.Target:
		fsys, err := hdfs.FromContext(ctx)
		if err != nil {
			return nil, ""
		}
		return cluster{fsys}, t.Path()
	case interface{ LocalPath() string }:
		return machine{}, t.LocalPath()
	}
	return nil, ""
}

// recordLimit bounds how much of a record is read.
const recordLimit = 16 << 20

type cluster struct{ hdfs.FileSystem }

func (c cluster) stat(name string) (fs.FileInfo, error)   { return c.Stat(name) }
func (c cluster) list(name string) ([]fs.DirEntry, error) { return c.ReadDir(name) }

func (c cluster) read(name string) ([]byte, error) {
	r, err := c.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, recordLimit))
}

func (c cluster) replace(name string, text []byte) error {
	temporary := hdfs.TempDir(name, "record")
	if err := c.RemoveAll(temporary); err != nil {
		return err
	}
	w, err := c.Create(temporary)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	if err := errors.Join(err, w.Close()); err != nil {
		return errors.Join(err, c.RemoveAll(temporary))
	}
	if err := c.RemoveAll(name); err != nil {
		return err
	}
	return c.Rename(temporary, name)
}

type machine struct{}

func (machine) stat(name string) (fs.FileInfo, error)   { return os.Stat(name) }
func (machine) list(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }

func (machine) read(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, recordLimit))
}

func (machine) replace(name string, text []byte) error {
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.tmp")
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		os.Remove(file.Name())
	}
	return err
}

// RecordOf returns the path of the record of an output that is a folder, or is a file.
func RecordOf(output string, isFolder bool) string {
	if isFolder {
		return path.Join(output, orchestrate.RecordName)
	}
	dir, name := path.Split(filepath.ToSlash(output))
	return dir + "." + name + ".gomr.json"
}

// mostLooks bounds how many inputs are looked at in parallel.
const mostLooks = 16

// Look tells what targets are like. Those that can't be looked at are of the kind [Other].
func Look(ctx context.Context, targets []orchestrate.Target) []State {
	states := make([]State, len(targets))
	slots := make(chan struct{}, mostLooks)
	var looks sync.WaitGroup
	for i, target := range targets {
		slots <- struct{}{}
		looks.Go(func() {
			defer func() { <-slots }()
			states[i], _ = look(ctx, target)
		})
	}
	looks.Wait()
	return states
}

// look tells what a target is like, and what its record says. Nil is no record.
func look(ctx context.Context, target orchestrate.Target) (State, *Fingerprint) {
	state := State{Path: target.String(), Kind: Other}
	from, name := locate(ctx, target)
	if from == nil {
		return state, nil
	}
	state.Path = name
	info, err := from.stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		state.Kind = Missing
		return state, nil
	}
	if err != nil {
		return state, nil
	}
	if !info.IsDir() {
		state.Kind, state.Files, state.Bytes, state.Modified = File, 1, info.Size(), info.ModTime().UTC()
		return state.recorded(from)
	}
	entries, err := from.list(name)
	if err != nil {
		return state, nil
	}
	state.Kind, state.Modified = Folder, info.ModTime().UTC()
	state.count(entries)
	return state.recorded(from)
}

// count counts the files of a folder as a job reads them: without hidden ones.
func (s *State) count(entries []fs.DirEntry) {
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), "_") || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if s.Files == 0 || info.ModTime().After(s.Modified) {
			s.Modified = info.ModTime().UTC() // a folder's own time changes with hidden files
		}
		s.Files, s.Bytes = s.Files+1, s.Bytes+info.Size()
	}
}

// recorded reads the record, and adds it to the state where it is about what is there.
func (s *State) recorded(from files) (State, *Fingerprint) {
	text, err := from.read(RecordOf(s.Path, s.Kind == Folder))
	if err != nil {
		return *s, nil // as a rule there is none
	}
	f := decode(bytes.TrimSpace(text))
	if f == nil || s.Kind == File && (f.Output == nil || !f.Output.sameFiles(s)) {
		return *s, nil
	}
	sum := sha256.Sum256(text)
	s.Record = hex.EncodeToString(sum[:])
	return *s, f
}

func (s *State) sameFiles(other *State) bool {
	return s.Files == other.Files && s.Bytes == other.Bytes && s.Modified.Equal(other.Modified)
}

// WriteBeside writes records beside those outputs of a task that are files, or folders without a record, now
// that they are there.
func (f *Fingerprint) WriteBeside(ctx context.Context, outputs []orchestrate.Target) error {
	var errs []error
	for _, target := range outputs {
		from, name := locate(ctx, target)
		if from == nil {
			continue
		}
		state, known := look(ctx, target)
		if state.Kind != File && state.Kind != Folder || known != nil && known.Started.Equal(f.Started) && known.Task == f.Task {
			continue
		}
		own := *f
		if state.Kind == File {
			state.Record = ""
			own.Output = &state
		}
		errs = append(errs, from.replace(RecordOf(name, state.Kind == Folder), own.Encode()))
	}
	return errors.Join(errs...)
}
