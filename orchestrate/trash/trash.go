package trash

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/internal/filelock"
)

// DefaultKeep is how long an entry is kept where nobody says otherwise.
const DefaultKeep = 7 * 24 * time.Hour

// A Trash is all volumes whose outputs a user can move away. Its methods may be called from any
// goroutine, and by several processes at once.
type Trash struct {
	// Volumes are file systems of different names. An entry with outputs of several is in the
	// home of the first of them.
	Volumes []Volume

	// LockDir is a local folder of lock files, made where it is missing: no two processes of this machine
	// work on an entry at once. Empty means no locks.
	LockDir string

	// Now tells the time. Nil means [time.Now].
	Now func() time.Time
}

// ErrUnknown says that the trash has no entry of an ID.
var ErrUnknown = errors.New("there is no such entry in the trash: it was brought back, or has expired")

// A BusyError says that another process works on an entry.
type BusyError struct {
	ID   string
	PID  int
	Host string
}

func (e *BusyError) Error() string {
	if e.PID == 0 {
		return e.ID + ": another process works on it"
	}
	return fmt.Sprintf("%s: process %d on %s works on it", e.ID, e.PID, e.Host)
}

func (t *Trash) now() time.Time {
	if t.Now != nil {
		return t.Now()
	}
	return time.Now()
}

