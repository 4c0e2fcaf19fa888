// Handwritten counts words as fast as we know how to in Go on few cores, for one
// purpose and nothing else: it is the limit that make bench holds gomr against.
//
//	handwritten [-plain] OUTPUT INPUT…
//
// It has no memory budget, never spills, takes one data type, and trusts its input. The
// files are mapped. First each core counts in a direct-mapped table that fits its second-level
// cache, and throws what another word displaces into partitions by the top bits of the hash.
// Then each partition is counted in a table of its own and sorted. The output is four parts of
// lines WORD TAB COUNT, each a row of sorted partitions; gomr's parts are sorted as a whole.
//
// With -plain, each core counts in one hash table of all its words instead, which are
// then partitioned.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	parts         = 4
	partitionBits = 8
	partitions    = 1 << partitionBits
	chunkSize     = 1 << 20
)

func main() {
	plain := flag.Bool("plain", false, "one hash table for each core")
	flag.Parse()
	if flag.NArg() < 2 {
		panic(errors.New("usage: handwritten [-plain] OUTPUT INPUT…"))
	}
	if err := run(flag.Arg(0), flag.Args()[1:], *plain); err != nil {
		panic(err)
	}
}

func run(output string, inputs []string, plain bool) error {
	if err := os.MkdirAll(output, 0o777); err != nil {
		return err
	}
	chunks, err := mapFiles(inputs)
	if err != nil {
		return err
	}
	defer runtime.KeepAlive(chunks) // entries refer to them
	counters := make([]*counter, runtime.GOMAXPROCS(0))
	tables := make([]plainCounter, len(counters))
	onAllCores(len(chunks), func(worker, i int) {
		if counters[worker] == nil {
			counters[worker] = newCounter()
		}
		if plain {
			tables[worker].count(chunks[i])
		} else {
			counters[worker].count(chunks[i])
		}
	})
	onAllCores(len(counters), func(_, i int) {
		if counters[i] != nil {
			tables[i].displace(counters[i])
			counters[i].flush()
		}
	})
	errs := make([]error, parts)
	onAllCores(parts, func(_, part int) { errs[part] = writePart(output, part, counters) })
	return errors.Join(errs...)
}

// onAllCores calls f for 0 to n-1, with as many goroutines as there are cores.
func onAllCores(n int, f func(worker, i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for worker := range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(worker, i)
			}
		})
	}
	all.Wait()
}

// writePart counts, sorts and writes a quarter of the partitions.
func writePart(output string, part int, counters []*counter) (err error) {
	f, err := os.Create(filepath.Join(output, fmt.Sprintf("part-%05d", part)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var a aggregator
	for p := part * partitions / parts; p < (part+1)*partitions/parts; p++ {
		if _, err := f.Write(a.lines(p, counters)); err != nil {
			return err
		}
	}
	return nil
}
