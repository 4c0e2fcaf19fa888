package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A stamp lies beside a compiled program and says what it was compiled from, down to
// the size and time of every file. While all is as the stamp says, the program is up to date,
// and looking takes a few milliseconds; the go command takes some hundred to tell the same.
type stamp struct {
	Binary  fileState   `json:"binary"`  // the compiled program
	Taken   time.Time   `json:"taken"`   // when the states were read, before the compilation
	Environ []string    `json:"environ"` // variables that the go command reads
	Dirs    []string    `json:"dirs"`    // folders of the packages that may change
	Whole   []string    `json:"whole"`   // folders of embedded files
	Files   []string    `json:"files"`   // go.mod, go.work and so on; also where they are not, but would count
	States  []fileState `json:"states"`  // of Files and of the sources in Dirs and Whole
}

// A fileState tells one version of a file from others.
type fileState struct {
	Path string `json:"path"`
	Size int64  `json:"size"` // -1 where there is no such file
	Time int64  `json:"time"` // of its last change, in nanoseconds
}

// clockStep is the coarsest step of the times of files: that of FAT. A file that was changed less
// than that before its state was read may have been changed once more with no trace.
const clockStep = 2 * time.Second

func stateOf(path string) fileState {
	info, err := os.Stat(path)
	if err != nil {
		return fileState{path, -1, 0}
	}
	return fileState{path, info.Size(), info.ModTime().UnixNano()}
}

// takeStamp notes the state of all that the program is made of.
func takeStamp(p *program) *stamp {
	s := &stamp{Taken: time.Now(), Environ: goEnviron(), Files: goFiles(p)}
	for _, pkg := range p.packages {
		if !pkg.isLocal() {
			continue
		}
		s.Dirs = append(s.Dirs, pkg.Dir)
		for _, file := range pkg.EmbedFiles {
			s.Files = append(s.Files, filepath.Join(pkg.Dir, file))
			for dir := filepath.Dir(filepath.Join(pkg.Dir, file)); dir != pkg.Dir && len(dir) > len(pkg.Dir); dir = filepath.Dir(dir) {
				s.Whole = append(s.Whole, dir)
			}
		}
		if m := pkg.Module; m != nil {
			s.Files = append(s.Files, m.GoMod)
			if m.Replace != nil {
				s.Files = append(s.Files, m.Replace.GoMod)
			}
		}
	}
	for _, list := range []*[]string{&s.Dirs, &s.Whole, &s.Files} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	s.States = s.readStates()
	return s
}

func (s *stamp) readStates() []fileState {
	var states []fileState
	for _, file := range s.Files {
		states = append(states, stateOf(file))
	}
	for _, dir := range s.Dirs {
		states = appendStates(states, dir, isSource)
	}
	for _, dir := range s.Whole {
		states = appendStates(states, dir, func(string) bool { return true })
	}
	return states
}

func appendStates(states []fileState, dir string, counts func(name string) bool) []fileState {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return append(states, fileState{dir, -1, 0})
	}
	for _, entry := range entries {
		if counts(entry.Name()) {
			states = append(states, stateOf(filepath.Join(dir, entry.Name())))
		}
	}
	return states
}

// isSource reports whether the compiler reads files of that name without cgo.
func isSource(name string) bool {
	if strings.HasSuffix(name, "_test.go") {
		return false
	}
	return slices.Contains([]string{".go", ".s", ".h", ".syso"}, filepath.Ext(name))
}

// goFiles returns the files beside the packages that decide what is compiled.
func goFiles(p *program) []string {
	files := []string{filepath.Join(p.dir, ownProfile)}
	if command, err := exec.LookPath("go"); err == nil {
		files = append(files, command)
	}
	if config, err := os.UserConfigDir(); err == nil {
		files = append(files, filepath.Join(config, "go", "env"))
	}
	for dir := p.dir; ; dir = filepath.Dir(dir) {
		for _, name := range []string{"go.mod", "go.sum", "go.work", "go.work.sum", filepath.Join("vendor", "modules.txt")} {
			files = append(files, filepath.Join(dir, name))
		}
		if dir == filepath.Dir(dir) {
			return files
		}
	}
}

// goEnviron returns the variables that the go command reads, by their prefix. PATH is
// there by the path of the go command.
func goEnviron() []string {
	var environ []string
	for _, variable := range os.Environ() {
		if strings.HasPrefix(variable, "GO") && !strings.HasPrefix(variable, "GOMR_") {
			environ = append(environ, variable)
		}
	}
	slices.Sort(environ)
	return environ
}

// isFresh reports whether all is as the stamp says.
func (s *stamp) isFresh() bool {
	for _, state := range s.States {
		if s.Taken.Sub(time.Unix(0, state.Time)) < clockStep {
			return false
		}
	}
	command, err := exec.LookPath("go")
	return (err != nil || slices.Contains(s.Files, command)) &&
		stateOf(s.Binary.Path) == s.Binary &&
		slices.Equal(s.Environ, goEnviron()) &&
		slices.Equal(s.States, s.readStates())
}

// readStamp returns the stamp in a file, or nil where there is none that can be read.
func readStamp(name string) *stamp {
	content, err := os.ReadFile(name)
	s := &stamp{}
	if err != nil || json.Unmarshal(content, s) != nil {
		return nil
	}
	return s
}

// write puts the stamp into a file in one step.
func (s *stamp) write(name string) error {
	content, err := json.Marshal(s)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".stamp-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // after the rename there is nothing to remove
	_, err = temp.Write(content)
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}
