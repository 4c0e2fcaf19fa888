package streamjob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr/input"
	"github.com/gomr/gomr/seqfile"
	"github.com/gomr/gomr/streamjob"
)

var onlyScenario = flag.String("scenario", "", "run only the scenarios whose name matches")

// A scenario is a command line of Hadoop Streaming.
type scenario struct {
	name string
	args []string
}

// An outcome is what a scenario leaves.
type outcome struct {
	code  string            // the exit code; 1 for an exception
	files map[string]string // of the output, by name
}

// place is what stands for the folder of the scenarios in their files.
const place = "@DIR@"

// readScenarios reads a file with lines "%% NAME", each with one argument a line behind it.
func readScenarios(t *testing.T, file string) (all []scenario) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "%% "); ok {
			all = append(all, scenario{name: name})
			continue
		}
		last := &all[len(all)-1]
		last.args = append(last.args, line)
	}
	return all
}

// chosen reports whether the flag asks for a scenario.
func chosen(t *testing.T, name string) bool {
	t.Helper()
	ok, err := regexp.MatchString(*onlyScenario, name)
	require.NoError(t, err)
	return ok
}

var hexEscape = regexp.MustCompile(`\\x[0-9a-f]{2}`)

func unescape(text string) string {
	return hexEscape.ReplaceAllStringFunc(text, func(escape string) string {
		c, _ := strconv.ParseUint(escape[2:], 16, 8)
		return string([]byte{byte(c)})
	})
}

// arguments returns the arguments of a scenario for a folder, with an output if there is none.
func (s scenario) arguments(dir, output string) []string {
	var args []string
	for _, arg := range s.args {
		args = append(args, strings.ReplaceAll(arg, place, dir))
	}
	if !slices.Contains(args, "-output") {
		args = append(args, "-output", output)
	}
	return args
}

// makePlace copies the inputs and scripts of scenarios into a folder of their own.
func makePlace(t *testing.T, from string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(from)))
	require.NoError(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		mode := fs.FileMode(0o644)
		if filepath.Ext(name) == ".sh" || entry.Name() == "noshebang" {
			mode = 0o755
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, bytes.ReplaceAll(text, []byte(place), []byte(dir)), mode); err != nil {
			return err
		}
		return os.Chmod(name, mode)
	}))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "emptydir"), 0o755))
	return dir
}

// runGomr runs a scenario in the present folder.
func runGomr(t *testing.T, s scenario, dir string) (outcome, string) {
	t.Helper()
	output := filepath.Join(t.TempDir(), "out")
	var args []string
	for _, arg := range s.arguments(dir, output) {
		args = append(args, unescape(arg))
	}
	var log bytes.Buffer
	code := streamjob.Run(context.Background(), streamjob.Options{Args: args, Stdout: &log, Stderr: &log, TempDir: t.TempDir()})
	return outcome{strconv.Itoa(code), readOutput(t, output)}, log.String()
}

// readOutput reads the files of an output, without hidden ones. One that is missing is empty.
func readOutput(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		text, err := os.ReadFile(name)
		relative, _ := filepath.Rel(dir, name)
		files[relative] = string(text)
		return err
	})
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	return files
}

var recordedFile = regexp.MustCompile(`^  (\S+) \d+$`)

// readOutcomes reads recorded outcomes.
func readOutcomes(t *testing.T, file string) map[string]outcome {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	outcomes := map[string]outcome{}
	var name, part string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "=== "):
			words := strings.Fields(line)
			name, part = words[1], ""
			code := strings.TrimPrefix(words[2], "rc=")
			if code == "EXC" {
				code = "1"
			}
			outcomes[name] = outcome{code, map[string]string{}}
		case strings.HasPrefix(line, "    ") && part != "":
			outcomes[name].files[part] = readRecorded(strings.TrimPrefix(line, "    "))
			part = ""
		default:
			if words := recordedFile.FindStringSubmatch(line); words != nil {
				part = words[1]
			}
		}
	}
	return outcomes
}

// readRecorded undoes the escapes of recorded content.
func readRecorded(text string) string {
	text = strings.ReplaceAll(text, `\n|`, "\n")
	return unescape(strings.NewReplacer(`\t`, "\t", `\n`, "\n", `\r`, "\r", `\\`, `\`).Replace(text))
}

// goldenFile holds the outcomes of our own scenarios in Hadoop. TestHadoopScenarios writes
// it with -update.
const goldenFile = "testdata/own/own.golden"

// recorded returns the outcome as the golden file has it: content is quoted, or a checksum
// where there is much of it.
func (o outcome) recorded(t *testing.T) recordedOutcome {
	t.Helper()
	const most = 2000
	r := recordedOutcome{Code: o.code, Files: map[string]string{}}
	for name, content := range o.readable(t).files {
		if len(content) > most {
			content = fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
		}
		r.Files[name] = strconv.QuoteToASCII(content)
	}
	return r
}

type recordedOutcome struct {
	Code  string            `json:"code"`
	Files map[string]string `json:"files"`
}

// TestOwnScenarios runs our own command lines, of which Hadoop's outcome was recorded.
func TestOwnScenarios(t *testing.T) {
	text, err := os.ReadFile(goldenFile)
	require.NoError(t, err)
	var golden map[string]recordedOutcome
	require.NoError(t, json.Unmarshal(text, &golden))
	scenarios := readScenarios(t, "testdata/own/own.txt")
	dir := makePlace(t, "testdata/own")
	t.Chdir(dir)
	for _, s := range scenarios {
		if !chosen(t, s.name) {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			got, log := runGomr(t, s, dir)
			require.Equal(t, golden[s.name], got.recorded(t), "%q\n%s", s.args, log)
		})
	}
}

// TestScenarios runs command lines of which is known what Hadoop 3.4.2 leaves.
func TestScenarios(t *testing.T) {
	for _, set := range []string{"1", "2"} {
		t.Run(set, func(t *testing.T) {
			outcomes := readOutcomes(t, filepath.Join("testdata/scenarios", "r"+set+".out"))
			scenarios := readScenarios(t, filepath.Join("testdata/scenarios", "s"+set+".txt"))
			dir := makePlace(t, "testdata/scenarios")
			t.Chdir(dir)
			for _, s := range scenarios {
				if !chosen(t, s.name) {
					continue
				}
				t.Run(s.name, func(t *testing.T) {
					want, ok := outcomes[s.name]
					require.True(t, ok, "no outcome is recorded")
					got, log := runGomr(t, s, dir)
					require.Equal(t, want, got, "%q\n%s", s.args, log)
				})
			}
		})
	}
}

// readable returns the outcome with what is compressed as text, and sequence files without
// their sync markers.
func (o outcome) readable(t *testing.T) outcome {
	t.Helper()
	files := map[string]string{}
	for name, content := range o.files {
		if codec := input.CodecOf(name); codec != "" {
			text, err := io.ReadAll(input.NewReader(codec, name, strings.NewReader(content)))
			require.NoError(t, err)
			content = string(text)
		}
		if strings.HasPrefix(content, "SEQ") {
			content = readSequence(t, content)
		}
		files[name] = content
	}
	return outcome{o.code, files}
}

// readSequence returns what a sequence file holds.
func readSequence(t *testing.T, content string) string {
	t.Helper()
	r, err := seqfile.NewReader(strings.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	var text strings.Builder
	fmt.Fprintf(&text, "%+v\n", r.Header())
	for r.Next() {
		fmt.Fprintf(&text, "%q %q\n", r.Key(), r.Value())
	}
	require.NoError(t, r.Err())
	return text.String()
}
