package streamjob_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr/input"
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

// input writes an input of some files of distinct sizes, whose order does not depend on the disk then.
// It returns their codec.
func (g *generator) input(name string, files int) (codec string) {
	codec = g.pick("", "", "", input.Gzip, input.Bzip2)
	sizes := map[int]bool{}
	for i := range files {
		text := g.text()
		stored := g.compressed(codec, text)
		for sizes[len(stored)] {
			text += strconv.Itoa(g.random.IntN(1e9))
			stored = g.compressed(codec, text)
		}
		sizes[len(stored)] = true
		file := filepath.Join(g.dir, name, fmt.Sprint("f", i, input.Suffix(codec)))
		require.NoError(g.t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(g.t, os.WriteFile(file, stored, 0o644))
	}
	return codec
}

func (g *generator) text() string {
	var text strings.Builder
	lines, err := strconv.Atoi(g.pick("0", "1", "13", "40", "300", "2000"))
	require.NoError(g.t, err)
	for range lines {
		fields := []string{g.word()}
		for range g.random.IntN(4) {
			fields = append(fields, g.word())
		}
		text.WriteString(strings.Join(fields, "\t"))
		text.WriteString(g.pick("\n", "\n", "\n", "\n", "\n", "\n", "\r\n", "\r"))
	}
	return text.String()
}

// compressed returns text as a codec has it, in one piece or several.
func (g *generator) compressed(codec, text string) []byte {
	if codec == "" {
		return []byte(text)
	}
	var stored bytes.Buffer
	for first := true; first || text != ""; first = false {
		size := len(text)
		if g.chance(70) {
			size = g.random.IntN(size + 1)
		}
		w, err := input.NewWriter(codec, &stored)
		require.NoError(g.t, err)
		_, err = w.Write([]byte(text[:size]))
		require.NoError(g.t, errors.Join(err, w.Close()))
		text = text[size:]
	}
	return stored.Bytes()
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

// A commandLine is the options of a scenario; those of properties come first.
type commandLine struct{ properties, options []string }

func (c *commandLine) set(property, value string) {
	c.properties = append(c.properties, "-D", property+"="+value)
}

func (c *commandLine) add(options ...string) { c.options = append(c.options, options...) }

// scenario makes a command line.
func (g *generator) scenario(name string) scenario {
	var c commandLine
	files := 1 + g.random.IntN(3)
	codec := g.input("in-"+name, files)
	c.add("-input", "in-"+name)
	g.addFields(&c)
	g.addOrder(&c)
	g.addInputFormat(&c, files, codec)
	g.addOutputFormat(&c)
	g.addCommands(&c, files)
	return scenario{name, append(c.properties, c.options...)}
}

// addFields adds what divides lines into keys and values.
func (g *generator) addFields(c *commandLine) {
	if g.chance(40) {
		c.set("stream.num.map.output.key.fields", strconv.Itoa(1+g.random.IntN(3)))
	}
	if g.chance(15) {
		c.set("stream.num.reduce.output.key.fields", "2")
	}
	if g.chance(15) {
		c.set("stream.map.output.field.separator", g.pick(",", " ", "1", "k1"))
	}
	if g.chance(15) {
		c.set("stream.reduce.output.field.separator", g.pick(",", ":", "-"))
	}
	if g.chance(10) {
		c.set("stream.map.input.field.separator", g.pick(",", "::", " "))
	}
	if g.chance(10) {
		c.set("stream.reduce.input.field.separator", g.pick(",", "::", " "))
	}
	if g.chance(10) {
		c.set("stream.map.input.ignoreKey", g.pick("true", "false"))
	}
	if g.chance(25) {
		c.add("-io", g.pick("text", "rawbytes", "typedbytes", "keyonlytext"))
	}
	for _, end := range []string{"stream.map.output", "stream.reduce.input", "stream.reduce.output"} {
		if g.chance(5) {
			c.set(end, g.pick("text", "rawbytes", "typedbytes", "keyonlytext"))
		}
	}
}

// addOrder adds the number of reduce tasks, a comparator, and a partitioner.
func (g *generator) addOrder(c *commandLine) {
	if reduces := strconv.Itoa(g.random.IntN(5)); g.chance(80) {
		c.set("mapreduce.job.reduces", reduces)
	} else {
		c.add("-numReduceTasks", reduces)
	}
	if g.chance(25) {
		c.set("mapreduce.job.output.key.comparator.class", "org.apache.hadoop.mapred.lib.KeyFieldBasedComparator")
		c.set("mapreduce.partition.keycomparator.options", g.keySpec())
	}
	if g.chance(25) {
		c.add("-partitioner", "org.apache.hadoop.mapred.lib.KeyFieldBasedPartitioner")
		if g.chance(80) {
			c.set("mapreduce.partition.keypartitioner.options", g.keySpec())
		} else {
			c.set("num.key.fields.for.partition", strconv.Itoa(g.random.IntN(4)))
		}
	}
	if g.chance(10) {
		c.set("mapreduce.map.output.key.field.separator", g.pick(",", " ", "k", "."))
	}
	if g.chance(20) {
		c.set("mapreduce.task.io.sort.mb", "1")
	}
	if g.chance(10) {
		c.set("mapreduce.task.io.sort.factor", "2")
	}
	if g.chance(10) {
		c.set("mapreduce.map.output.compress", "true")
		c.set("mapreduce.map.output.compress.codec", codecPackage+g.pick("DefaultCodec", "GzipCodec", "BZip2Codec"))
	}
}

const codecPackage = "org.apache.hadoop.io.compress."

// addInputFormat adds how an input of some files becomes splits and records. Splits of several files may be equally
// long, and their order is up to the disk then. NLineInputFormat loses records of compressed files in Hadoop.
func (g *generator) addInputFormat(c *commandLine, files int, codec string) {
	if files == 1 && g.chance(30) {
		c.set("mapreduce.job.maps", strconv.Itoa(1+g.random.IntN(5)))
	}
	if files == 1 && g.chance(15) {
		c.set("fs.local.block.size", g.pick("100", "1024", "5000"))
	}
	if g.chance(10) {
		c.set("mapreduce.input.fileinputformat.split.minsize", g.pick("0", "500", "4096"))
	}
	if g.chance(10) {
		c.set("textinputformat.record.delimiter", g.pick("a", "\\x09", "k1", "\\x0d\\x0a"))
	}
	if g.chance(5) {
		c.set("mapreduce.input.linerecordreader.line.maxlength", g.pick("5", "12"))
	}
	switch format := g.pick("", "", "", "", "TextInputFormat", "KeyValueTextInputFormat", "KeyValueTextInputFormat", "AutoInputFormat", "org.apache.hadoop.mapred.lib.NLineInputFormat"); format {
	case "":
	case "org.apache.hadoop.mapred.lib.NLineInputFormat":
		if files > 1 || codec != "" {
			return
		}
		c.set("mapreduce.input.lineinputformat.linespermap", g.pick("1", "7", "100"))
		c.add("-inputformat", format)
	default:
		c.add("-inputformat", format)
	}
	if g.chance(10) {
		c.set("mapreduce.input.keyvaluelinerecordreader.key.value.separator", g.pick(",", "k", " "))
	}
}

// addOutputFormat adds how the output is written.
func (g *generator) addOutputFormat(c *commandLine) {
	if g.chance(15) {
		c.set("mapreduce.output.textoutputformat.separator", g.pick(",", " ", "=="))
	}
	if g.chance(15) {
		c.set("mapreduce.output.fileoutputformat.compress", "true")
		c.set("mapreduce.output.fileoutputformat.compress.codec", codecPackage+g.pick("DefaultCodec", "GzipCodec", "BZip2Codec"))
		if g.chance(50) {
			c.set("mapreduce.output.fileoutputformat.compress.type", g.pick("NONE", "RECORD", "BLOCK"))
		}
	}
	if g.chance(10) {
		c.add("-outputformat", "org.apache.hadoop.mapred."+g.pick("TextOutputFormat", "SequenceFileOutputFormat"))
	}
	if g.chance(10) {
		c.add("-lazyOutput")
	}
}

// The scripts of scenarios, by name.
var randomScripts = map[string]string{
	"counters.sh": "cat; echo reporter:counter:mine,seen,3 >&2; echo reporter:status:fine >&2; echo noise >&2",
	"exit3.sh":    "cat; exit 3",
	"env.sh":      "cat >/dev/null; env | grep -E '^(X|mapreduce_job_reduces|mapreduce_task_partition|mapreduce_task_ismap|mapreduce_map_input_.*|stream_.*)=' | grep -v command | LC_ALL=C sort",
	"values.sh": `awk -F '\t' '{ print "LongValueSum:" $1 "\t" length($2); print "UniqValueCount:" $1 "\t" $2; print "ValueHistogram:h\t" $1
print "LongValueMax:m\t" NR; print "StringValueMin:s\t" $1; print "StringValueMax:" $2 "\t" $1; print "DoubleValueSum:d\t" 1.5 }'`,
}

// addCommands adds what maps, combines and reduces, and how it fails. Map tasks that write the same have outputs of
// the same size, whose order changes in Hadoop from run to run.
func (g *generator) addCommands(c *commandLine, files int) {
	for name, text := range randomScripts {
		require.NoError(g.t, os.WriteFile(filepath.Join(g.dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755))
	}
	if g.chance(10) {
		c.add("-cmdenv", "X="+g.pick("1", "a=b", "a b", ""))
	}
	if g.chance(50) {
		c.set("stream.non.zero.exit.is.failure", g.pick("true", "false"))
	}
	if g.chance(8) {
		c.add("-mapper", place+"/values.sh", "-reducer", "aggregate")
		return
	}
	script := func(name string) string { return place + "/" + name }
	if g.chance(30) {
		c.add("-combiner", g.pick("cat", "tac", "uniq", "head -3", "org.apache.hadoop.mapred.lib.IdentityReducer"))
	}
	mapper := g.pick("cat", "cat", "cat", "cat", "sed s/k/kk/", "tr a-z A-Z", "awk {print;print}",
		"org.apache.hadoop.mapred.lib.IdentityMapper", script("counters.sh"), script("exit3.sh"), script("env.sh"))
	if files > 1 && mapper == script("env.sh") {
		mapper = "cat"
	}
	c.add("-mapper", mapper)
	if g.chance(85) {
		c.add("-reducer", g.pick("cat", "cat", "cat", "cat", "uniq -c", "wc -l", "cut -f1", "NONE",
			"org.apache.hadoop.mapred.lib.IdentityReducer", script("counters.sh"), script("exit3.sh"), script("env.sh")))
	}
}

// broken makes a command line with a mistake, or a few.
func (g *generator) broken(name string) scenario {
	s := g.scenario(name)
	for first := true; first || g.chance(30); first = false {
		i, j := g.random.IntN(len(s.args)), g.random.IntN(len(s.args))
		switch g.random.IntN(5) {
		case 0:
			s.args = slices.Delete(s.args, i, i+1)
		case 1:
			s.args = slices.Insert(s.args, i, s.args[i])
		case 2:
			s.args[i], s.args[j] = s.args[j], s.args[i]
		case 3:
			s.args[i] += g.pick("x", "=", " ", "s")
		case 4:
			s.args[i] = g.pick("", "x", "-1", "3", "no/such", "-", "--", "-x", "-verbose", "-D", "-files", "-conf", "-info", "-debug", "a=b", "true", "org.apache.hadoop.mapred.lib.HashPartitioner")
		}
	}
	return s
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
