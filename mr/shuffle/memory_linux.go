package shuffle

import "golang.org/x/sys/unix"

// adviseHugePages asks for huge pages. Without them the memory is as good, and slower.
func adviseHugePages(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }
