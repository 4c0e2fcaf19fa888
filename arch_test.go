package gomr_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/gomr/gomr"

// A layer is a package, what of this module it may import, and why not more.
type layer struct {
	imports []string
	why     string
}

// layers are the packages that have rules. Arrows only point down this list.
var layers = map[string]layer{
	"mr":                         {[]string{"mr/internal/overread", "mr/internal/space"}, "a job is a value: it opens no file, starts no process and knows no engine"},
	"hdfs":                       {nil, "files know nothing of jobs or tasks, so both engines and users' tasks may use them"},
	"mr/shuffle":                 {[]string{"mr", "mr/internal/overread", "mr/internal/prefetch"}, "the shuffle sees bytes; files of jobs and splits are the engines' affair"},
	"mr/input":                   {[]string{"mr/input/internal/bzip2", "mr/input/internal/find"}, "reading records needs no jobs, so that any engine can use it"},
	"mr/sample":                  {[]string{"mr", "mr/input"}, "both engines cut a total order in the same way, so it belongs to neither"},
	"mr/local":                   {[]string{"mr", "mr/shuffle", "mr/input", "mr/sample", "hdfs"}, "the local engine runs jobs, not tasks, and nothing of Hadoop"},
	"mr/stress":                  {[]string{"mr", "mr/input", "mr/local", "hdfs"}, "stress wraps steps and compares outputs; the engine below knows nothing of it"},
	"mr/mrtest":                  {[]string{"mr", "mr/local", "mr/stress", "hdfs"}, "the test kit of users links what a local run needs"},
	"orchestrate":                {[]string{"mr", "internal/filelock"}, "the plan of tasks must not depend on where their jobs run or where their targets are"},
	"orchestrate/fingerprint":    {[]string{"orchestrate", "hdfs"}, "what an output was made of is told from tasks and files; what is done about it, the front door decides"},
	"orchestrate/details":        {[]string{"orchestrate", "orchestrate/fingerprint"}, "what is told of an attempt is texts made of what is known; whom they are told, the front door decides"},
	"orchestrate/trash":          {[]string{"hdfs", "internal/filelock"}, "the trash moves files and keeps its journal; which tasks they are of, and who is told, the front door knows"},
	"orchestrate/calendar":       {[]string{"orchestrate"}, "labels are texts of the parameter types; when something is due needs no clock and no scheduler"},
	"orchestrate/partition":      {nil, "which data a task is for is read from texts, so that the scheduler knows it without the code of the task"},
	"orchestrate/store":          {nil, "the state is records in a database; what they mean, the scheduler knows"},
	"orchestrate/store/sqlite":   {[]string{"orchestrate/store", "internal/filelock"}, "a database is opened here, and is the store's SQL"},
	"orchestrate/store/postgres": {[]string{"orchestrate/store"}, "a database is opened here, and is the store's SQL"},
	"orchestrate/scheduler":      {[]string{"orchestrate/partition", "orchestrate/store"}, "the scheduler knows tasks by their IDs: it has no code of theirs, no files and no network"},
	"orchestrate/launch":         {[]string{"orchestrate/scheduler", "orchestrate/store"}, "a launch is a task like any other to the scheduler; what plans it is the front door's"},
	"orchestrate/chore":          {[]string{"orchestrate/scheduler", "orchestrate/store"}, "a chore is a task like any other to the scheduler; what moves outputs is the front door's"},
	"orchestrate/forecast":       {[]string{"orchestrate/scheduler", "orchestrate/store"}, "a forecast is made of tasks and attempts that it is given: it asks nobody"},
	"orchestrate/deadline":       {[]string{"orchestrate/forecast", "orchestrate/scheduler", "orchestrate/store"}, "what watches over due times steers no task: it reads the scheduler, and writes its history"},
	"internal/demo":              {[]string{"orchestrate", "orchestrate/store", "hdfs"}, "a demo's history is what a scheduler would have written; who serves it, the command decides"},
	"internal/top":               {[]string{"orchestrate/api", "orchestrate/scheduler", "orchestrate/store"}, "a screen shows what a source says; how a server is reached, the command line tells it"},
	"orchestrate/notify":         {[]string{"orchestrate/scheduler", "orchestrate/store"}, "notifications read the history, as it is in the store, and know nothing of who asks for what over the network"},
	"orchestrate/trigger":        {[]string{"orchestrate/calendar", "orchestrate/launch", "orchestrate/scheduler", "orchestrate/store"}, "what asks by itself launches tasks like anybody else; where files are, the front door tells it"},
	"orchestrate/backfill":       {[]string{"orchestrate/launch", "orchestrate/scheduler", "orchestrate/store"}, "a backfill launches labels; which there are, and what a task of theirs is, the front door knows"},
	"orchestrate/layout":         {nil, "a graph is names, edges and states: where it comes from, a plan or a scheduler, and who looks at it, others know"},
	"orchestrate/timeline":       {nil, "when tasks ran is told from times and requirements; whose tasks they are, and where the times are kept, others know"},
	"orchestrate/api":            {[]string{"orchestrate/backfill", "orchestrate/chore", "orchestrate/partition", "orchestrate/scheduler", "orchestrate/store", "orchestrate/trigger"}, "the types of the wire are those of the scheduler and of what asks by itself, made for JSON"},
	"orchestrate/server":         {[]string{"orchestrate/api", "orchestrate/backfill", "orchestrate/chore", "orchestrate/deadline", "orchestrate/forecast", "orchestrate/layout", "orchestrate/notify", "orchestrate/partition", "orchestrate/scheduler", "orchestrate/store", "orchestrate/timeline", "orchestrate/trigger"}, "the server hands requests to the scheduler and decides nothing itself"},
	"orchestrate/client":         {[]string{"orchestrate/api", "orchestrate/backfill", "orchestrate/scheduler", "orchestrate/store", "orchestrate/trigger"}, "a client is a scheduler at the other end of a network"},
	"orchestrate/web":            {[]string{"orchestrate/api"}, "pages are files, and ask the API for all that they show"},
	"orchestrate/web/bundle":     {nil, "makes files of files"},
	"orchestrate/worker":         {[]string{"orchestrate/scheduler", "orchestrate/store", "internal/filelock"}, "a worker runs processes; what a task is, and how a scheduler is reached, the front door tells it"},
	"streaming":                  {[]string{"mr", "mr/shuffle", "mr/input", "mr/sample", "hdfs"}, "the wire to Hadoop runs jobs; what a task is, the front door tells it"},
	"streamjob":                  {[]string{"mr", "mr/shuffle", "mr/input", "hdfs", "seqfile"}, "command lines of Hadoop run with no jobs in Go and no tasks, on the files and the shuffle that the engines have"},
	"seqfile":                    {[]string{"mr/input"}, "a file format needs no jobs, only the codecs"},
}

