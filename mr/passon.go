package mr

import (
	"bytes"
	"reflect"
	"unsafe"
)

// passOn emits pairs one by one, without groups.
func passOn[K, V any](g *groups[K], values codec, emit Emit[K, V], out sink) error {
	decodeKey := borrowingKey[K](g.keyCodec)
	unseen := !hasMethods(reflect.TypeFor[K]()) && !hasMethods(reflect.TypeFor[V]())
	var value V
	for out.failure() == nil && g.pairs.Next() {
		key := g.pairs.Key()
		if g.count == 0 || !bytes.Equal(key, g.prefix) {
			g.prefix = append(g.prefix[:0], key...)
			g.count++
		}
		if err := g.passed(); err != nil {
			return err
		}
		if _, err := decodeKey(key, unsafe.Pointer(&g.key), &g.arena); err != nil {
			return err
		}
		if _, err := values.decode(g.pairs.Value(), unsafe.Pointer(&value), &g.arena); err != nil {
			return err
		}
		emit(g.key, value)
		if unseen {
			g.arena.reset()
		}
	}
	return g.pairs.Err()
}

// passOnNumbers emits pairs whose keys all differ and whose values are an int64 in memory.
func passOnNumbers[K, V any](g *groups[K], pairs NumberPairs, emit Emit[K, V], out sink) error {
	decodeKey := borrowingKey[K](g.keyCodec)
	unseen := !hasMethods(reflect.TypeFor[K]())
	for out.failure() == nil && pairs.Next() {
		g.prefix = pairs.Key()
		g.count++
		if err := g.passed(); err != nil {
			return err
		}
		if _, err := decodeKey(g.prefix, unsafe.Pointer(&g.key), &g.arena); err != nil {
			return err
		}
		number := pairs.Number()
		emit(g.key, *(*V)(unsafe.Pointer(&number)))
		if unseen {
			g.arena.reset()
		}
	}
	return pairs.Err()
}

// passed counts a record, and tells from time to time whether the task is to end.
func (g *groups[K]) passed() error {
	if g.records++; g.records%countEvery == 0 {
		return g.env.Context().Err()
	}
	return nil
}

// borrowingKey returns decode of a codec of keys, for keys that nobody sees once they are written: strings and []byte without
// methods share the memory of src.
func borrowingKey[K any](c codec) func(src []byte, key unsafe.Pointer, a *arena) (int, error) {
	t := reflect.TypeFor[K]()
	switch {
	case !c.view || hasMethods(t):
		return c.decode
	case t.Kind() == reflect.String:
		return func(src []byte, key unsafe.Pointer, _ *arena) (int, error) {
			*(*string)(key) = bytesString(src)
			return len(src), nil
		}
	}
	return func(src []byte, key unsafe.Pointer, _ *arena) (int, error) {
		*(*[]byte)(key) = src
		return len(src), nil
	}
}
