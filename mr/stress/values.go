package stress

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"github.com/gomr/gomr/mr"
)

// The values of a key are shuffled and combined in windows of this many pairs and bytes.
const (
	windowPairs = 4096
	windowBytes = 1 << 20
)

type pair struct{ key, value []byte }

// disorder is sorted pairs, with the values of each key shuffled and combined. It is an [mr.Pairs].
type disorder struct {
	source   mr.Pairs
	shuffle  *rand.Rand // nil where order stays
	combiner *combiner  // nil where nothing is combined
	standing bool       // source stands on a pair that no window has had
	ended    bool       // source has no more
	window   []pair     // of one key
	next     int        // the pair of window to read next
	memory   []byte     // of the window
	now      pair
	err      error
}

// disordered returns the pairs of a reduce task as the plan changes them.
func (s *step) disordered(env *mr.Env, pairs mr.Pairs) mr.Pairs {
	d := &disorder{source: pairs}
	if s.plan.causes.has(Order) {
		d.shuffle = s.plan.random("order", s.index, env.Partition())
	}
	if s.plan.causes.has(Combining) {
		d.combiner = newCombiner(s.Step, env, s.plan.random("combining", s.index, env.Partition()))
	}
	return d
}

// Next advances to the next pair and reports whether there is one.
func (d *disorder) Next() bool {
	for d.next == len(d.window) {
		if !d.fill() {
			return false
		}
	}
	d.now = d.window[d.next]
	d.next++
	return true
}

// fill reads a window. It returns false at the end and after an error.
func (d *disorder) fill() (ok bool) {
	// What user code does here must fail the attempts that come later too.
	defer func() {
		if value := recover(); value != nil {
			d.err, ok = fmt.Errorf("panic while combining: %v", value), false
		}
	}()
	d.window, d.next, d.memory = d.window[:0], 0, d.memory[:0]
	if d.err != nil || d.ended || !d.standing && !d.source.Next() {
		return false
	}
	d.read()
	if d.shuffle != nil {
		d.shuffle.Shuffle(len(d.window), func(i, j int) { d.window[i], d.window[j] = d.window[j], d.window[i] })
	}
	if d.combiner != nil {
		d.window, d.err = d.combiner.combine(d.window)
	}
	return d.err == nil
}

// read reads the pairs of a window from source, which stands on the first.
func (d *disorder) read() {
	for len(d.window) < windowPairs && len(d.memory) < windowBytes {
		key, value := d.copy(d.source.Key()), d.copy(d.source.Value())
		d.window = append(d.window, pair{key, value})
		d.ended = !d.source.Next()
		d.standing = !d.ended
		if d.ended || !bytes.Equal(d.source.Key(), key) {
			return
		}
	}
}

// copy copies bytes into the memory of the window.
func (d *disorder) copy(b []byte) []byte {
	start := len(d.memory)
	d.memory = append(d.memory, b...)
	return d.memory[start:len(d.memory):len(d.memory)]
}

// Key returns the key of the pair. The bytes are valid until Next.
func (d *disorder) Key() []byte { return d.now.key }

// Value returns the value of the pair. The bytes are valid until Next.
func (d *disorder) Value() []byte { return d.now.value }

// Err returns the error of the combiner or of the pairs it reads.
func (d *disorder) Err() error {
	if d.err != nil {
		return d.err
	}
	return d.source.Err()
}
