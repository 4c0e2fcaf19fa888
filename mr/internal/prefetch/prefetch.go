// Package prefetch begins to load memory into the processor's caches, without waiting for it. Who knows some steps before
// where it is going to read, in memory that no cache has, saves the wait:
//
//	for i := range places {
//		if i+ahead < len(places) {
//			prefetch.Line(&table[places[i+ahead]])
//		}
//		use(&table[places[i]])
//	}
//
// It is a hint: nothing is read, so any address is allowed, and where the processor has no such instruction nothing happens.
// Each call takes about a nanosecond. What is loaded too early is gone again, and what is in the first cache anyway gains nothing.
package prefetch

import "unsafe"

// Line begins to load the cache line that *p begins in.
func Line[T any](p *T) { line(unsafe.Pointer(p)) }

// Bytes begins to load the first and the last cache line of b.
func Bytes(b []byte) { ends(b) }
