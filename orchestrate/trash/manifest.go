package trash

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"time"

	"github.com/gomr/gomr/hdfs"
)

// version is that of manifests.
const version = 1

// A Manifest says what an entry is: manifest.json, in its folder.
type Manifest struct {
	Version int    `json:"version"`
	ID      string `json:"id"` // as in 20140601-142301-x7k2: when it was made, and four letters by chance; or as who made it wanted
	By      string `json:"by"`
	Host    string `json:"host"` // on which it was made, and which has its local files
	PID     int    `json:"pid"`

	At      time.Time `json:"at"`
	Expires time.Time `json:"expires"` // when it may be removed

	Note   string `json:"note,omitempty"`
	Server string `json:"server,omitempty"` // URL of the scheduler that was told
	Tasks  []Task `json:"tasks"`
}

// A Task is a task whose outputs an entry has.
type Task struct {
	ID      string   `json:"id"`
	Outputs []Output `json:"outputs"`
}

// An Output is a file or folder that is moved.
type Output struct {
	Volume string `json:"volume"` // its name
	Path   string `json:"path"`   // where it belongs
	Trash  string `json:"trash"`  // where it is while it is in the trash
	Files  int    `json:"files"`
	Bytes  int64  `json:"bytes"`
}

// Outputs returns the outputs of all tasks, in their order.
func (m *Manifest) Outputs() []Output {
	var all []Output
	for _, t := range m.Tasks {
		all = append(all, t.Outputs...)
	}
	return all
}

// The names in an entry's folder.
const (
	manifestName = "manifest.json"
	finishedName = "finished"
	emptyingName = "emptying"
	unmadePrefix = ".unmade-" // of an entry's folder before it has its name
)

// writeEntry makes the folder of an entry appear with its manifest. Who wanted an entry of that ID before may have been killed
// when it was not made yet, or when all but its folder was removed again.
func writeEntry(v *Volume, m *Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	unmade, folder := path.Join(v.Home, unmadePrefix+m.ID), path.Join(v.Home, m.ID)
	if err := v.Files.RemoveAll(unmade); err != nil {
		return err
	}
	if made, err := there(v.Files, path.Join(folder, manifestName)); err != nil {
		return err
	} else if !made {
		if err := v.Files.RemoveAll(folder); err != nil {
			return err
		}
	}
	if err := v.Files.MkdirAll(unmade, 0o700); err != nil {
		return err
	}
	if err := writeFile(v.Files, path.Join(unmade, manifestName), append(text, '\n')); err != nil {
		return err
	}
	return v.Files.Rename(unmade, folder)
}

func writeFile(files hdfs.FileSystem, name string, text []byte) error {
	w, err := files.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	if s, ok := w.(interface{ Sync() error }); ok && err == nil {
		err = s.Sync()
	}
	if closeErr := w.Close(); err == nil {
		err = closeErr
	}
	return err
}

// readManifest returns the manifest of an entry's folder. One that is gone is fs.ErrNotExist.
func readManifest(files hdfs.FileSystem, folder string) (*Manifest, error) {
	r, err := files.Open(path.Join(folder, manifestName))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	m := &Manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("%s: %w", path.Join(folder, manifestName), err)
	}
	if m.Version != version {
		return nil, fmt.Errorf("%s: it is of version %d, and this program knows version %d", path.Join(folder, manifestName), m.Version, version)
	}
	return m, nil
}
