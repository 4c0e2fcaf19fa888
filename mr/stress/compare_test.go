package stress

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLinesThatDifferByRounding(t *testing.T) {
	for _, test := range []struct {
		name, a, b string
		same       bool
	}{
		{"the last digit", "k\t0.3", "k\t0.30000000000000004", true},
		{"a whole number", "k\t3", "k\t3.0000000000000004", true},
		{"large", "k\t1e+20", "k\t1.0000000000000002e+20", true},
		{"nearly nothing", "k\t0", "k\t1.4210854715202004e-14", true},
		{"the sign of zero", "k\t0", "k\t-0", true},
		{"not a number", "k\tNaN", "k\tNaN", true},
		{"in the key", "0.3\tk", "0.30000000000000004\tk", true},
		{"JSON", `{"key":"a","value":{"sum":0.3,"n":2}}`, `{"key":"a","value":{"sum":0.30000000000000004,"n":2}}`, true},
		{"a struct", "k\t{0.3 2}", "k\t{0.30000000000000004 2}", true},
		{"too far", "k\t0.3", "k\t0.3001", false},
		{"too far and large", "k\t1000.1", "k\t1000.2", false},
		{"whole numbers", "k\t10000000000001", "k\t10000000000002", false},
		{"infinity", "k\t1.5", "k\t+Inf", false},
		{"other text", "k\t0.3", "l\t0.3", false},
		{"one number more", "k\t0.3", "k\t0.3 0.3", false},
		{"one of two", "k\t0.3 1", "k\t0.30000000000000004 2", false},
		{"the sign in the text", "a#\t#", "a#\t1.5", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMatcher()
			m.add(wanted, parseLine(test.a))
			m.add(gotten, parseLine(test.b))
			require.Equal(t, test.same, m.difference() == nil)
		})
	}
}

func TestTheFirstKeyIsReported(t *testing.T) {
	m := newMatcher()
	for _, text := range []string{"b\t1", "b\t2", "c"} {
		m.add(wanted, parseLine(text))
	}
	m.add(gotten, parseLine("b\t3"))
	require.Equal(t, &Difference{Key: "b", Want: []string{"1", "2"}, Got: []string{"3"}}, m.difference())

	m.add(gotten, parseLine("a"))
	require.Equal(t, &Difference{Key: "a", Got: []string{""}}, m.difference())
}

func TestLinesHaveTheOrderOfTheirKeys(t *testing.T) {
	sorted := []string{"", "\t", "\ta", "a", "a\t", "a\tb", "a\x01", "a\x01\tb", "a b"}
	for i, a := range sorted {
		require.Equal(t, a, parseLine(a).String())
		for j, b := range sorted {
			require.Equal(t, i < j, parseLine(a).compare(parseLine(b)) < 0, "%q %q", a, b)
		}
	}
}
