package streamjob

import (
	"os"
	"path/filepath"
	"strings"
)

// splitArgs splits a command as PipeMapRed does: at spaces, with quotes that end a word
// and no escapes. Words without a character vanish.
func splitArgs(command string) []string {
	var args []string
	var quote byte
	start := 0
	cut := func(end int) {
		if end > start {
			args = append(args, command[start:end])
		}
		start = end + 1
	}
	for i := range len(command) {
		switch c := command[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
				cut(i)
			}
		case c == '\'' || c == '"':
			quote = c
			cut(i)
		case c == ' ':
			cut(i)
		}
	}
	cut(len(command))
	return args
}

// findProgram looks for a program that is no absolute path in the working folder and
// then in PATH. It takes the first file that can be read, executable or not, and
// returns the name as it is where there is none.
func findProgram(name, dir, path string) string {
	if filepath.IsAbs(name) {
		return name
	}
	own := filepath.Join(dir, name)
	if info, err := os.Stat(own); err == nil { // a shipped file may have lost its mode
		_ = os.Chmod(own, info.Mode()|0o111) // as far as it goes; starting it tells
	}
	for _, entry := range append([]string{dir}, strings.Split(path, ":")...) {
		file := strings.TrimSpace(entry)
		if file == "" {
			continue
		}
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			file = filepath.Join(file, name)
		}
		if isReadableFile(file) {
			return file
		}
	}
	return name
}

func isReadableFile(name string) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	file, err := os.Open(name)
	if err != nil {
		return false
	}
	file.Close()
	return true
}
