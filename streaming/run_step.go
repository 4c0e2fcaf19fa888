package streaming

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
	"github.com/gomr/gomr/mr/sample"
)

// stepOutput returns the folder that a step makes: the job's output, or for the
// steps before the last a folder that only the next step reads.
func (r *run) stepOutput(step int) string {
	if step == len(r.steps)-1 {
		return r.Output
	}
	return path.Join(r.stepsDir, fmt.Sprintf("step-%d", step+1))
}

// stepInputs returns what a step reads.
func (r *run) stepInputs(step int) []string {
	if step == 0 {
		return r.Inputs
	}
	return []string{r.stepOutput(step - 1)}
}

// runStep runs a step and makes its output appear.
func (r *run) runStep(ctx context.Context, i int) error {
	output := r.stepOutput(i)
	if err := r.fsys.MkdirAll(path.Dir(output), 0o777); err != nil {
		return fmt.Errorf("make the folder of the output: %w", err)
	}
	command, err := r.command(ctx, i)
	if err != nil {
		return err
	}
	state, err := r.submit(ctx, i, command)
	if err == nil {
		err = r.checkFinished(i, state)
	}
	if err != nil {
		return err
	}
	r.applications = append(r.applications, state.Application)
	r.addCounters(state.Counters)
	r.reduceTimes = append(r.reduceTimes, r.timeReduces(ctx, i, state.Application))
	if i == len(r.steps)-1 && r.Check != nil {
		if err := r.check(ctx, state.Counters, command.output); err != nil {
			return err
		}
	}
	if r.RecordName != "" && i == len(r.steps)-1 {
		if err := r.writeRecord(command.output); err != nil {
			return fmt.Errorf("record what the output is made of: %w", err)
		}
	}
	if r.BeforeCommit != nil {
		if err := r.BeforeCommit(ctx); err != nil {
			return err
		}
	}
	return hdfs.CommitDir(r.fsys, command.output, output)
}

// writeRecord writes the record into a folder, with the permissions that other files in it get.
func (r *run) writeRecord(folder string) error {
	w, err := r.fsys.Create(path.Join(folder, r.RecordName))
	if err != nil {
		return err
	}
	_, err = w.Write(r.Record)
	return errors.Join(err, w.Close())
}

// command returns the command of a step, with its files shipped.
func (r *run) command(ctx context.Context, i int) (*stepCommand, error) {
	step := r.steps[i]
	c := &stepCommand{
		jar:        r.cluster.StreamingJar,
		name:       r.ID,
		tag:        r.tag,
		step:       step,
		binary:     r.binary,
		task:       TaskCommand{Step: i, Memory: r.Memory, Family: r.Family, Flags: r.Flags},
		files:      []string{r.uri(r.binary.path, r.binary.link())},
		inputs:     r.stepInputs(i),
		output:     hdfs.TempDir(r.stepOutput(i), r.id),
		properties: r.properties[i],
	}
	if len(r.steps) > 1 {
		c.name = fmt.Sprintf("%s, step %d of %d", r.ID, i+1, len(r.steps))
	}
	for _, file := range step.Files {
		c.files = append(c.files, r.uri(file.Path, file.Name))
	}
	if step.TotalOrder && step.Reducers > 1 {
		cuts, err := r.shipCuts(ctx, i)
		if err != nil {
			return nil, fmt.Errorf("find the cut points of step %d: %w", i+1, err)
		}
		c.task.Cuts = cutsLink
		c.files = append(c.files, r.uri(cuts, cutsLink))
	}
	return c, nil
}

// uri returns the URI of a file to ship, with the name that it gets.
func (r *run) uri(name, link string) string { return r.fsys.DefaultFS() + name + "#" + link }

// cutsLink is the name under which tasks see the cut points of a step in total order.
const cutsLink = "gomr-cuts"

// shipCuts finds the cut points of a step and returns the file that holds them.
func (r *run) shipCuts(ctx context.Context, i int) (string, error) {
	files := r.inputs
	if i > 0 {
		var err error
		if files, err = input.List(storage{r.fsys}, r.stepInputs(i), input.ListOptions{}); err != nil {
			return "", err
		}
	}
	side := sideFiles{r.fsys, r.steps[i].Files}
	newEnv := func(split input.Split) *mr.Env {
		return mr.NewEnv(mr.EnvConfig{Context: ctx, Files: side, Log: r.Log, Input: split.File})
	}
	cuts, err := sample.Cuts(r.steps[i], storage{r.fsys}, input.MakeSplits(files, r.properties[i].splitOptions()), newEnv)
	if err != nil {
		return "", err
	}
	name := hdfs.TempDir(r.stepOutput(i), r.id+"-cuts")
	return name, writeFile(r.fsys, name, 0o644, bytes.NewReader(sample.AppendCuts(nil, cuts)))
}

// submit runs a step as an application on YARN, and returns when it is over.
func (r *run) submit(ctx context.Context, i int, command *stepCommand) (clientState, error) {
	failed := 0
	output := &clientOutput{changed: func(state clientState) {
		for ; failed < len(state.Failed); failed++ {
			r.Log.Warn("an attempt of a task failed; Hadoop tries again", "attempt", state.Failed[failed])
		}
		r.report(i, state)
	}}
	r.report(i, clientState{})
	r.Log.Debug("starting the hadoop command", "step", i+1, "arguments", command.arguments())
	client, err := r.cluster.startClient(command.arguments(), output)
	if err != nil {
		return clientState{}, err
	}
	select {
	case <-client.done:
	case <-ctx.Done():
		return clientState{}, r.abort(ctx, client)
	}
	state, lines := output.snapshot()
	if client.err == nil {
		return state, nil
	}
	return state, r.diagnose(ctx, i, state, lines, client.err)
}

// submissionDelay is the time within which YARN lists an application that a client
// was submitting when it was killed.
const submissionDelay = 500 * time.Millisecond

// abort kills the application and the client, and returns why.
func (r *run) abort(ctx context.Context, client *client) error {
	cause := context.Cause(ctx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	state, _ := client.output.snapshot()
	var err error
	if state.Application == "" {
		client.kill()
		time.Sleep(submissionDelay)
		err = r.killTagged(ctx, "killing the application that was being submitted")
	} else {
		err = r.cluster.kill(ctx, state.Application)
		client.kill()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("interrupted: %w", cause), fmt.Errorf("its application may still run: %w", err))
	}
	if state.Application == "" {
		return fmt.Errorf("interrupted before the job was submitted: %w", cause)
	}
	return fmt.Errorf("interrupted, %s killed: %w", state.Application, cause)
}

// workerGroup is the group in which tasks report the counters of [mr.FrameworkGroup],
// so that they are not added to Hadoop's of the same names.
const workerGroup = "gomr"

// addCounters adds the counters of a step. What both Hadoop and the tasks count is
// taken from the tasks.
func (r *run) addCounters(values []mr.CounterValue) {
	counted := make(map[string]bool)
	for _, v := range values {
		counted[v.Name] = counted[v.Name] || v.Group == workerGroup
	}
	for _, v := range values {
		if v.Group == mr.FrameworkGroup && counted[v.Name] || isFinishedTasks(v) {
			continue
		}
		if v.Group == workerGroup {
			v.Group = mr.FrameworkGroup
		}
		r.counters.Counter(v.Group, v.Name).Add(v.Value)
	}
}
