package stress_test

import (
	"errors"
	"iter"
	"strings"
	"sync"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/stress"
)

// wrongState returns jobs that keep something for longer than they may.
func wrongState() []wrongJob {
	return []wrongJob{
		wrong("number of the record", words(), stress.Splits, func() mr.Job { return mr.MapOnly(&numbered{}) }),
		wrong("number of the record in a whole task", words(), stress.Splits, func() mr.Job { return mr.MapOnly(mr.MapTask(numberedTask)) }),
		wrong("the record before", words(), stress.Splits, func() mr.Job { return mr.MapReduce(&previous{}, sum()) }),
		wrong("header in the first record", words(), stress.Splits, func() mr.Job { return mr.MapMerge(&header{}, mr.Sum) }),
		wrong("number of map tasks", words(), stress.Splits, func() mr.Job { return mr.MapMerge(oneForTask{}, mr.Sum) }),
		wrong("index of the map task", words(), stress.Splits, func() mr.Job { return mr.MapOnly(mr.MapTask(taskIndex)) }),
		wrong("limit for each task", words(), stress.Splits, func() mr.Job { return mr.MapMerge(mr.MapTask(firstRecords), mr.Sum) }),
		wrong("global counter", words(), stress.Repetition, func() mr.Job { return mr.MapReduce(mr.MapFunc(globallyNumbered), sum()) }),
		wrong("side effect as data", words(), stress.Attempts, func() mr.Job { return sideEffect(new(sync.Map)) }),
		wrong("set of all tasks in the mapper", words(), stress.Attempts, func() mr.Job { return mr.MapMerge(globallyFirst{make(map[string]bool)}, mr.Sum) }),
		wrong("totals of all tasks in the reducer", words(), stress.Attempts, func() mr.Job {
			return mr.MapReduce(splitWords(), globalTotals{make(map[string]int)}, mr.Reducers(2))
		}),
		wrong("mapper that needs a record", visits(), stress.EmptyTasks, func() mr.Job { return mr.MapMerge(mr.MapTask(needsRecord), mr.Sum) }),
		wrong("reducer that needs a key", words(), stress.EmptyTasks, func() mr.Job { return mr.MapReduce(splitWords(), mr.ReduceTask(needsKey)) }),
		wrong("attempts that fail the second time", words(), stress.Attempts, func() mr.Job { return mr.MapMerge(mr.MapTask(onceForTask(new(sync.Map))), mr.Sum) }),
	}
}

// numbered numbers the records of its task.
type numbered struct{ n int }

func (m *numbered) Map(line string, emit mr.Emit[string, int]) error {
	m.n++
	emit(line, m.n)
	return nil
}

func numberedTask(_ *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error {
	n := 0
	for line := range lines {
		n++
		emit(line, n)
	}
	return nil
}

// previous counts pairs of lines that follow one another.
type previous struct{ line string }

func (m *previous) Map(line string, emit mr.Emit[string, int]) error {
	emit(m.line+" "+line, 1)
	m.line = line
	return nil
}

// header takes the first record for names, and counts under the first of them.
type header struct{ name string }

func (m *header) Map(line string, emit mr.Emit[string, int]) error {
	if m.name == "" {
		m.name = line
	}
	emit(m.name, 1)
	return nil
}

type oneForTask struct{}

func (oneForTask) Map(string, mr.Emit[string, int]) error { return nil }

func (oneForTask) TeardownMap(emit mr.Emit[string, int]) error {
	emit("tasks", 1)
	return nil
}

func taskIndex(env *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error {
	for line := range lines {
		emit(line, env.Partition())
	}
	return nil
}

func firstRecords(_ *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error {
	n := 0
	for line := range lines {
		if n++; n > 20 {
			break
		}
		emit(line, 1)
	}
	return nil
}

// globalCount is what a package must not have.
var globalCount int

func globallyNumbered(line string, emit mr.Emit[string, int]) error {
	globalCount++
	emit(line, globalCount)
	return nil
}

// sideEffect counts words in a table beside the job, and puts the table out.
func sideEffect(table *sync.Map) mr.Job {
	return mr.MapReduce(mr.MapFunc(func(line string, emit mr.Emit[string, struct{}]) error {
		for w := range strings.FieldsSeq(line) {
			n, _ := table.LoadOrStore(w, 0)
			table.Store(w, n.(int)+1)
			emit(w, struct{}{})
		}
		return nil
	}), mr.ReduceFunc(func(word string, _ iter.Seq[struct{}], emit mr.Emit[string, int]) error {
		n, _ := table.Load(word)
		emit(word, n.(int))
		return nil
	}))
}

// globallyFirst counts each line once, in the memory that its tasks share here alone.
type globallyFirst struct{ seen map[string]bool }

func (m globallyFirst) Map(line string, emit mr.Emit[string, int]) error {
	if !m.seen[line] {
		m.seen[line] = true
		emit(line, 1)
	}
	return nil
}

type globalTotals struct{ totals map[string]int }

func (r globalTotals) Reduce(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
	for c := range counts {
		r.totals[word] += c
	}
	emit(word, r.totals[word])
	return nil
}

func needsRecord(_ *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error {
	n := 0
	for line := range lines {
		emit(line, 1)
		n++
	}
	if n == 0 {
		return errors.New("no line")
	}
	return nil
}

func needsKey(_ *mr.Env, groups iter.Seq2[string, iter.Seq[int]], emit mr.Emit[string, int]) error {
	last := ""
	for word := range groups {
		last = word
		emit(word, 1)
	}
	if last == "" {
		return errors.New("no key")
	}
	return nil
}

// onceForTask is a mapper that can't run again: it wants to be the first to make something.
func onceForTask(made *sync.Map) func(*mr.Env, iter.Seq[string], mr.Emit[string, int]) error {
	return func(env *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error {
		for line := range lines {
			if _, there := made.LoadOrStore(env.Partition(), true); there {
				return errors.New("the file exists")
			}
			emit(line, 1)
			for line := range lines {
				emit(line, 1)
			}
		}
		return nil
	}
}
