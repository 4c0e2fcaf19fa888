package streamjob

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr/input"
	"github.com/gomr/gomr/seqfile"
)

// tools are the commands of the streaming jar besides jobs.
var tools = map[string]func(args []string, options Options, log *logger) (int, error){
	"dumptb": dumpTypedBytes,
	"loadtb": loadTypedBytes,
}

const (
	dumpUsage = "Usage: mapred streaming dumptb <glob-pattern>\n" +
		"  Dumps all files that match the given pattern to standard output as typed bytes.\n" +
		"  The files can be text or sequence files\n"
	loadUsage = "Usage: mapred streaming loadtb <path>\n" +
		"  Reads typed bytes from standard input and stores them in a sequence file in\n" +
		"  the specified path\n"
)

// toolFailed is the exit code of -1.
const toolFailed = 255

// dumpTypedBytes prints the pairs of the first match of a pattern, or of the files of such a
// folder, as typed bytes.
func dumpTypedBytes(args []string, options Options, log *logger) (int, error) {
	if len(args) == 0 {
		log.write([]byte("Too few arguments!\n"))
		fmt.Fprint(options.Stdout, dumpUsage)
		return ExitFailed, nil
	}
	j := &job{conf: newConfig(), log: log, files: storage{hdfs.Local("/")}, format: inputFormats["AutoInputFormat"]}
	files, err := j.firstMatch(pathOf(args[0]))
	var missing *input.MissingError
	switch {
	case errors.As(err, &missing) && missing.Pattern:
		return toolFailed, nil
	case missing != nil:
		return ExitFailed, &uncaughtError{fileNotFound, "File " + qualify(args[0]) + " does not exist"}
	case err != nil:
		return ExitFailed, &uncaughtError{ioFailure, err.Error()}
	}
	out := bufio.NewWriterSize(options.Stdout, outputBuffer)
	for _, file := range files {
		if err := j.dump(file, out); err != nil {
			return ExitFailed, &uncaughtError{ioFailure, err.Error()}
		}
	}
	return ExitOK, out.Flush()
}

// firstMatch returns the first file that a pattern names, or all files of such a folder.
func (j *job) firstMatch(pattern string) ([]string, error) {
	matches, err := input.Glob(j.files, pattern)
	if err != nil {
		return nil, err
	}
	name := matches[0]
	info, err := j.files.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	entries, err := j.files.ReadDir(name)
	var files []string
	for _, entry := range entries {
		files = append(files, path.Join(name, entry.Name()))
	}
	return files, err
}

func (j *job) dump(file string, out *bufio.Writer) error {
	t := &task{ctx: context.Background(), job: j, conf: j.conf}
	in, err := j.format.open(t, split{Split: input.Split{File: file, Length: math.MaxInt64}})
	if err != nil {
		return err
	}
	defer in.Close()
	key, value := in.classes()
	var b []byte
	for in.Next() {
		b = value.appendTyped(key.appendTyped(b[:0], in.Key()), in.Value())
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	return in.Err()
}

// loadTypedBytes stores typed bytes of the standard input in a sequence file.
func loadTypedBytes(args []string, options Options, log *logger) (int, error) {
	if len(args) == 0 {
		log.write([]byte("Too few arguments!\n"))
		fmt.Fprint(options.Stdout, loadUsage)
		return ExitFailed, nil
	}
	name := pathOf(args[0])
	if _, err := os.Stat(name); err == nil {
		log.write([]byte("given path exists already!\n"))
		return toolFailed, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return ExitFailed, &uncaughtError{ioFailure, err.Error()}
	}
	err = storeTyped(options.Stdin, file)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return ExitFailed, &uncaughtError{ioFailure, err.Error()}
	}
	return ExitOK, nil
}

func storeTyped(in io.Reader, file io.Writer) error {
	if in == nil {
		in = bytes.NewReader(nil)
	}
	buffered := bufio.NewWriterSize(file, outputBuffer)
	w, err := seqfile.NewWriter(buffered, seqfile.Header{
		KeyClass: typedBytesClass.name, ValueClass: typedBytesClass.name,
		Compression: seqfile.Record, CodecClass: codecPackage + "DefaultCodec",
	}, seqfile.WriterOptions{})
	if err != nil {
		return err
	}
	var k, v []byte
	err = readTypedPairs(in, func(key, value []byte) error {
		k, v = typedBytesClass.appendWritable(k[:0], key), typedBytesClass.appendWritable(v[:0], value)
		return w.Append(k, v)
	})
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = buffered.Flush()
	}
	return err
}
