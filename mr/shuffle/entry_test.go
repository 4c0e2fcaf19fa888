package shuffle

import (
	"bytes"
	"cmp"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestKeyPrefixIsPaddedKey(t *testing.T) {
	key := []byte{1, 2, 0xff, 4, 5, 0x80, 7, 8, 9}
	for n := range len(key) + 1 {
		var want uint64
		for i := range 8 {
			want <<= 8
			if i < n {
				want |= uint64(key[i])
			}
		}
		require.Equal(t, want, keyPrefix(key[:n]), "%d bytes", n)
	}
}

func TestKeyPrefixOrdersKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0xff}), 0, 10)
		a, b := key.Draw(t, "a"), key.Draw(t, "b")
		if order := cmp.Compare(keyPrefix(a), keyPrefix(b)); order != 0 {
			require.Equal(t, bytes.Compare(a, b), order)
		}
	})
}

// A value is replaced in place as long as the room lasts that its record was made with.
func TestReplaceValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(100, 300), rapid.IntRange(16_000, 17_000)), 1, 8).Draw(t, "lengths")
		key := bytes.Repeat([]byte("k"), rapid.SampledFrom([]int{0, 3, 200}).Draw(t, "key"))
		value := bytes.Repeat([]byte{'v'}, lengths[0])
		size := growingSize(key, value)
		record := append(make([]byte, size), "next record"...)
		putGrowing(record, key, value)
		for i, n := range lengths[1:] {
			next := bytes.Repeat([]byte{byte('a' + i)}, n)
			if replaceValue(record, next) {
				value = next
			} else {
				require.Greater(t, n, len(value), "a smaller value fits")
			}
			gotKey, gotValue := parseRecord(record)
			require.Equal(t, string(key), string(gotKey))
			require.Equal(t, string(value), string(gotValue))
			require.Equal(t, "next record", string(record[size:]))
		}
	})
}

func TestValueRoom(t *testing.T) {
	for n := range 1 << 12 {
		room := valueRoom(n)
		require.GreaterOrEqual(t, room, n)
		require.LessOrEqual(t, room, max(4, n+n/4+1))
		require.Equal(t, room, valueRoom(room), "room for %d", n)
		require.LessOrEqual(t, room, valueRoom(n+1), "descends at %d", n)
	}
}
