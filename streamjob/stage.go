package streamjob

import (
	"fmt"
	"strings"
)

// A stage is a mapper, combiner or reducer: a command, a class that is built in, or none.
type stage struct {
	command string
	class   stageClass
}

// A stageClass is a Java class that gomr has built in.
type stageClass int

const (
	noClass stageClass = iota
	identityClass
	aggregateClass
)

// stageClasses are the classes that may stand in the place of a command, by their role.
var stageClasses = map[string]map[string]stageClass{
	"mapper": {"org.apache.hadoop.mapred.lib.IdentityMapper": identityClass},
	"combiner": {
		"org.apache.hadoop.mapred.lib.IdentityReducer":                   identityClass,
		"org.apache.hadoop.mapred.lib.aggregate.ValueAggregatorCombiner": aggregateClass,
	},
	"reducer": {
		"org.apache.hadoop.mapred.lib.IdentityReducer":                  identityClass,
		"org.apache.hadoop.mapred.lib.aggregate.ValueAggregatorReducer": aggregateClass,
	},
}

// resolveStage tells a class from a command. A name of Hadoop's own packages is taken
// for a class, which it would be there.
func (s *streamJob) resolveStage(role, text string) (stage, error) {
	if text == "" {
		return stage{}, nil
	}
	if class, ok := stageClasses[role][text]; ok {
		return stage{class: class}, nil
	}
	if strings.HasPrefix(text, "org.apache.hadoop.") && !strings.ContainsAny(text, " /") {
		if strings.HasPrefix(text, "org.apache.hadoop.mapreduce.") {
			kind := map[string]string{"mapper": "Mapper", "combiner": "Reducer", "reducer": "Reducer"}[role]
			return stage{}, &uncaughtError{runtimeFailure, fmt.Sprintf("class %s not org.apache.hadoop.mapred.%s", text, kind)}
		}
		var known []string
		for name := range stageClasses[role] {
			known = append(known, name)
		}
		return stage{}, s.unsupported("-"+role, text, known)
	}
	return stage{command: text}, nil
}

// fillCommands sets mapper and combiner.
func (s *streamJob) fillCommands(j *job) (err error) {
	if j.mapper, err = s.resolveStage("mapper", s.mapper); err != nil {
		return err
	}
	if j.mapper.command != "" {
		s.conf.set("mapred.mapper.class", streamingPackage+"PipeMapper")
		s.conf.set("mapred.map.runner.class", streamingPackage+"PipeMapRunner")
		s.setCommand("map", s.mapper)
	} else {
		j.mapper.class = identityClass
	}
	if j.combiner, err = s.resolveStage("combiner", s.combine); err != nil {
		return err
	}
	if j.combiner.command != "" {
		s.conf.set("mapred.combiner.class", streamingPackage+"PipeCombiner")
		s.setCommand("combine", s.combine)
	}
	s.conf.set("mapred.mapper.new-api", "false")
	s.conf.set("mapred.reducer.new-api", "false")
	return nil
}

const streamingPackage = "org.apache.hadoop.streaming."

// fillReducer sets the reducer, where there are reduce tasks.
func (s *streamJob) fillReducer(j *job) (err error) {
	switch {
	case j.reduces == 0:
		j.combiner = stage{}
		return nil
	case strings.EqualFold(s.reducer, "aggregate"):
		j.reducer = stage{class: aggregateClass}
		j.combiner = stage{class: aggregateClass}
		return nil
	}
	if j.reducer, err = s.resolveStage("reducer", s.reducer); err != nil {
		return err
	}
	if j.reducer.command != "" {
		s.conf.set("mapred.reducer.class", streamingPackage+"PipeReducer")
		s.setCommand("reduce", s.reducer)
	} else if j.reducer.class == noClass {
		j.reducer.class = identityClass
	}
	return nil
}

// fillClasses sets the classes of the keys and values between the stages and in the output.
func (s *streamJob) fillClasses(j *job) error {
	mapID, mapGiven := j.mapOutput, s.isSet("stream.map.output")
	_, reduceGiven := j.reduceOutput, s.isSet("stream.reduce.output")
	if j.mapper.command != "" || mapGiven {
		s.setClasses("mapreduce.map.output", mapID)
		if j.reduces == 0 {
			s.setClasses("mapreduce.job.output", mapID)
		}
	}
	if j.reducer.command != "" || reduceGiven {
		s.setClasses("mapreduce.job.output", j.reduceOutput)
	}
	var err error
	if j.outKey, err = s.classOf("mapreduce.job.output.key.class", longClass); err != nil {
		return err
	}
	if j.outValue, err = s.classOf("mapreduce.job.output.value.class", textClass); err != nil {
		return err
	}
	if j.mapKey, err = s.classOf("mapreduce.map.output.key.class", j.outKey); err != nil {
		return err
	}
	j.mapValue, err = s.classOf("mapreduce.map.output.value.class", j.outValue)
	return err
}

func (s *streamJob) isSet(property string) bool {
	_, ok := s.conf.raw(property)
	return ok
}

func (s *streamJob) setClasses(prefix string, id *identifier) {
	s.conf.set(prefix+".key.class", id.key.name)
	s.conf.set(prefix+".value.class", id.value.name)
}

// classOf returns the class that a property names.
func (s *streamJob) classOf(property string, other *class) (*class, error) {
	name, ok := s.conf.lookup(property)
	if !ok {
		return other, nil
	}
	if c := classNamed(strings.TrimSpace(name)); c != nil {
		return c, nil
	}
	var known []string
	for _, c := range classes {
		known = append(known, c.name)
	}
	return nil, s.unsupported(property, name, known)
}

// unsupported tells that a class is not built in. For the user it is an option that is wrong.
func (s *streamJob) unsupported(option, name string, known []string) error {
	err := &unsupportedError{option, name, known}
	return s.fail("%s", err.Error())
}
