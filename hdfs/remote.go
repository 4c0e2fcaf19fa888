package hdfs

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/colinmarc/hdfs/v2"
)

// A RemoteError is what the namenode answered instead of doing the call. It works
// with [errors.Is] and the errors of io/fs where one of them says the same.
type RemoteError struct {
	Exception string // the Java class, such as org.apache.hadoop.security.AccessControlException
	Message   string // its message without the stack trace
	kind      error  // what errors.Is finds, or nil
}

// Error returns the message, and the class where the message alone would not tell what is wrong.
func (e *RemoteError) Error() string {
	switch {
	case e.kind == nil:
		return e.Message + " (" + e.Exception + ")"
	case e.Message == "":
		return e.kind.Error()
	case errors.Is(e.kind, fs.ErrNotExist), errors.Is(e.kind, fs.ErrExist):
		return e.kind.Error() // the path beside it says the rest
	default:
		return e.Message
	}
}

// Unwrap returns the error of io/fs or package syscall that says the same, or nil.
func (e *RemoteError) Unwrap() error { return e.kind }

// kinds are the exceptions of the namenode that package os has an error for.
var kinds = map[string]error{
	"java.io.FileNotFoundException":                                       fs.ErrNotExist,
	"org.apache.hadoop.fs.FileAlreadyExistsException":                     fs.ErrExist,
	"org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException":        fs.ErrExist,
	"org.apache.hadoop.security.AccessControlException":                   fs.ErrPermission,
	"org.apache.hadoop.fs.PathIsNotEmptyDirectoryException":               syscall.ENOTEMPTY,
	"org.apache.hadoop.fs.ParentNotDirectoryException":                    syscall.ENOTDIR,
	"org.apache.hadoop.HadoopIllegalArgumentException":                    fs.ErrInvalid,
	"org.apache.hadoop.fs.InvalidPathException":                           fs.ErrInvalid,
	"org.apache.hadoop.hdfs.protocol.NSQuotaExceededException":            syscall.EDQUOT,
	"org.apache.hadoop.hdfs.protocol.DSQuotaExceededException":            syscall.EDQUOT,
	"org.apache.hadoop.hdfs.protocol.QuotaByStorageTypeExceededException": syscall.EDQUOT,
	"org.apache.hadoop.hdfs.server.namenode.SafeModeException": errors.New(
		"the namenode is in safe mode: wait, or see hdfs dfsadmin -safemode get"),
}

// An exception is an [hdfs.Error], which does not say that it is an error.
type exception interface {
	error
	hdfs.Error
}

// remoteError turns an answer of the namenode into a [*RemoteError]; another error stays
// what it is.
func remoteError(err error) error {
	remote, ok := errors.AsType[exception](err)
	if !ok {
		return err
	}
	message, _, _ := strings.Cut(remote.Message(), "\n")
	kind := kinds[remote.Exception()]
	// What checks permissions on the way down says so of a path that leads through a file.
	if errors.Is(kind, fs.ErrPermission) && strings.HasSuffix(message, "(is not a directory)") {
		kind = syscall.ENOTDIR
	}
	return &RemoteError{Exception: remote.Exception(), Message: message, kind: kind}
}

// errMissing is the namenode's answer where nothing has the name.
var errMissing = &RemoteError{Exception: "java.io.FileNotFoundException", kind: fs.ErrNotExist}

// A callOutcome says what is known of a call that failed.
type callOutcome int

const (
	refused   callOutcome = iota // the namenode answered: it is not done, and never will be
	notDone                      // not done, and worth another try
	mayBeDone                    // no answer came
)

// answers are the errors that the library makes of exceptions, see its error.go.
var answers = []error{fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, fs.ErrInvalid, syscall.ENOTEMPTY}

// outcome reads from an error what became of the call.
func outcome(err error) callOutcome {
	if dial, ok := errors.AsType[*dialError](err); ok {
		return dial.outcome
	}
	if remote, ok := errors.AsType[exception](err); ok {
		switch remote.Exception() {
		case "org.apache.hadoop.ipc.RetriableException", "org.apache.hadoop.ipc.StandbyException":
			return notDone
		}
		return refused
	}
	if _, ok := errors.AsType[*RemoteError](err); ok {
		return refused
	}
	if slices.ContainsFunc(answers, func(answer error) bool { return errors.Is(err, answer) }) {
		return refused
	}
	// The library's text where it could not even send; it has no type for it.
	if strings.Contains(err.Error(), "no available namenodes") {
		return notDone
	}
	return mayBeDone
}

// A dialError says that there was no connection, so a call was not begun.
type dialError struct {
	err     error
	outcome callOutcome
}

func (e *dialError) Error() string { return e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// dialFailed says which namenodes were tried, and what to look at.
func (s *settings) dialFailed(err error) error {
	failed := &dialError{err, outcome(err)}
	if failed.outcome == mayBeDone {
		failed.outcome = notDone
	}
	where := strings.Join(s.addresses, ", ")
	_, noLogin := errors.AsType[*loginError](err)
	switch {
	case errors.Is(err, net.ErrClosed), noLogin:
	case failed.outcome == refused:
		failed.err = fmt.Errorf("the namenode at %s refuses the connection: %w", where, remoteError(err))
	case !s.kerberos && !strings.Contains(err.Error(), "dial "):
		// A namenode that asks for Kerberos says so in a way that the library does not read.
		failed.err = fmt.Errorf("the namenode at %s hangs up on user %s: check that the port is its RPC port, "+
			"and set hadoop.security.authentication to kerberos in core-site.xml if the cluster asks for Kerberos: %w", where, s.user, err)
	default:
		failed.err = fmt.Errorf("no namenode answers at %s (fs.defaultFS is %s): check that HDFS runs there and can be reached: %w",
			where, s.defaultFS, explainKerberos(err))
	}
	return failed
}
