package mr_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
)

// A tab or line end is found wherever it stands in a key, and nothing else is taken for one.
func TestTSVRefusesControls(t *testing.T) {
	step := mr.MapMerge(emitLengths(func(w string) string { return w }), mr.Sum).Steps()[0]
	write := func(key string) error {
		return step.RunReduce(mr.NewEnv(mr.EnvConfig{}), &numberPairs{keys: []string{key}, numbers: []int64{1}}, func([]byte) error { return nil })
	}
	for length := range 26 {
		for at := range length {
			for _, control := range "\t\r\n" {
				key := strings.Repeat("\xff", at) + string(control) + strings.Repeat("\x80", length-at-1)
				require.ErrorContains(t, write(key), "which a line of TSV can't hold", "%q", key)
			}
		}
		for _, other := range []byte{0, 1, 8, 11, 12, 14, 0x7f, 0x80, 0x89, 0x8d, 0xff} {
			require.NoError(t, write(strings.Repeat(string([]byte{other}), length)))
		}
	}
}
