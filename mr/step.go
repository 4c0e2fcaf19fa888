package mr

// A Job is what a runner runs: one step or several in a row, each a map and,
// unless it is map-only, a shuffle and a reduce.
// Every [Flow] is a Job.
type Job interface {
	// Steps returns the steps in their order, with the types erased.
	Steps() []*Step
}

// Pairs is a sequence of encoded pairs, sorted by key where a reduce reads it.
//
//	for p.Next() {
//		use(p.Key(), p.Value())
//	}
//	return p.Err()
type Pairs interface {
	// Next advances to the next pair and reports whether there is one.
	Next() bool
	// Key returns the key of the pair. The bytes are valid until Next.
	Key() []byte
	// Value returns the value of the pair. The bytes are valid until Next.
	Value() []byte
	// Err returns the error that ended the sequence, or nil at its end.
	Err() error
}

// NumberPairs are [Pairs] of keys that all differ, and of values that are numbers. The reduce of a step
// with [Numbers] reads them without decoding their values.
type NumberPairs interface {
	Pairs
	// Number returns the number that Value encodes.
	Number() int64
}

// Records is the input of a map task, record by record.
type Records interface {
	// Next advances to the next record and reports whether there is one.
	Next() bool
	// Record returns the record without its line ending.
	// Whether its memory is used again after Next is the runner's choice by [Step.Borrows].
	Record() []byte
	// Err returns the error that ended the records, or nil at their end.
	Err() error
}

// Collect takes an encoded pair and copies what it keeps.
type Collect func(key, value []byte) error

// CollectNumbers takes encoded keys, each with a value that is a number, and copies what it keeps.
type CollectNumbers func(keys []string, numbers []int64) error

// Numbers is a second way to run the map of a step that merges numbers, without encoding each of them.
type Numbers struct {
	// Merge is [Step.NewMerge] for numbers, whose encoding is a varint. It is for any number of goroutines.
	Merge func(a, b int64) int64

	// RunMap is [Step.RunMap].
	RunMap func(env *Env, records Records, collect CollectNumbers) error
}

// WriteRecord takes one readable record, without a line ending, and copies what it keeps.
type WriteRecord func(record []byte) error

// A SideFile is a file that tasks read beside their input.
type SideFile struct {
	Path string // where it is: a path of the file system of the job's inputs
	Name string // its name in [Env.Files]
}

// A Step is one map and, unless Reducers is zero, the shuffle and reduce behind it.
// It is what the generic half of the package makes of a typed mapper and reducer:
// bytes go in and bytes come out, so an engine knows no user type.
// A Step is immutable; tasks of it may run concurrently, each with an [Env] of its own.
type Step struct {
	// Err says what is wrong with the step. A runner refuses a step with an error; see [Check].
	Err error

	// Reducers is the number of reduce tasks and parts; zero for a map-only step.
	Reducers int

	// Borrows says that records may live in memory that is used again after
	// the next record. Where it is false the step keeps records (as strings):
	// their memory must stay untouched.
	Borrows bool

	// Divisible says that the map keeps nothing between records, so that the pairs of a
	// split are those of its pieces, one piece behind the other. The pieces are then mapped
	// by RunMap with an [Env] each, of the same task.
	Divisible bool

	// Containing are bytes that a record must hold: the map takes no notice of others, so a
	// runner may leave them out. Empty means that all records count.
	Containing []byte

	// TotalOrder says that the runner samples the step's keys and gives it
	// cut points, by WithCuts, before it runs.
	TotalOrder bool

	// Files are the side files that the step's tasks see in [Env.Files].
	Files []SideFile

	// Properties are settings for Hadoop, such as mapreduce.map.memory.mb.
	// The local engine passes over them.
	Properties map[string]string

	// NewPartition returns a function that tells the reduce task of an encoded key,
	// from 0 to Reducers-1. The function is for one goroutine.
	NewPartition func() func(key []byte) int

	// NewMerge returns a function that appends the merge of two encoded values of one
	// key to dst, a before b. Merging is associative. The function is for one goroutine;
	// dst shares no memory with a and b. Nil where the step merges nothing.
	NewMerge func() func(dst, a, b []byte) []byte

	// Numbers is there where NewMerge merges values of type int or int64. A runner may use either.
	Numbers *Numbers

	// Combine is a reducer-shaped combiner: it reads sorted pairs and emits sorted
	// pairs of the same keys. Nil where the step has none. It may run any number of times.
	Combine func(env *Env, pairs Pairs, emit Collect) error

	// RunMap runs a map task in front of a shuffle. Nil where Reducers is zero.
	RunMap func(env *Env, records Records, collect Collect) error

	// RunMapOnly runs a map task whose output is the step's output. Nil unless Reducers is zero.
	RunMapOnly func(env *Env, records Records, write WriteRecord) error

	// RunReduce runs a reduce task over the sorted pairs of its partition. Nil where Reducers is zero.
	// It merges what NewMerge has left unmerged.
	RunReduce func(env *Env, pairs Pairs, write WriteRecord) error

	groupLen func() func(key []byte) int
}
