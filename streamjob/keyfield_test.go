package streamjob

import (
	"bufio"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// readVectors calls row for each line of a table, with its columns.
func readVectors(t *testing.T, file string, row func(columns []string)) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	rows := 0
	for lines := bufio.NewScanner(f); lines.Scan(); rows++ {
		if line := lines.Text(); !strings.HasPrefix(line, "#") {
			row(strings.Split(line, "\t"))
		}
	}
	require.Greater(t, rows, 50)
}

func fromHex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	return b
}

// TestKeyFieldVectors compares with the results of Hadoop's own classes: the sign of the
// comparison of two keys, and the partition of the first of seven.
func TestKeyFieldVectors(t *testing.T) {
	readVectors(t, "testdata/keyfield.tsv", func(columns []string) {
		require.Len(t, columns, 6)
		fields, err := parseKeyFields(columns[0], string(fromHex(t, columns[1])))
		require.NoError(t, err)
		a, b := fromHex(t, columns[2]), fromHex(t, columns[3])
		require.Equal(t, columns[4], strconv.Itoa(sign(fields.compare(a, b))), "%q", columns)
		require.Equal(t, columns[5], strconv.Itoa(toPartition(fields.hash(appendUTF8(nil, a)), keyFieldPartitions)), "%q", columns)
	})
}

// keyFieldPartitions is the number of partitions in the table.
const keyFieldPartitions = 7

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func TestHashPartitionerVectors(t *testing.T) {
	readVectors(t, "testdata/hashpartitioner.tsv", func(columns []string) {
		hash := textClass.hash(fromHex(t, columns[0]))
		require.Equal(t, columns[1], strconv.Itoa(int(hash)))
		for i, n := range []int{2, 3, 7, 100} {
			require.Equal(t, columns[2+i], strconv.Itoa(toPartition(hash, n)))
		}
	})
}

func TestKeySpecsThatCannotBe(t *testing.T) {
	for _, options := range []string{"-kx", "-k1.x", "-k1,", "-k1,2z", "-k1q", "-k1.2.3", "-k1,2,3"} {
		_, err := parseKeyFields(options, "\t")
		require.Error(t, err, options)
	}
	for _, options := range []string{"", "-k", "-rn", "-n -r", "-k 1", "-k1n,2r", "nonsense"} {
		_, err := parseKeyFields(options, "\t")
		require.NoError(t, err, options)
	}
}

// TestSpecThatEndsBeforeItBegins has a length less than zero, which Hadoop compares.
func TestSpecThatEndsBeforeItBegins(t *testing.T) {
	fields, err := parseKeyFields("-k2.3,1.2", "\t")
	require.NoError(t, err)
	require.Negative(t, fields.compare([]byte("long\tfield"), []byte("x\tfield")))
	require.Zero(t, fields.compare([]byte("a\tfield"), []byte("x\tabcde")))
}
