package streamjob

import (
	"fmt"
	"strings"
)

// An uncaughtError is an exception that ends Hadoop's client with its stack: code 1,
// and no "Streaming Command Failed!".
type uncaughtError struct{ class, text string }

func (e *uncaughtError) Error() string {
	if e.text == "" {
		return e.class
	}
	return e.class + ": " + e.text
}

// A usageError is an IllegalArgumentException of StreamJob: code 1. Its text is written already.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// A submitError is an error between the options and the first task. Its class decides
// the exit code.
type submitError struct {
	class string // of the exception: "" for any other IOException
	text  string
}

func (e *submitError) Error() string { return e.text }

// The classes of exceptions that have exit codes of their own.
const (
	fileNotFound    = "java.io.FileNotFoundException"
	invalidJobConf  = "org.apache.hadoop.mapred.InvalidJobConfException"
	illegalArgument = "java.lang.IllegalArgumentException"
	runtimeFailure  = "java.lang.RuntimeException"
	ioFailure       = "java.io.IOException"
)

// A taskError is what made a task fail.
type taskError struct {
	class string
	text  string
	cause error
}

func (e *taskError) Error() string {
	text := e.class
	if e.text != "" {
		text += ": " + e.text
	}
	if e.cause != nil {
		text += "\nCaused by: " + e.cause.Error()
	}
	return text
}

func (e *taskError) Unwrap() error { return e.cause }

// ioErrorf returns an IOException of a task.
func ioErrorf(format string, args ...any) error {
	return &taskError{class: ioFailure, text: fmt.Sprintf(format, args...)}
}

// An unsupportedError says that a Java class is none of those that are built in.
// It stands where Hadoop would load the class.
type unsupportedError struct {
	option, class string
	supported     []string
}

func (e *unsupportedError) Error() string {
	return fmt.Sprintf("%s : class not found : %s\ngomr runs no Java; it has these classes built in: %s", e.option, e.class, strings.Join(e.supported, ", "))
}
