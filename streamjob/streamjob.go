package streamjob

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A streamJob turns the streaming options of a command line into the properties of a job,
// as Hadoop's class of this name does, and the properties into a job.
type streamJob struct {
	conf   *config
	args   []string
	stdout io.Writer
	log    *logger
	line   *commandLine

	verbose bool
	shipped []string // files of -file
	mapper  string
	combine string
	reducer string
}

// errUsage says that usage was asked for and printed.
var errUsage = errors.New("usage was printed")

// fail is StreamJob.fail.
func (s *streamJob) fail(format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	s.log.write([]byte(text + "\nTry -help for more information\n"))
	return &usageError{text}
}

// message is a line of -verbose.
func (s *streamJob) messagef(format string, args ...any) {
	if s.verbose {
		fmt.Fprintf(s.stdout, "STREAM: "+format+"\n", args...)
	}
}

// configure makes the job.
func (s *streamJob) configure() (*job, error) {
	for _, step := range []func() error{s.parse, s.shipFiles, s.deprecated, s.required, s.unqualify} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	j := &job{conf: s.conf, log: s.log, stdout: s.stdout}
	if err := s.fill(j); err != nil {
		return nil, err
	}
	return j, nil
}

// parse parses the streaming options.
func (s *streamJob) parse() error {
	line, err := parseStreaming(s.args)
	if err != nil {
		s.log.errorf("streaming.StreamJob", "%v", err)
		fmt.Fprint(s.stdout, usage(len(s.args) > 0 && s.args[0] == "-info"))
		return s.fail("")
	}
	if len(line.rest) > 0 {
		return s.fail("Found %d unexpected arguments on the command line [%s]", len(line.rest), strings.Join(line.rest, ", "))
	}
	s.line = line
	if line.has("help") || line.has("info") {
		fmt.Fprint(s.stdout, usage(line.has("info")))
		return errUsage
	}
	s.verbose = line.has("verbose")
	s.mapper, _ = line.first("mapper")
	s.combine, _ = line.first("combiner")
	s.reducer, _ = line.first("reducer")
	return nil
}

// shipFiles adds the files of -file to those of -files.
func (s *streamJob) shipFiles() error {
	files := s.line.values["file"]
	if len(files) == 0 {
		return nil
	}
	s.warnDeprecated("-file", "generic option -files")
	var uris []string
	for _, file := range files {
		uri := "file:" + absolute(file)
		if _, err := os.Stat(absolute(file)); err != nil {
			return s.fail("File: %s does not exist.", uri)
		}
		if file, err := filepath.EvalSymlinks(absolute(file)); err == nil {
			s.shipped = append(s.shipped, file)
		}
		uris = append(uris, uri)
	}
	if before, ok := s.conf.raw("tmpfiles"); ok && before != "" {
		uris = slices.Insert(uris, 0, before)
	}
	s.conf.set("tmpfiles", strings.Join(uris, ","))
	return nil
}

func (s *streamJob) warnDeprecated(option, instead string) {
	s.log.warnf("streaming.StreamJob", "%s option is deprecated, please use %s instead.", option, instead)
}

// deprecated takes the options that have become generic ones, and the environment.
func (s *streamJob) deprecated() error {
	if uri, ok := s.line.first("dfs"); ok {
		s.warnDeprecated("-dfs", "-fs")
		s.conf.set("fs.default.name", uri)
	}
	for option, to := range map[string]struct{ instead, property string }{
		"cacheArchive": {"-archives", "mapreduce.job.cache.archives"},
		"cacheFile":    {"-files", "mapreduce.job.cache.files"},
	} {
		if values := s.line.values[option]; len(values) > 0 {
			s.warnDeprecated("-"+option, to.instead)
			s.conf.set(to.property, strings.Join(values, ","))
		}
	}
	if values := s.line.values["jobconf"]; len(values) > 0 {
		s.warnDeprecated("-jobconf", "-D")
		for _, property := range values {
			name, value, ok := strings.Cut(property, "=")
			if !ok {
				return &uncaughtError{"java.lang.ArrayIndexOutOfBoundsException", "Index 1 out of bounds for length 1"}
			}
			s.conf.set(name, value)
		}
	}
	return nil
}

func (s *streamJob) required() error {
	if len(s.line.values["input"]) == 0 {
		return s.fail("Required argument: -input <name>")
	}
	if _, ok := s.line.first("output"); !ok {
		return s.fail("Required argument: -output ")
	}
	s.messagef("addTaskEnvironment=%s", s.taskEnvironment())
	s.messagef("shippedCanonFiles_=[%s]", strings.Join(s.shipped, ", "))
	return nil
}

