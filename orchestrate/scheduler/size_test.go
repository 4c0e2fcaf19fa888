package scheduler

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// TestTaskIsSmall: a million tasks shall take no more memory than they must. Go gives a task that is larger
// than this an eighth more.
func TestTaskIsSmall(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(task{}), uintptr(512))
}
