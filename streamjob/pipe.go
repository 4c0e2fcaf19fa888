package streamjob

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// A pipe is a command that runs as mapper, combiner or reducer: pairs go in by write, and
// what comes out goes to a collector from a goroutine of its own.
type pipe struct {
	task   *task
	cmd    *exec.Cmd
	in     *pipeWriter
	stdout *os.File
	stderr *os.File

	writer *inputWriter
	reader *outputReader

	threads   sync.WaitGroup
	threadErr atomic.Pointer[error] // what ended a goroutine
	listening bool
	maySkip   bool // a mapper may leave input unread, if the job says so
	unhook    func() bool

	read    int64
	written atomic.Int64
}

// startPipe starts a command. The goroutines that read its output start with listen.
func (t *task) startPipe(command string, writer *inputWriter, reader *outputReader) (*pipe, error) {
	args := splitArgs(command)
	if len(args) == 0 {
		return nil, &taskError{class: runtimeFailure, text: "Error in configuring object: the command is empty"}
	}
	args[0] = findProgram(args[0], t.job.workDir, os.Getenv("PATH"))
	p := &pipe{task: t, writer: writer, reader: reader}
	stdin, err := p.start(args)
	if isNoExecutable(err) { // a script without "#!" is one of the shell, as in the JDK
		stdin, err = p.start(append([]string{"/bin/sh"}, args...))
	}
	if err != nil {
		return nil, &taskError{class: runtimeFailure, text: "Error in configuring object", cause: &taskError{
			class: ioFailure, text: fmt.Sprintf("Cannot run program %q", args[0]), cause: startProblem(err)}}
	}
	p.in = newPipeWriter(stdin)
	process := p.cmd.Process
	p.unhook = context.AfterFunc(t.ctx, func() { killGroup(process) })
	return p, nil
}

// startProblem leaves the reason of an error of package exec.
func startProblem(err error) error {
	var pathErr *os.PathError
	var execErr *exec.Error
	switch {
	case errors.As(err, &pathErr):
		return fmt.Errorf("error=%w", pathErr.Err)
	case errors.As(err, &execErr):
		return execErr.Err
	}
	return err
}

// start starts the process, and returns the end of its input to write to.
func (p *pipe) start(args []string) (stdin *os.File, err error) {
	var ends []*os.File // of standard input, output and error, each to read and to write
	for range 3 {
		r, w, err := os.Pipe()
		if err != nil {
			closeFiles(ends)
			return nil, err
		}
		ends = append(ends, r, w)
	}
	p.cmd = &exec.Cmd{Path: args[0], Args: args, Dir: p.task.job.workDir, Env: p.task.environment()}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = ends[0], ends[3], ends[5]
	ownGroup(p.cmd)
	err = p.cmd.Start()
	if err != nil {
		closeFiles(ends)
		return nil, err
	}
	closeFiles([]*os.File{ends[0], ends[3], ends[5]})
	p.stdout, p.stderr = ends[2], ends[4]
	return ends[1], nil
}

func closeFiles(files []*os.File) {
	for _, file := range files {
		if file != nil {
			file.Close()
		}
	}
}

// listen begins to hand what the command writes to out, and what it says on its standard
// error to report.
func (p *pipe) listen(out collect, report *reporter) {
	p.listening = true
	p.threads.Go(func() {
		err := p.reader.readAll(p.stdout, func(key, value []byte) error {
			p.written.Add(1)
			return out(key, value)
		})
		p.ended(err)
		p.stdout.Close() // a command that writes on learns it
	})
	p.threads.Go(func() {
		p.ended(report.readAll(p.stderr))
		p.stderr.Close()
	})
}

// ended keeps the first error of a goroutine.
func (p *pipe) ended(err error) {
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		p.threadErr.CompareAndSwap(nil, &err)
	}
}

// errThreads is what a write returns when a goroutine has failed.
func (p *pipe) errThreads() error {
	if err := p.threadErr.Load(); err != nil {
		return &taskError{class: ioFailure, text: "MROutput/MRErrThread failed:", cause: *err}
	}
	return nil
}

// write writes a pair. After an error, the pipe is finished already.
func (p *pipe) write(key, value []byte) error {
	if err := p.errThreads(); err != nil {
		return cmpErr(p.finish(), err)
	}
	p.read++
	if err := p.writer.write(p.in, key, value); err != nil {
		return p.writeFailed(err)
	}
	return nil
}

// errSkipInput says that the rest of the input shall be left out, and the task succeeds.
var errSkipInput = errors.New("the command has stopped reading, and that is allowed")

// writeFailed returns why a command takes no more input: its own code where that is none.
func (p *pipe) writeFailed(err error) error {
	if p.maySkip && p.task.job.skipAfter >= 0 && p.written.Load() >= int64(p.task.job.skipAfter) {
		return errSkipInput
	}
	cause := &taskError{class: ioFailure, text: err.Error()}
	if isBrokenPipe(err) {
		cause.text = "Broken pipe"
	}
	return cmpErr(p.finish(), cause)
}

// cmpErr returns the first error.
func cmpErr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// finish closes the input, waits for the command and returns what was wrong with it.
func (p *pipe) finish() error {
	p.in.close()
	if !p.listening { // a reducer without input: what it writes is not wanted
		p.listen(func(_, _ []byte) error { return nil }, &reporter{task: p.task})
	}
	err := p.cmd.Wait()
	p.unhook()
	if err := p.task.ctx.Err(); err != nil {
		p.abandon()
		return err
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.abandon()
		return err
	}
	if code := exitCode(p.cmd.ProcessState); code != 0 {
		if p.task.job.failOnExit {
			p.abandon()
			return &taskError{class: runtimeFailure, text: fmt.Sprintf("PipeMapRed.waitOutputThreads(): subprocess failed with code %d", code)}
		}
		p.task.job.log.infof("streaming.PipeMapRed", "PipeMapRed.waitOutputThreads(): subprocess exited with code %d in org.apache.hadoop.streaming.PipeMapRed", code)
	}
	p.join()
	if err := p.threadErr.Load(); err != nil {
		return &taskError{class: runtimeFailure, cause: *err}
	}
	return nil
}

// join waits for the goroutines: without end for what the command has left behind to close
// its output, or for stream.joindelay.milli.
func (p *pipe) join() {
	if delay := p.task.job.joinDelay; delay > 0 {
		timer := time.AfterFunc(delay, p.stopReading)
		defer timer.Stop()
	}
	stop := context.AfterFunc(p.task.ctx, p.stopReading)
	defer stop()
	p.threads.Wait()
}

// abandon ends the goroutines of a command that failed.
// Hadoop doesn't wait for them; here nobody uses a collector after its task.
func (p *pipe) abandon() {
	killGroup(p.cmd.Process)
	timer := time.AfterFunc(abandonAfter, p.stopReading)
	defer timer.Stop()
	p.threads.Wait()
}

// abandonAfter is how long what a failed command wrote last is still read.
const abandonAfter = 200 * time.Millisecond

func (p *pipe) stopReading() {
	now := time.Now()
	_ = p.stdout.SetReadDeadline(now) // both are closed, or are pipes and can do it
	_ = p.stderr.SetReadDeadline(now)
}

// discard ends a command whose task failed for another reason.
func (p *pipe) discard() {
	killGroup(p.cmd.Process)
	p.in.pipe.Close()
	_ = p.cmd.Wait() // it was killed
	p.unhook()
	if p.listening {
		p.stopReading()
		p.threads.Wait()
		return
	}
	closeFiles([]*os.File{p.stdout, p.stderr})
}
