package stress

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"github.com/gomr/gomr/mr"
)

// A plan says what is changed when a job runs. The zero plan changes nothing.
type plan struct {
	seed   uint64
	causes Cause
	step   int // the only step that is changed, from 1; zero means all
}

// random returns the random numbers for one purpose. They depend on nothing that was
// drawn for another one, so a cause does the same alone as together with others.
func (p plan) random(purpose string, numbers ...int) *rand.Rand {
	hash := fnv.New64a()
	fmt.Fprint(hash, purpose, numbers)
	return rand.New(rand.NewPCG(p.seed, hash.Sum64()))
}

// maps returns the number of map tasks to aim at, more often a small one.
func (p plan) maps() int {
	r := p.random("maps")
	return 2 + r.IntN(2<<r.IntN(6))
}

// A stressedJob is a job with its steps changed by a plan.
type stressedJob struct {
	mr.Job
	plan plan
}

// Steps returns the steps, changed.
func (j stressedJob) Steps() []*mr.Step {
	steps := j.Job.Steps()
	for i, inner := range steps {
		if j.plan.step == 0 || j.plan.step == i+1 {
			s := &step{Step: inner, plan: j.plan, index: i}
			steps[i] = s.stressed()
		}
	}
	return steps
}

// A step is a step of the job as it is, with what makes it run otherwise.
type step struct {
	*mr.Step
	plan  plan
	index int
}

// stressed returns the step as the engine runs it.
func (s *step) stressed() *mr.Step {
	c := *s.Step
	if s.plan.causes.has(EmptyTasks | Attempts) {
		s.stressMap(&c)
	}
	if s.RunReduce != nil && s.plan.causes.has(EmptyTasks|Attempts|Combining|Order) {
		s.stressReduce(&c)
	}
	return &c
}

func (s *step) stressMap(c *mr.Step) {
	if s.RunMap != nil {
		c.RunMap = func(env *mr.Env, records mr.Records, collect mr.Collect) error {
			return s.task(env, "map", &tape{source: recordSource{records}, env: env, lends: s.Borrows}, func(env *mr.Env, in *reader, out *output) error {
				return s.RunMap(env, in, out.collect(collect))
			})
		}
		c.Numbers = asNumbers(s.Numbers, c.RunMap)
	}
	if s.RunMapOnly != nil {
		c.RunMapOnly = func(env *mr.Env, records mr.Records, write mr.WriteRecord) error {
			return s.task(env, "map", &tape{source: recordSource{records}, env: env, lends: s.Borrows}, func(env *mr.Env, in *reader, out *output) error {
				return s.RunMapOnly(env, in, out.write(write))
			})
		}
	}
}

// asNumbers returns numbers with what runMap emits, so that the engine merges it as it does without stress.
func asNumbers(numbers *mr.Numbers, runMap func(*mr.Env, mr.Records, mr.Collect) error) *mr.Numbers {
	if numbers == nil {
		return nil
	}
	return &mr.Numbers{Merge: numbers.Merge, RunMap: func(env *mr.Env, records mr.Records, collect mr.CollectNumbers) error {
		return runMap(env, records, func(key, value []byte) error {
			number, n := binary.Varint(value)
			if n <= 0 {
				return fmt.Errorf("the value of key %.100q is no number: % .20x", key, value)
			}
			return collect([]string{string(key)}, []int64{number})
		})
	}}
}

func (s *step) stressReduce(c *mr.Step) {
	if s.plan.causes.has(Combining | Order) {
		c.NewMerge, c.Numbers, c.Combine = nil, nil, nil // all values come to the reduce task
	}
	c.RunReduce = func(env *mr.Env, pairs mr.Pairs, write mr.WriteRecord) error {
		if s.plan.causes.has(Combining | Order) {
			pairs = s.disordered(env, pairs)
		}
		return s.task(env, "reduce", &tape{source: pairSource{pairs}, env: env}, func(env *mr.Env, in *reader, out *output) error {
			return s.RunReduce(env, in, out.write(write))
		})
	}
}
