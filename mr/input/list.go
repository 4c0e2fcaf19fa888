package input

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// ErrNotFile is the error for a folder in the place of an input file, as in a
// folder that is itself an input. [ListOptions.Recursive] reads such folders.
var ErrNotFile = errors.New("not a file")

// A MissingError tells that an input names nothing. It is [fs.ErrNotExist].
type MissingError struct {
	Input   string // the input as it was given
	Pattern bool   // whether it has wildcards
}

func (e *MissingError) Error() string {
	if e.Pattern {
		return fmt.Sprintf("input pattern %s matches 0 files", e.Input)
	}
	return "input path does not exist: " + e.Input
}

// Unwrap returns [fs.ErrNotExist].
func (e *MissingError) Unwrap() error { return fs.ErrNotExist }

// A FileStatus is a file of the input.
type FileStatus struct {
	Name      string // absolute slash path in the storage
	Size      int64  // length in bytes
	BlockSize int64  // size of its blocks in bytes; zero where the storage tells none
}

// ListOptions say what [List] does with folders inside of inputs. The zero value
// is Hadoop's default: such a folder is an error.
type ListOptions struct {
	// Recursive lists them too, and all below them
	// (mapreduce.input.fileinputformat.input.dir.recursive).
	Recursive bool

	// IgnoreFolders leaves them out
	// (mapreduce.input.fileinputformat.input.dir.nonrecursive.ignore.subdirs).
	// Recursive goes first.
	IgnoreFolders bool
}

// List returns the files that the inputs name, in Hadoop's order: the inputs one
// after the other, the matches of a pattern by path, the files of a folder by
// name as HDFS lists them, also where the storage is a local folder.
// A file that two inputs name is listed twice.
//
// Every missing input has a [MissingError] in the returned error. A folder
// without files is no error.
func List(s Storage, inputs []string, opts ListOptions) ([]FileStatus, error) {
	var files []FileStatus
	var missing []error
	for _, name := range splitInputs(inputs) {
		if name == "" {
			return nil, errNoInput
		}
		matches, wild, err := glob(s, name)
		if err != nil {
			return nil, err
		}
		matches = slices.DeleteFunc(matches, func(m match) bool { return isHidden(m.name) })
		if len(matches) == 0 {
			missing = append(missing, &MissingError{Input: name, Pattern: wild})
		}
		for _, m := range matches {
			if files, err = appendInput(files, s, m, opts); err != nil {
				return nil, err
			}
		}
	}
	return files, errors.Join(missing...)
}

// splitInputs splits inputs at commas outside of braces. Like getPathStrings of
// FileInputFormat it knows no escapes.
func splitInputs(inputs []string) []string {
	var names []string
	for _, input := range inputs {
		depth, inBraces, start := 0, false, 0
		for i := range len(input) {
			switch input[i] {
			case '{':
				depth++
				inBraces = true
			case '}':
				depth--
				inBraces = inBraces && depth != 0
			case ',':
				if !inBraces {
					names = append(names, input[start:i])
					start = i + 1
				}
			}
		}
		names = append(names, input[start:])
	}
	return names
}

// isHidden tells whether Hadoop takes a file for something that belongs to a
// framework, such as _SUCCESS, and no input.
func isHidden(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, "_") || strings.HasPrefix(base, ".")
}

// appendInput appends a matched file, or the files of a matched folder.
func appendInput(files []FileStatus, s Storage, m match, opts ListOptions) ([]FileStatus, error) {
	if !m.info.IsDir() {
		return append(files, statusOf(m)), nil
	}
	children, err := readDir(s, m.name)
	if err != nil {
		return nil, err
	}
	for _, child := range children {
		switch {
		case isHidden(child.name):
		case !child.info.IsDir():
			files = append(files, statusOf(child))
		case opts.Recursive:
			if files, err = appendInput(files, s, child, opts); err != nil {
				return nil, err
			}
		case !opts.IgnoreFolders:
			return nil, fmt.Errorf("input %s: %w: it is a folder inside of an input; read it with the recursive option, or name the files by a pattern",
				child.name, ErrNotFile)
		}
	}
	return files, nil
}

// readDir lists a folder in the order of HDFS. Symbolic links count as what they lead to.
func readDir(s Storage, name string) ([]match, error) {
	entries, err := s.ReadDir(name)
	if err != nil {
		return nil, err
	}
	children := make([]match, 0, len(entries))
	for _, entry := range entries {
		child := match{name: path.Join(name, entry.Name())}
		if entry.Type()&fs.ModeSymlink == 0 {
			child.info, err = entry.Info()
		} else {
			child.info, err = s.Stat(child.name)
		}
		if isMissing(err) { // removed since, or a link to nothing
			continue
		}
		if err != nil {
			return nil, err
		}
		children = append(children, child)
	}
	slices.SortFunc(children, func(a, b match) int { return compareSigned(a.name, b.name) })
	return children, nil
}

// compareSigned compares bytes as signed numbers, which is how HDFS orders the
// entries of a folder (DFSUtilClient.compareBytes).
func compareSigned(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return cmp.Compare(int8(a[i]), int8(b[i]))
		}
	}
	return cmp.Compare(len(a), len(b))
}

func statusOf(m match) FileStatus {
	return FileStatus{Name: m.name, Size: m.info.Size(), BlockSize: blockSize(m.info)}
}

// blockSize asks a file's description, or the status of HDFS in it, for the block size.
func blockSize(info fs.FileInfo) int64 {
	if known, ok := info.(interface{ BlockSize() int64 }); ok {
		return known.BlockSize()
	}
	if known, ok := info.Sys().(interface{ GetBlocksize() uint64 }); ok {
		return int64(known.GetBlocksize())
	}
	return 0
}
