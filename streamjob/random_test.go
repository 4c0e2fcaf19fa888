package streamjob_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A generator makes random scenarios, and the inputs and scripts that they use.
type generator struct {
	t      *testing.T
	random *rand.Rand
	dir    string
}

func (g *generator) pick(choices ...string) string { return choices[g.random.IntN(len(choices))] }

func (g *generator) chance(percent int) bool { return g.random.IntN(100) < percent }

// word returns a key or field.
func (g *generator) word() string {
	return g.pick("a", "b", "cc", "", "k1", "k2", "k10", "-3", "007", "7", "1.50", "1.5", "Z", "é", "\xff", "x y", "0", "-0", "12x", "long-long-long-key")
}

// input writes an input of one to three files of distinct sizes, and returns its name.
func (g *generator) input(name string) string {
	sizes := map[int]bool{}
	for i := range 1 + g.random.IntN(3) {
		var text strings.Builder
		lines := g.pick("0", "1", "13", "40", "300", "2000")
		n := 0
		_, _ = fmt.Sscan(lines, &n)
		for range n {
			fields := []string{g.word()}
			for range g.random.IntN(4) {
				fields = append(fields, g.word())
			}
			text.WriteString(strings.Join(fields, "\t"))
			text.WriteString(g.pick("\n", "\n", "\n", "\n", "\n", "\n", "\r\n", "\r"))
		}
		for sizes[text.Len()] {
			text.WriteByte('x')
		}
		sizes[text.Len()] = true
		file := filepath.Join(g.dir, name, fmt.Sprint("f", i))
		require.NoError(g.t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(g.t, os.WriteFile(file, []byte(text.String()), 0o644))
	}
	return name
}

// keySpec returns options of a comparator or partitioner.
func (g *generator) keySpec() string {
	var specs []string
	for range 1 + g.random.IntN(2) {
		spec := fmt.Sprint("-k", 1+g.random.IntN(3))
		if g.chance(20) {
			spec += fmt.Sprint(".", 1+g.random.IntN(3))
		}
		spec += g.pick("", "n", "r", "nr")
		if g.chance(50) {
			spec += fmt.Sprint(",", 1+g.random.IntN(3))
			if g.chance(20) {
				spec += fmt.Sprint(".", g.random.IntN(3))
			}
			spec += g.pick("", "n", "r")
		}
		specs = append(specs, spec)
	}
	if g.chance(20) {
		specs = append(specs, g.pick("-n", "-r", "-nr"))
	}
	return strings.Join(specs, " ")
}

// scenario makes a command line.
func (g *generator) scenario(name string) scenario {
	var properties, options []string
	set := func(property, value string) { properties = append(properties, "-D", property+"="+value) }
	options = append(options, "-input", g.input("in-"+name))
	reduces := g.random.IntN(4)
	set("mapreduce.job.reduces", strconv.Itoa(reduces))
	if g.chance(40) {
		set("stream.num.map.output.key.fields", strconv.Itoa(1+g.random.IntN(3)))
	}
	if g.chance(15) {
		set("stream.num.reduce.output.key.fields", "2")
	}
	if g.chance(15) {
		set("stream.map.output.field.separator", g.pick(",", " ", "1", "k1"))
	}
	if g.chance(15) {
		set("stream.reduce.output.field.separator", g.pick(",", ":", "-"))
	}
	if g.chance(15) {
		set("mapreduce.output.textoutputformat.separator", g.pick(",", " ", "=="))
	}
	if g.chance(25) {
		options = append(options, "-io", g.pick("text", "rawbytes", "typedbytes", "keyonlytext"))
	}
	if g.chance(25) {
		set("mapreduce.job.output.key.comparator.class", "org.apache.hadoop.mapred.lib.KeyFieldBasedComparator")
		set("mapreduce.partition.keycomparator.options", g.keySpec())
	}
	if g.chance(25) {
		options = append(options, "-partitioner", "org.apache.hadoop.mapred.lib.KeyFieldBasedPartitioner")
		set("mapreduce.partition.keypartitioner.options", g.keySpec())
	}
	if g.chance(25) {
		options = append(options, "-inputformat", g.pick("TextInputFormat", "KeyValueTextInputFormat", "AutoInputFormat"))
	}
	if g.chance(30) {
		options = append(options, "-combiner", g.pick("cat", "tac", "uniq", "head -3"))
	}
	if g.chance(20) {
		set("mapreduce.task.io.sort.mb", "1")
	}
	if g.chance(10) {
		set("mapreduce.task.io.sort.factor", "2")
	}
	options = append(options, "-mapper", g.pick("cat", "cat", "cat", "sed s/k/kk/", "tr a-z A-Z", "awk {print;print}"))
	if g.chance(85) {
		options = append(options, "-reducer", g.pick("cat", "cat", "cat", "uniq -c", "wc -l", "cut -f1"))
	}
	return scenario{name, append(properties, options...)}
}

// big makes a scenario whose map tasks spill several times.
func (g *generator) big(name string) scenario {
	var text strings.Builder
	for text.Len() < 4<<20 {
		fmt.Fprintf(&text, "key%d\tvalue %d %s\n", g.random.IntN(500), text.Len(), strings.Repeat("x", g.random.IntN(60)))
	}
	file := filepath.Join(g.dir, "in-"+name)
	require.NoError(g.t, os.WriteFile(file, []byte(text.String()), 0o644))
	args := []string{
		"-D", "mapreduce.task.io.sort.mb=1", "-D", fmt.Sprint("mapreduce.job.reduces=", 1+g.random.IntN(3)),
		"-D", fmt.Sprint("mapreduce.task.io.sort.factor=", 2+g.random.IntN(9)), "-D", "mapreduce.map.sort.spill.percent=" + g.pick("0.8", "0.7", "0.9"), // with less than 0.6 Hadoop's spills depend on time
		"-input", "in-" + name, "-mapper", "cat", "-reducer", "cat",
	}
	if g.chance(50) {
		args = append(args, "-combiner", g.pick("cat", "tac"))
	}
	return scenario{name, args}
}