func (t *Trash) volume(name string) *Volume {
	i := slices.IndexFunc(t.Volumes, func(v Volume) bool { return v.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Volumes[i]
}

// An Entry is what was moved away at once. It is for one goroutine at a time, and locked until it is closed.
type Entry struct {
	Manifest Manifest
	Finished bool // all was moved; else it was interrupted
	Emptying bool // its outputs are being removed

	trash  *Trash
	home   *Volume
	folder string
	lock   *filelock.Lock
}

// Begin makes an entry for tasks whose outputs have their Volume and Path. Nothing is moved yet. What the
// manifest says of the entry itself is filled in, but for an ID that it has already: who may have to find the entry
// again gives it one, which is the name of a file that does not begin with a dot.
func (t *Trash) Begin(m *Manifest, keep time.Duration) (*Entry, error) {
	m.Version, m.Host, m.PID, m.At = version, filelock.HostName(), os.Getpid(), t.now().UTC().Truncate(time.Second)
	m.Expires = m.At.Add(keep)
	if m.ID == "" {
		m.ID = m.At.Format("20060102-150405-") + strings.ToLower(rand.Text()[:4])
	}
	e := &Entry{trash: t}
	n := 0
	for i := range m.Tasks {
		for j := range m.Tasks[i].Outputs {
			o := &m.Tasks[i].Outputs[j]
			v := t.volume(o.Volume)
			if v == nil {
				return nil, fmt.Errorf("%s is on the volume %q, which there is not", o.Path, o.Volume)
			}
			o.Trash = v.place(m.ID, n, o.Path)
			if e.home == nil || slices.Index(t.names(), v.Name) < slices.Index(t.names(), e.home.Name) {
				e.home = v
			}
			n++
		}
	}
	if e.home == nil {
		return nil, errors.New("there is nothing to move")
	}
	e.Manifest, e.folder = *m, path.Join(e.home.Home, m.ID)
	if err := e.take(); err != nil {
		return nil, err
	}
	if err := writeEntry(e.home, m); err != nil {
		return nil, errors.Join(fmt.Errorf("write the manifest of the trash: %w", err), e.Close())
	}
	return e, nil
}

func (t *Trash) names() []string {
	names := make([]string, len(t.Volumes))
	for i := range t.Volumes {
		names[i] = t.Volumes[i].Name
	}
	return names
}

// Open returns an entry. The error may be [ErrUnknown] or a [*BusyError].
func (t *Trash) Open(id string) (*Entry, error) {
	for i := range t.Volumes {
		v := &t.Volumes[i]
		e := &Entry{trash: t, home: v, folder: path.Join(v.Home, id)}
		if id == "" || strings.ContainsAny(id, `/\`) || strings.HasPrefix(id, ".") {
			break
		}
		e.Manifest.ID = id
		if found, err := there(v.Files, path.Join(e.folder, manifestName)); err != nil {
			return nil, err
		} else if !found {
			continue
		}
		if err := e.take(); err != nil {
			return nil, err
		}
		err := e.read()
		if err == nil {
			return e, nil
		}
		err = errors.Join(err, e.Close())
		if !errors.Is(err, fs.ErrNotExist) { // else it was removed before we had the lock
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s: %w", id, ErrUnknown)
}

// take locks the entry.
func (e *Entry) take() error {
	if e.trash.LockDir == "" {
		return nil
	}
	if err := os.MkdirAll(e.trash.LockDir, 0o777); err != nil {
		return err
	}
	type holder struct {
		PID  int    `json:"pid"`
		Host string `json:"host"`
	}
	lock, err := filelock.Take(filepath.Join(e.trash.LockDir, e.Manifest.ID+".lock"), holder{os.Getpid(), filelock.HostName()})
	if held := new(filelock.HeldError); errors.As(err, &held) {
		var who holder
		_ = json.Unmarshal(held.Holder, &who) // it may have had no time to write
		return &BusyError{e.Manifest.ID, who.PID, who.Host}
	}
	e.lock = lock
	return err
}

// Close lets others work on the entry.
func (e *Entry) Close() error {
	if e.lock == nil {
		return nil
	}
	lock := e.lock
	e.lock = nil
	return lock.Release()
}

// read reads the manifest and the marks.
func (e *Entry) read() error {
	m, err := readManifest(e.home.Files, e.folder)
	if err != nil {
		return err
	}
	e.Manifest = *m
	for name, mark := range map[string]*bool{finishedName: &e.Finished, emptyingName: &e.Emptying} {
		if *mark, err = there(e.home.Files, path.Join(e.folder, name)); err != nil {
			return err
		}
	}
	return nil
}

// List returns the entries of a volume, the newest first. They are not locked, so they are for a look only.
func (t *Trash) List(volume string) ([]*Entry, error) {
	v := t.volume(volume)
	if v == nil {
		return nil, nil
	}
	found, err := v.Files.ReadDir(v.Home)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var entries []*Entry
	for _, one := range found {
		if !one.IsDir() || strings.HasPrefix(one.Name(), ".") {
			continue
		}
		e := &Entry{trash: t, home: v, folder: path.Join(v.Home, one.Name())}
		err := e.read()
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b *Entry) int { return Newer(&a.Manifest, &b.Manifest) })
	return entries, nil
}

// Newer orders manifests, the newest first.
func Newer(a, b *Manifest) int { return cmp.Or(b.At.Compare(a.At), strings.Compare(b.ID, a.ID)) }

// leftFor is how long a folder of an entry that is not made yet is left to who makes it.
const leftFor = 24 * time.Hour

// Tidy removes what processes that were killed left behind in the home of a volume: folders of entries that
// were about to appear, or of which all is gone.
func (t *Trash) Tidy(volume string) error {
	v := t.volume(volume)
	if v == nil {
		return nil
	}
	found, err := v.Files.ReadDir(v.Home)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, one := range found {
		folder := path.Join(v.Home, one.Name())
		info, err := one.Info()
		if err != nil || !one.IsDir() {
			continue // it is gone, or no entry
		}
		unmade := strings.HasPrefix(one.Name(), unmadePrefix)
		if unmade && t.now().Sub(info.ModTime()) < leftFor {
			continue
		}
		if !unmade {
			if made, err := there(v.Files, path.Join(folder, manifestName)); made || err != nil {
				continue
			}
		}
		if err := v.Files.RemoveAll(folder); err != nil {
			return err
		}
	}
	return nil
}
