package streaming

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr/input"
)

// benchmarkText returns lines of words whose counts are skewed as those of a language are.
func benchmarkText(size int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	words := rand.NewZipf(r, 1.1, 2, 200_000)
	var text []byte
	for len(text) < size {
		for range 12 {
			text = fmt.Appendf(text, "w%x ", words.Uint64())
		}
		text[len(text)-1] = '\n'
	}
	return text
}

// BenchmarkMapTask counts the words of a text; its figure is bytes of text.
func BenchmarkMapTask(b *testing.B) {
	text := benchmarkText(16 << 20)
	for _, family := range []string{"Merge", "Reduce", "LinesOnly"} {
		b.Run(family, func(b *testing.B) {
			job := testJob(family)
			env := attemptOf(MapTask, 0, 1, job.Steps()[0].Reducers, input.Split{File: "/in"})
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				stdio := Stdio{bytes.NewReader(text), io.Discard, io.Discard}
				require.NoError(b, RunTask(b.Context(), job, TaskCommand{Kind: MapTask, Family: family}, stdio, func(name string) string { return env[name] }))
			}
		})
	}
}

// BenchmarkReduceTask adds up the counts of 16 map tasks; its figure is bytes of frames.
func BenchmarkReduceTask(b *testing.B) {
	const maps = 16
	var texts []string
	for range maps {
		texts = append(texts, string(benchmarkText(1<<20)))
	}
	frames := mapLines(b, TaskCommand{Family: "MergeReduce"}, texts...)
	stream := encodeFrames(frames)
	job, env := testJob("MergeReduce"), attemptOf(ReduceTask, 0, maps, 1, input.Split{})
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		stdio := Stdio{bytes.NewReader(stream), io.Discard, io.Discard}
		require.NoError(b, RunTask(b.Context(), job, TaskCommand{Kind: ReduceTask, Family: "MergeReduce"}, stdio, func(name string) string { return env[name] }))
	}
	b.ReportMetric(float64(len(frames))*float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}
