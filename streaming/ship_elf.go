package streaming

import (
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
)

// A BinaryError tells that an executable can't run on the nodes of a cluster.
type BinaryError struct {
	Path   string
	Reason string // what is wrong with it
	Mend   string
}

func (e *BinaryError) Error() string {
	return fmt.Sprintf("%s can't run on the nodes of a cluster: %s: %s", e.Path, e.Reason, e.Mend)
}

// CheckBinary returns a [BinaryError] for a file that is not a static executable
// for Linux. A dynamic one would need the libraries of the machine that built it.
func CheckBinary(path string) error {
	const mend = "build it with gomr build --os linux, or CGO_ENABLED=0 GOOS=linux go build"
	file, err := elf.Open(path)
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("executable for the cluster: %w", err)
	}
	if err != nil {
		return &BinaryError{path, "it is no Linux executable (" + err.Error() + ")", mend}
	}
	defer file.Close()
	if file.Type != elf.ET_EXEC && file.Type != elf.ET_DYN {
		return &BinaryError{path, "it is no executable but " + file.Type.String(), mend}
	}
	if file.OSABI != elf.ELFOSABI_NONE && file.OSABI != elf.ELFOSABI_LINUX {
		return &BinaryError{path, "it is for " + file.OSABI.String() + " and not for Linux", mend}
	}
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			return &BinaryError{path, "it is linked dynamically, as programs that use cgo are", mend}
		}
	}
	return nil
}
