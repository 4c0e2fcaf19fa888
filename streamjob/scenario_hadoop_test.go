//go:build hadoop

package streamjob_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A hadoop runs scenarios in Hadoop's own StreamJob: many in one JVM.
type hadoop struct {
	home      string
	classPath string
	conf      string
}

// newHadoop compiles the driver. HADOOP_HOME must be set, see scripts/hadoop.
func newHadoop(t *testing.T) *hadoop {
	t.Helper()
	home := os.Getenv("HADOOP_HOME")
	require.NotEmpty(t, home, "HADOOP_HOME is not set: eval \"$(scripts/hadoop env)\"")
	jars, err := filepath.Glob(filepath.Join(home, "share/hadoop/tools/lib/hadoop-streaming-*.jar"))
	require.NoError(t, err)
	require.NotEmpty(t, jars, "there is no streaming jar below %s: run scripts/hadoop install", home)
	h := &hadoop{home: home, conf: t.TempDir()}
	classes := t.TempDir()
	h.classPath = strings.Join([]string{filepath.Join(home, "lib/*"), h.conf, classes, jars[0]}, ":")
	source, err := filepath.Abs("testdata/driver/StreamDriver.java")
	require.NoError(t, err)
	compile := exec.CommandContext(t.Context(), javaTool("javac"), "-cp", h.classPath, "-d", classes, source)
	out, err := compile.CombinedOutput()
	require.NoError(t, err, "%s", out)
	h.configure(t)
	return h
}

func javaTool(name string) string {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		return filepath.Join(home, "bin", name)
	}
	return name
}

// configure makes Hadoop quick, and makes it look at the properties of each job anew.
func (h *hadoop) configure(t *testing.T) {
	t.Helper()
	properties := map[string]map[string]string{
		"core-site.xml": {"hadoop.tmp.dir": t.TempDir(), "fs.file.impl.disable.cache": "true"},
		"mapred-site.xml": {
			"mapreduce.client.progressmonitor.pollinterval": "5",
			"mapreduce.client.completion.pollinterval":      "5",
		},
	}
	for file, values := range properties {
		var text strings.Builder
		text.WriteString("<configuration>\n")
		for name, value := range values {
			text.WriteString("<property><name>" + name + "</name><value>" + value + "</value></property>\n")
		}
		text.WriteString("</configuration>\n")
		require.NoError(t, os.WriteFile(filepath.Join(h.conf, file), []byte(text.String()), 0o644))
	}
	const log4j = "log4j.rootLogger=INFO,c\nlog4j.appender.c=org.apache.log4j.ConsoleAppender\nlog4j.appender.c.target=System.err\n" +
		"log4j.appender.c.layout=org.apache.log4j.PatternLayout\nlog4j.appender.c.layout.ConversionPattern=%d{ISO8601} %p %c{2}: %m%n\n"
	require.NoError(t, os.WriteFile(filepath.Join(h.conf, "log4j.properties"), []byte(log4j), 0o644))
}

// run runs scenarios in the present folder, and returns their outcomes and logs.
func (h *hadoop) run(t *testing.T, scenarios []scenario, dir string) (outcomes map[string]outcome, logs map[string]string) {
	t.Helper()
	outputs := t.TempDir()
	var text strings.Builder
	for _, s := range scenarios {
		text.WriteString("%% " + s.name + "\n")
		for _, arg := range s.arguments(dir, filepath.Join(outputs, s.name)) {
			text.WriteString(arg + "\n")
		}
	}
	commands, results := filepath.Join(outputs, ".commands"), filepath.Join(outputs, ".results")
	require.NoError(t, os.WriteFile(commands, []byte(text.String()), 0o644))
	java := exec.CommandContext(t.Context(), javaTool("java"), "-Xmx4g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djdk.lang.Process.launchMechanism=VFORK",
		"-XX:+UnlockDiagnosticVMOptions", "-XX:ArchiveRelocationMode=0", "-XX:SharedArchiveFile="+filepath.Join(h.home, "classes.jsa"), // see scripts/hadoop
		"-Djava.security.manager=allow", "-cp", h.classPath, "StreamDriver", commands, results)
	java.Env = append(os.Environ(), "LC_ALL=C.UTF-8") // Java takes its encoding from the locale
	var log bytes.Buffer
	java.Stdout, java.Stderr = &log, &log
	require.NoError(t, java.Run(), "%s", tail(log.String()))

	logs = map[string]string{}
	for part := range strings.SplitSeq(log.String(), "%% ") {
		name, rest, _ := strings.Cut(part, "\n")
		logs[name] = rest
	}
	codes, err := os.ReadFile(results)
	require.NoError(t, err)
	outcomes = map[string]outcome{}
	for line := range strings.Lines(string(codes)) {
		words := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if words[1] == "EXC" {
			words[1] = "1"
			logs[words[0]] += "EXC " + words[2]
		}
		outcomes[words[0]] = outcome{words[1], readOutput(t, filepath.Join(outputs, words[0]))}
	}
	return outcomes, logs
}

func tail(text string) string { return text[max(0, len(text)-4000):] }

