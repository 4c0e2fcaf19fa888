package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/gomr/gomr/mr"
)

// errKilled ends an attempt that is not to come to its end.
var errKilled = errors.New("the attempt is killed")

// An attempt runs a task once.
type attempt func(env *mr.Env, in *reader, out *output) error

// task runs a task: first attempts that come to nothing, and then the one that counts.
func (s *step) task(env *mr.Env, phase string, t *tape, run attempt) error {
	if s.plan.causes.has(EmptyTasks) && env.Partition() == 0 {
		if err := runEmpty(env, phase, run); err != nil {
			return err
		}
	}
	if s.plan.causes.has(Attempts) {
		r := s.plan.random("attempts "+phase, s.index, env.Partition())
		for range r.IntN(3) {
			if err := runDoomed(r, env, t, run); err != nil {
				return err
			}
		}
	}
	in := &reader{tape: t, limit: unlimited, counts: true}
	own := attemptEnv(env, in, mr.EnvConfig{Log: env.Log(), SetStatus: env.SetStatus})
	err := run(own, in, nil)
	env.Counters().Merge(own.Counters())
	return err
}

// runEmpty runs a task that has no input, and throws away what it writes.
func runEmpty(env *mr.Env, phase string, run attempt) error {
	in := &reader{tape: &tape{env: env, ended: true}, limit: unlimited}
	if err := run(attemptEnv(env, in, mr.EnvConfig{}), in, &output{left: unlimited}); err != nil {
		return fmt.Errorf("a %s task without input: %w", phase, err)
	}
	return nil
}

// runDoomed runs an attempt that is killed, or whose twin is faster: how it fails
// does not matter, and what it writes is thrown away.
func runDoomed(r *rand.Rand, env *mr.Env, t *tape, run attempt) error {
	in := &reader{tape: t, limit: unlimited}
	out := &output{left: unlimited}
	switch r.IntN(3) {
	case 0:
		in.limit = someCount(r)
	case 1:
		out.left = someCount(r)
	}
	_ = run(attemptEnv(env, in, mr.EnvConfig{}), in, out)
	return env.Context().Err()
}

// someCount returns a number that is as often small as large.
func someCount(r *rand.Rand) int { return r.IntN(1 << r.IntN(12)) }

// attemptEnv returns what an attempt sees of the world: the task's, with counters of its own.
func attemptEnv(task *mr.Env, in *reader, config mr.EnvConfig) *mr.Env {
	config.Context, config.Files = task.Context(), task.Files()
	config.Input, config.Partition = task.Input(), task.Partition()
	env := mr.NewEnv(config)
	env.SetPosition(in.position)
	return env
}

// unlimited is the limit of what is not limited.
const unlimited = -1

// An output throws away what an attempt writes. A nil output is that of the attempt that counts.
type output struct{ left int }

// take counts what is written, until the attempt is killed.
func (o *output) take() error {
	if o.left == 0 {
		return errKilled
	}
	o.left--
	return nil
}

func (o *output) collect(next mr.Collect) mr.Collect {
	if o == nil {
		return next
	}
	return func([]byte, []byte) error { return o.take() }
}

func (o *output) write(next mr.WriteRecord) mr.WriteRecord {
	if o == nil {
		return next
	}
	return func([]byte) error { return o.take() }
}
