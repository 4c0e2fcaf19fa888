package streamjob

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/gomr/gomr/hdfs"
)

// A committer moves the files of tasks into the output, as Hadoop's FileOutputCommitter
// does, but in a hidden folder beside it, which takes the output's name at the end.
type committer struct {
	files hdfs.FileSystem
	final string // the output
	temp  string // what becomes the output
	mark  bool   // whether a complete output gets _SUCCESS
	late  bool   // tasks are committed only with the job (algorithm version 1)
}

// checkOutput refuses an output that is there.
func (c *committer) checkOutput() error {
	_, err := c.files.Stat(c.final)
	switch {
	case err == nil:
		return &submitError{text: fmt.Sprintf("Output directory %s already exists", qualify(c.final))}
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

func (c *committer) setup() error {
	const folder = 0o777
	if err := hdfs.CleanTemp(c.files, c.final, c.temp); err != nil {
		return err
	}
	return c.files.MkdirAll(c.temp, folder)
}

// attemptDir is the folder of the files of an attempt.
func (c *committer) attemptDir(attempt string) string {
	return path.Join(c.temp, "_temporary/0/_temporary", attempt)
}

// setupTask makes the folder of an attempt.
func (c *committer) setupTask(attempt string) error {
	return c.files.MkdirAll(c.attemptDir(attempt), 0o777)
}

// create makes a file of an attempt.
func (c *committer) create(attempt, name string) (io.WriteCloser, error) {
	return c.files.Create(path.Join(c.attemptDir(attempt), name))
}

// commitTask moves the files of an attempt into the output, also those that its commands
// have put beside its part.
func (c *committer) commitTask(attempt string) error {
	return c.mergeInto(c.attemptDir(attempt), c.temp)
}

func (c *committer) mergeInto(from, to string) error {
	entries, err := c.files.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		source, target := path.Join(from, entry.Name()), path.Join(to, entry.Name())
		info, err := c.files.Stat(target)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = c.files.Rename(source, target)
		case err != nil:
		case info.IsDir() && entry.IsDir():
			err = c.mergeInto(source, target)
		default:
			if err = c.files.RemoveAll(target); err == nil {
				err = c.files.Rename(source, target)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// abortTask removes the files of an attempt.
func (c *committer) abortTask(attempt string) error {
	return c.files.RemoveAll(c.attemptDir(attempt))
}

// commitJob gives a complete output its name.
func (c *committer) commitJob() error {
	if err := c.files.RemoveAll(path.Join(c.temp, "_temporary")); err != nil {
		return err
	}
	if !c.mark {
		return c.files.Rename(c.temp, c.final)
	}
	success, err := c.files.Create(path.Join(c.temp, hdfs.Success))
	if err != nil {
		return err
	}
	if err := success.Close(); err != nil {
		return err
	}
	return hdfs.CommitDir(c.files, c.temp, c.final)
}

// failJob leaves what Hadoop leaves of a failed job: a folder with the parts of tasks that
// were done, unless those are committed late, and no _SUCCESS.
func (c *committer) failJob() error {
	if c.late {
		if err := c.files.RemoveAll(c.temp); err != nil {
			return err
		}
		return c.files.MkdirAll(c.final, 0o777)
	}
	if err := c.files.RemoveAll(path.Join(c.temp, "_temporary")); err != nil {
		return err
	}
	return c.files.Rename(c.temp, c.final)
}

// discard leaves nothing.
func (c *committer) discard() error { return c.files.RemoveAll(c.temp) }