// compare runs scenarios in Hadoop and in gomr, and wants the same of both. It records
// Hadoop's outcomes in golden, if that is named.
func (h *hadoop) compare(t *testing.T, scenarios []scenario, dir, golden string) {
	t.Helper()
	t.Chdir(dir)
	outcomes, logs := map[string]outcome{}, map[string]string{}
	for some := range slices.Chunk(scenarios, 20) { // a task that fails leaves its buffer of 100 MB in the JVM
		someOutcomes, someLogs := h.run(t, some, dir)
		maps.Copy(outcomes, someOutcomes)
		maps.Copy(logs, someLogs)
	}
	if golden != "" {
		writeGolden(t, golden, outcomes)
	}
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			got, log := runGomr(t, s, dir)
			want := outcomes[s.name]
			require.Equal(t, want.readable(t), got.readable(t), "%q\nHadoop: %s\ngomr: %s", s.args, tail(logs[s.name]), tail(log))
			switch {
			case strings.Contains(log, "gomr runs no Java"): // which it says of a class that Hadoop misses in a task
			case want.code == "0":
				compressed := strings.Contains(fmt.Sprint(s.args), "compress")
				require.Equal(t, exactCounters(logs[s.name], compressed), exactCounters(log, compressed), "%q", s.args)
			default:
				require.Equal(t, complaints(logs[s.name]), complaints(log), "%q", s.args)
			}
		})
	}
}

// exactCounters returns the lines of the last counters of a log that don't tell of a machine.
// Sizes of what is compressed are those of a library.
func exactCounters(log string, compressed bool) string {
	i := strings.LastIndex(log, "mapreduce.Job: Counters:")
	if i < 0 {
		return ""
	}
	var kept []string
	for line := range strings.Lines(log[i:]) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case !strings.HasPrefix(line, "\t"):
		case strings.Contains(line, "FILE: Number"), strings.Contains(line, "File System Counters"):
		case compressed && (strings.Contains(line, "Bytes Written") || strings.Contains(line, "materialized bytes") || strings.Contains(line, "shuffle bytes")):
		case strings.Contains(line, "GC time"), strings.Contains(line, "heap usage"), strings.Contains(line, "Bytes Read"):
		default:
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// complaints returns the lines of a log that say why a command line failed, without what
// differs from run to run.
func complaints(log string) string {
	var kept []string
	for line := range strings.Lines(log) {
		line = strings.TrimSuffix(line, "\n")
		if _, text, ok := strings.Cut(line, " ERROR streaming.StreamJob: "); ok {
			// Which folder in a folder comes first is up to the disk.
			reason, _, _ := strings.Cut(text, "Not a file: ")
			kept = append(kept, reason)
		}
		if strings.HasPrefix(line, "Try -help") || strings.HasPrefix(line, "Required argument") || strings.HasPrefix(line, "Found ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

var (
	randomSeed  = flag.Uint64("random-seed", 1, "seed of the random scenarios")
	randomCount = flag.Int("random-count", 10, "number of random scenarios")

	randomBroken = flag.Int("random-broken", 2, "how many in ten of the random scenarios have mistakes")
)

var update = flag.Bool("update", false, "record what Hadoop does with our own scenarios")

// writeGolden records outcomes.
func writeGolden(t *testing.T, file string, outcomes map[string]outcome) {
	t.Helper()
	golden := map[string]recordedOutcome{}
	if text, err := os.ReadFile(file); err == nil { // the others stay
		require.NoError(t, json.Unmarshal(text, &golden))
	}
	for name, o := range outcomes {
		golden[name] = o.recorded(t)
	}
	text, err := json.MarshalIndent(golden, "", " ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(text, '\n'), 0o644))
}

// TestHadoopRandom compares random command lines.
func TestHadoopRandom(t *testing.T) {
	dir := t.TempDir()
	g := &generator{t: t, random: rand.New(rand.NewPCG(*randomSeed, 0)), dir: dir}
	var scenarios []scenario
	for i := range *randomCount {
		name := fmt.Sprintf("random-%d-%d", *randomSeed, i)
		switch {
		case i%10 == 9:
			scenarios = append(scenarios, g.big(name))
		case i%10 >= *randomBroken:
			scenarios = append(scenarios, g.scenario(name))
		default:
			scenarios = append(scenarios, g.broken(name))
		}
	}
	newHadoop(t).compare(t, scenarios, dir, "")
}

// TestHadoopScenarios runs all scenarios in Hadoop too.
func TestHadoopScenarios(t *testing.T) {
	h := newHadoop(t)
	for _, set := range []string{"scenarios/s1.txt", "scenarios/s2.txt", "own/own.txt"} {
		t.Run(filepath.Base(set), func(t *testing.T) {
			var scenarios []scenario
			for _, s := range readScenarios(t, filepath.Join("testdata", set)) {
				if chosen(t, s.name) {
					scenarios = append(scenarios, s)
				}
			}
			golden := ""
			if *update && filepath.Base(set) == "own.txt" {
				var err error
				golden, err = filepath.Abs(goldenFile)
				require.NoError(t, err)
			}
			h.compare(t, scenarios, makePlace(t, filepath.Join("testdata", filepath.Dir(set))), golden)
		})
	}
}
