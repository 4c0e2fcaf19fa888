package streaming

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
	"github.com/gomr/gomr/mr/sample"
)

// pipes runs jobs as Hadoop Streaming does, with a process behind three pipes for
// each task. It reads, partitions, sorts and writes by Hadoop's rules, which it has
// from a description of Hadoop and not from the worker.
type pipes struct {
	t       *testing.T
	family  string
	memory  int64
	root    string // folder of the files of the job
	work    string // working folder of the tasks
	stderrs strings.Builder
}

func newPipes(t *testing.T, family string, memory int64) *pipes {
	return &pipes{t: t, family: family, memory: memory, root: t.TempDir(), work: t.TempDir()}
}

// run runs all steps of the job and returns the parts of the last one.
func (h *pipes) run(job mr.Job, files map[string]string) map[string]string {
	for i, step := range job.Steps() {
		inputs := slices.Sorted(maps.Keys(files))
		h.write(files)
		parts := h.runStep(i, step, inputs)
		files = make(map[string]string)
		for name, part := range parts {
			files[path.Join("/tmp", strconv.Itoa(i), name)] = part
		}
	}
	parts := make(map[string]string)
	for name, part := range files {
		parts[path.Base(name)] = part
	}
	return parts
}

func (h *pipes) write(files map[string]string) {
	for name, content := range files {
		name = filepath.Join(h.root, name)
		require.NoError(h.t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(h.t, os.WriteFile(name, []byte(content), 0o666))
	}
}

func (h *pipes) runStep(index int, step *mr.Step, inputs []string) map[string]string {
	storage := input.Dir(h.root)
	files, err := input.List(storage, inputs, input.ListOptions{})
	require.NoError(h.t, err)
	splits := input.MakeSplits(files, input.SplitOptions{})
	cmd := TaskCommand{Kind: MapTask, Step: index, Memory: h.memory, Family: h.family}
	if step.TotalOrder {
		cmd.Cuts = "cuts"
		cuts, err := sample.Cuts(step, storage, splits, func(input.Split) *mr.Env { return &mr.Env{} })
		require.NoError(h.t, err)
		require.NoError(h.t, os.WriteFile(filepath.Join(h.work, cmd.Cuts), sample.AppendCuts(nil, cuts), 0o666))
	}
	parts := make(map[string]string)
	partitions := make([][]testFrame, step.Reducers)
	for i, split := range splits {
		out := h.task(cmd, attemptOf(MapTask, i, len(splits), step.Reducers, split), splitLines(h.t, storage, split))
		if step.Reducers == 0 {
			parts[fmt.Sprintf("part-%05d", i)] = textOutput(out)
			continue
		}
		for _, f := range parseFrames(h.t, out) {
			p := binaryPartition(f.key, step.Reducers)
			partitions[p] = append(partitions[p], f)
		}
	}
	cmd.Kind = ReduceTask
	for p, frames := range partitions {
		out := h.task(cmd, attemptOf(ReduceTask, p, len(splits), step.Reducers, input.Split{}), encodeFrames(hadoopSort(frames)))
		if len(frames) == 0 {
			out = nil // Hadoop throws it away
		}
		parts[fmt.Sprintf("part-%05d", p)] = textOutput(out)
	}
	return parts
}

// task runs the process of one attempt and returns its stdout.
func (h *pipes) task(cmd TaskCommand, env map[string]string, stdin []byte) []byte {
	h.t.Helper()
	p := taskProcess(h.t, cmd, env)
	p.Dir = h.work
	var stdout, stderr bytes.Buffer
	p.Stdin, p.Stdout, p.Stderr = bytes.NewReader(stdin), &stdout, &stderr
	err := p.Run()
	require.NoError(h.t, err, "%s\n%s", cmd, &stderr)
	h.stderrs.Write(stderr.Bytes())
	return stdout.Bytes()
}

// taskProcess returns the process of an attempt, not started yet.
func taskProcess(t *testing.T, cmd TaskCommand, env map[string]string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	p := exec.CommandContext(t.Context(), exe, splitArgs(cmd.String())...)
	for name, value := range env {
		p.Env = append(p.Env, name+"="+value)
	}
	return p
}

// attemptOf returns the environment of an attempt, as Hadoop makes it.
func attemptOf(kind TaskKind, index, maps, reducers int, split input.Split) map[string]string {
	env := map[string]string{
		"mapreduce_job_id":          "job_1700000000000_0001",
		"mapreduce_task_partition":  strconv.Itoa(index),
		"mapreduce_task_attempt_id": fmt.Sprintf("attempt_1700000000000_0001_%c_%06d_2", kind[0], index),
		"mapreduce_job_maps":        strconv.Itoa(maps),
		"mapreduce_job_reduces":     strconv.Itoa(reducers),
		"TMPDIR":                    os.TempDir(),
	}
	if kind == MapTask {
		env["mapreduce_map_input_file"] = "hdfs://namenode:8020" + split.File
		env["mapreduce_map_input_start"] = strconv.FormatInt(split.Start, 10)
		env["mapreduce_map_input_length"] = strconv.FormatInt(split.Length, 10)
	}
	return env
}

// splitLines returns what TextInputFormat and TextInputWriter make of a split.
func splitLines(t *testing.T, storage input.Storage, split input.Split) []byte {
	r, err := input.OpenSplit(storage, split, input.LineOptions{})
	require.NoError(t, err)
	defer r.Close()
	var lines []byte
	for r.Next() {
		lines = append(append(lines, r.Record()...), '\n')
	}
	require.NoError(t, r.Err())
	return lines
}

// textOutput returns what KeyOnlyTextOutputReader and TextOutputFormat make of stdout.
func textOutput(out []byte) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(out))
}

type testFrame struct{ key, value []byte }

func parseFrames(t testing.TB, out []byte) (frames []testFrame) {
	part := func() []byte {
		require.GreaterOrEqual(t, len(out), 4)
		end := 4 + int(int32(binary.BigEndian.Uint32(out)))
		require.GreaterOrEqual(t, len(out), end)
		b := out[4:end]
		out = out[end:]
		return b
	}
	for len(out) > 0 {
		frames = append(frames, testFrame{part(), part()})
	}
	return frames
}

func encodeFrames(frames []testFrame) (b []byte) {
	for _, f := range frames {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(f.key))), f.key...)
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(f.value))), f.value...)
	}
	return b
}

// hadoopSort sorts frames as BytesWritable are sorted. The order of equal keys is any.
func hadoopSort(frames []testFrame) []testFrame {
	frames = slices.Clone(frames)
	rand.Shuffle(len(frames), func(i, j int) { frames[i], frames[j] = frames[j], frames[i] })
	slices.SortFunc(frames, func(a, b testFrame) int { return bytes.Compare(a.key, b.key) })
	return frames
}

// binaryPartition is BinaryPartitioner with offsets 0 and 1.
func binaryPartition(key []byte, reducers int) int {
	if reducers == 1 {
		return 0
	}
	h := int32(1)
	for _, b := range key[:2] {
		h = 31*h + int32(int8(b))
	}
	return int(h&0x7fffffff) % reducers
}
