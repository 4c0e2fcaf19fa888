package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestByteSize(t *testing.T) {
	for text, want := range map[string]int64{
		"1": 1, "512": 512, "1k": 1 << 10, "64K": 64 << 10, "512M": 512 << 20, "2G": 2 << 30, "2GiB": 2 << 30, "2gb": 2 << 30,
		"1.5G": 3 << 29, "1T": 1 << 40, "7B": 7,
	} {
		var size byteSize
		require.NoError(t, size.Set(text), text)
		require.Equal(t, byteSize(want), size, text)
	}
	for _, text := range []string{"", "G", "0", "-1G", "12Q", "1GG", "1e30", "9999999T", "0.1", "NaN", "1 G"} {
		var size byteSize
		require.Error(t, size.Set(text), text)
	}
}
