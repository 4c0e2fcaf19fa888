package streaming

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// clientGrace is how long the output of the client is waited for after its end, in
// case that a program it started holds the pipe open.
const clientGrace = 5 * time.Second

// A client is the hadoop command that submits an application and watches it.
type client struct {
	command *exec.Cmd
	output  *clientOutput
	done    chan struct{} // closed when the command has ended
	err     error         // how it ended; set before done is closed
}

// startClient starts the hadoop command. It runs in a process group of its own, so
// that Ctrl-C reaches gomr alone, which then ends things in order.
func (c *Cluster) startClient(args []string, output *clientOutput) (*client, error) {
	command := exec.Command(c.Hadoop, args...) //nolint:noctx // abort ends it, after the application
	command.Env = append(os.Environ(), "HADOOP_CONF_DIR="+c.ConfDir)
	command.Stdout, command.Stderr = output, output
	command.WaitDelay = clientGrace
	command.SysProcAttr = clientAttributes()
	client := &client{command: command, output: output, done: make(chan struct{})}
	started := make(chan error)
	go client.run(started)
	if err := <-started; err != nil {
		if errors.Is(err, syscall.E2BIG) {
			err = fmt.Errorf("%w: the inputs make the command line too long: name a folder or a pattern in their place", err)
		}
		return nil, fmt.Errorf("start the hadoop command: %w", err)
	}
	return client, nil
}

// run starts the command and waits for its end. The thread that starts it must live
// as long as it does: the kernel takes its end for that of the parent, and kills
// the child.
func (c *client) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.command.Start()
	started <- err
	if err != nil {
		return
	}
	c.err = c.command.Wait()
	c.output.flush()
	close(c.done)
}

// kill kills the client and all that it started, and waits for its end.
func (c *client) kill() {
	killGroup(c.command.Process.Pid)
	<-c.done
}

// runYARN runs the yarn command and returns what it prints.
func (c *Cluster) runYARN(ctx context.Context, args ...string) (string, error) {
	yarn, err := c.yarnCommand()
	if err != nil {
		return "", err
	}
	command := exec.CommandContext(ctx, yarn, args...)
	command.Env = append(os.Environ(), "HADOOP_CONF_DIR="+c.ConfDir)
	command.WaitDelay = clientGrace
	out, err := command.Output()
	if err != nil {
		err = fmt.Errorf("yarn %s: %w", strings.Join(args, " "), err)
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			err = fmt.Errorf("%w: %s", err, lastLine(string(exit.Stderr)))
		}
	}
	return string(out), err
}

// yarnCommand returns the path of the yarn command, which is where the hadoop command is.
func (c *Cluster) yarnCommand() (string, error) {
	looked := []string{filepath.Join(filepath.Dir(c.Hadoop), "yarn")}
	if home := os.Getenv("HADOOP_YARN_HOME"); home != "" {
		looked = append(looked, filepath.Join(home, "bin", "yarn"))
	}
	for _, path := range looked {
		if isExecutable(path) {
			return path, nil
		}
	}
	if path, err := exec.LookPath("yarn"); err == nil {
		return path, nil
	}
	return "", &MissingError{"the yarn command", append(looked, "PATH"), "put yarn on PATH"}
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}