// taskEnvironment returns the variables of -cmdenv behind the one that Hadoop empties.
func (s *streamJob) taskEnvironment() string {
	return strings.Join(append([]string{"HADOOP_ROOT_LOGGER="}, s.line.values["cmdenv"]...), " ")
}

// unqualify makes a program that is shipped by -file one of the working folder.
func (s *streamJob) unqualify() error {
	for _, command := range []*string{&s.mapper, &s.combine, &s.reducer} {
		if *command == "" {
			s.messagef("cmd=null")
			continue
		}
		program, args, _ := strings.Cut(*command, " ")
		file, err := filepath.EvalSymlinks(absolute(program))
		if err != nil {
			file = absolute(program)
		}
		shipped := slices.Contains(s.shipped, file)
		s.messagef("shipped: %t %s", shipped, file)
		if shipped {
			*command = strings.TrimRight(filepath.Base(program)+" "+args, " ")
		}
		s.messagef("cmd=%s", *command)
	}
	return nil
}

// fill is setJobConf: it sets the properties that follow from the options, and fills the job.
func (s *streamJob) fill(j *job) error {
	if file, ok := s.line.first("additionalconfspec"); ok {
		s.warnDeprecated("-additionalconfspec", "-conf")
		if err := addConfFile(s.conf, file); err != nil {
			return err
		}
	}
	j.output, _ = s.line.first("output")
	j.inputs = s.line.values["input"]
	j.lazy = s.line.has("lazyOutput")
	j.background = s.line.has("background")
	for _, step := range []func(*job) error{
		s.fillInput, s.fillIO, s.fillCommands, s.fillReduces, s.fillReducer, s.fillClasses, s.fillReader, s.fillOutput, s.fillPartitioner, s.fillSort, s.fillLimits,
	} {
		if err := step(j); err != nil {
			return err
		}
	}
	if len(s.shipped) > 0 { // there is no jar here, but what reads this line shall find it
		fmt.Fprintf(s.stdout, "packageJobJar: [%s] [] %s/streamjob.jar tmpDir=null\n", strings.Join(s.line.values["file"], ", "), javaTempDir)
	}
	s.listProperties()
	return nil
}

// listProperties prints all properties for -verbose.
func (s *streamJob) listProperties() {
	if !s.verbose {
		return
	}
	s.messagef("==== JobConf properties:")
	for _, name := range s.conf.names() {
		value, _ := s.conf.raw(name)
		s.messagef("%s=%s", name, value)
	}
	s.messagef("====")
	s.messagef("submitting to jobconf: %s", s.conf.text("mapreduce.jobtracker.address", "local"))
}

// resolveID returns the identifier of a property, which is text unless it is known.
func (s *streamJob) resolveID(property string) *identifier {
	name := s.conf.text(property, "text")
	for _, id := range identifiers {
		if strings.EqualFold(id.name, name) {
			return id
		}
	}
	return textID
}

// fillIO sets the forms of the pairs in pipes.
func (s *streamJob) fillIO(j *job) error {
	if name, ok := s.line.first("io"); ok {
		for _, property := range []string{"stream.map.input", "stream.map.output", "stream.reduce.input", "stream.reduce.output"} {
			s.conf.set(property, name)
		}
	}
	j.mapInput, j.mapOutput = s.resolveID("stream.map.input"), s.resolveID("stream.map.output")
	j.reduceInput, j.reduceOutput = s.resolveID("stream.reduce.input"), s.resolveID("stream.reduce.output")
	s.conf.set("stream.map.input.writer.class", j.mapInput.writerName)
	s.conf.set("stream.reduce.input.writer.class", j.reduceInput.writerName)
	s.conf.set("stream.map.output.reader.class", j.mapOutput.readName)
	s.conf.set("stream.reduce.output.reader.class", j.reduceOutput.readName)
	s.conf.set("stream.addenvironment", s.taskEnvironment())
	return nil
}

// fillReduces sets the number of reduce tasks.
func (s *streamJob) fillReduces(j *job) error {
	if text, ok := s.line.first("numReduceTasks"); ok {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return &usageError{text} // Hadoop says nothing either
		}
		s.conf.set("mapreduce.job.reduces", strconv.FormatInt(n, 10))
	}
	if s.reducer == "NONE" {
		s.conf.set("mapreduce.job.reduces", "0")
	}
	n, err := s.conf.integer("mapreduce.job.reduces", 1)
	if err != nil {
		return &usageError{err.Error()}
	}
	j.reduces = n
	return nil
}

// setCommand sets the properties of a command.
func (s *streamJob) setCommand(kind, command string) {
	s.conf.set("stream."+kind+".streamprocessor", url.QueryEscape(command))
}
