//go:build hadoop

package input

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Hadoop reads what NewWriter writes. Its zstd needs a native library, so that
// codec is left to the tests with the zstd tool's files.
func TestHadoopReadsWhatWeWrite(t *testing.T) {
	home := os.Getenv("HADOOP_HOME")
	require.NotEmpty(t, home, "HADOOP_HOME is not set: run the tests by `scripts/hadoop run -- go test -tags hadoop`")
	for _, codec := range []string{Gzip, Deflate, Snappy, Lz4} {
		for name, text := range map[string][]byte{"empty": {}, "long": variedText(1 << 20)} {
			file := filepath.Join(t.TempDir(), name+Suffix(codec))
			require.NoError(t, os.WriteFile(file, encode(t, codec, text), 0o666))
			var stderr bytes.Buffer
			command := exec.Command(filepath.Join(home, "bin/hadoop"), "fs", "-text", "file://"+file)
			command.Stderr = &stderr
			got, err := command.Output()
			require.NoError(t, err, "%s of %s: %s", codec, name, &stderr)
			require.True(t, bytes.Equal(text, got), "%s of %s", codec, name)
		}
	}
}