type goPackage struct {
	ImportPath, Dir  string
	Imports, GoFiles []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Imports,GoFiles", "./...").Output()
	require.NoError(t, err)
	var all []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

func TestArrowsPointDown(t *testing.T) {
	for _, p := range listPackages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		rule, ok := layers[name]
		if !ok {
			continue
		}
		for _, imported := range p.Imports {
			inner, ok := strings.CutPrefix(imported, module+"/")
			if ok && !slices.Contains(rule.imports, inner) {
				t.Errorf("%s imports %s: %s", name, inner, rule.why)
			}
		}
	}
}

// TestThePureHalfIsPure keeps the operating system out of package mr.
func TestThePureHalfIsPure(t *testing.T) {
	for _, p := range listPackages(t) {
		if p.ImportPath != module+"/mr" {
			continue
		}
		for _, banned := range []string{"os", "os/exec", "net", "syscall"} {
			require.NotContains(t, p.Imports, banned, "mr is pure: what touches the system belongs to an engine")
		}
	}
}

// TestOnlyMainsExit keeps os.Exit and os.Args where a reader looks for them.
func TestOnlyMainsExit(t *testing.T) {
	for _, p := range listPackages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if name == "" || strings.HasPrefix(name, "/cmd/") || strings.Contains(name, "/scripts") || strings.HasPrefix(name, "/internal/bench") || name == "/orchestrate/web/bundle" {
			continue
		}
		for _, file := range p.GoFiles {
			for _, used := range selectors(t, filepath.Join(p.Dir, file)) {
				require.NotContains(t, []string{"os.Exit", "os.Args", "log.Fatal"}, used, "%s/%s: only the root package and cmd/ end the process or read its arguments", name, file)
			}
		}
	}
}

// selectors returns the selectors of a file, such as os.Exit.
func selectors(t *testing.T, file string) (all []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	ast.Inspect(parsed, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok {
				all = append(all, x.Name+"."+s.Sel.Name)
			}
		}
		return true
	})
	return all
}

// TestEachPackageHasOneDoc wants the model of a package in one place.
func TestEachPackageHasOneDoc(t *testing.T) {
	for _, p := range listPackages(t) {
		var docs []string
		for _, file := range p.GoFiles {
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.PackageClauseOnly|parser.ParseComments)
			require.NoError(t, err)
			if parsed.Doc != nil {
				docs = append(docs, file)
			}
		}
		require.Len(t, docs, 1, "%s has package comments in %q", p.ImportPath, docs)
	}
}

// TestNoPackageIsABag keeps names that say nothing out.
func TestNoPackageIsABag(t *testing.T) {
	for _, p := range listPackages(t) {
		for element := range strings.SplitSeq(p.ImportPath, "/") {
			require.NotContains(t, []string{"util", "utils", "common", "types", "helpers", "misc"}, element, "%s: name a package for its idea", p.ImportPath)
		}
	}
}
