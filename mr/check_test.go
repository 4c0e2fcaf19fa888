package mr_test

import (
	"testing"

	"github.com/gomr/gomr/mr"
	"github.com/stretchr/testify/require"
)

type (
	misspelt     struct{ counter }
	wrongType    struct{ counter }
	onPointer    struct{ counter }
	wrongKey     struct{ counter }
	misspeltTear struct{ counter }
	fine         struct{ counter }
)

func (misspelt) SetUpMap(*mr.Env) error                  { return nil }
func (wrongType) SetupMap() error                        { return nil }
func (*onPointer) SetupMap(*mr.Env) error                { return nil }
func (wrongKey) Partition(key int, partitions int) int   { return 0 }
func (misspeltTear) Teardown(mr.Emit[string, int]) error { return nil }
func (fine) SetupMap(*mr.Env) error                      { return nil }
func (fine) SetupReduce(*mr.Env) error                   { return nil }
func (fine) TeardownMap(mr.Emit[string, int]) error      { return nil }
func (fine) Partition(word string, partitions int) int   { return 0 }
func (fine) Requires() []string                          { return nil }
func (fine) Output() string                              { return "" }

func TestCheckNamesTypeMethodAndMend(t *testing.T) {
	unordered := mr.MapFunc(func(string, mr.Emit[map[string]int, int]) error { return nil })
	for name, test := range map[string]struct {
		job  mr.Job
		want string
	}{
		"near miss":        {mr.MapMerge(misspelt{}, mr.Sum), "mr_test.misspelt: method SetUpMap is never called: did you mean SetupMap?"},
		"another's name":   {mr.MapMerge(misspeltTear{}, mr.Sum), "mr_test.misspeltTear: method Teardown is never called: did you mean TeardownMap?"},
		"wrong type":       {mr.MapMerge(wrongType{}, mr.Sum), "mr_test.wrongType: method SetupMap has the type func() error, but must have func(*mr.Env) error"},
		"pointer receiver": {mr.MapMerge(onPointer{}, mr.Sum), "mr_test.onPointer: method SetupMap is one of the pointer *mr_test.onPointer: give the step a pointer, as in &onPointer{…}"},
		"partition":        {mr.MapMerge(wrongKey{}, mr.Sum), "mr_test.wrongKey: method Partition has the type func(int, int) int, but must have func(string, int) int"},
		"key type":         {mr.MapMerge(unordered, mr.Sum), "the key type of the map's pairs: map[string]int is a map, which has no order: use bools, numbers, strings, []byte, time.Time, or structs, arrays and slices of these"},
		"no reducers":      {mr.MapMerge(counter{}, mr.Sum, mr.Reducers(0)), "mr.Reducers(0): a step has at least one reduce task; mr.MapOnly makes one without"},
		"map-only options": {mr.MapOnly(counter{}, mr.TotalOrder()), "mr.TotalOrder needs a reduce: use mr.MapReduce instead of mr.MapOnly"},
		"two partitioners": {mr.MapMerge(fine{}, mr.Sum, mr.TotalOrder()), "the step has more than one of mr.PartitionBy, mr.TotalOrder and the method Partition: keep one"},
		"partition option": {mr.MapMerge(counter{}, mr.Sum, mr.PartitionBy(func(int, int) int { return 0 })), "mr.PartitionBy has a func(int, int) int, but the keys need a func(string, int) int"},
		"side file":        {mr.MapMerge(counter{}, mr.Sum, mr.Files("/a/b#c/d")), `mr.Files("/a/b#c/d"): a side file is PATH or PATH#NAME`},
		"step":             {mr.Then(mr.MapMerge(counter{}, mr.Sum), mr.MapOnly(mr.MapFunc(func(mr.KV[string, int], mr.Emit[chan int, int]) error { return nil }))), "step 2: chan int is a chan, which has no readable form"},
		"nil":              {nil, "the job is nil"},
	} {
		t.Run(name, func(t *testing.T) { require.EqualError(t, mr.Check(test.job), test.want) })
	}
	require.NoError(t, mr.Check(mr.MapMerge(fine{}, mr.Sum)))
}
