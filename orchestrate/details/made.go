package details

import (
	"strconv"
	"time"

	"github.com/gomr/gomr/orchestrate/fingerprint"
)

// MostPaths is how many inputs, and how many outputs, are named.
const MostPaths = 20

// OfProgram returns by what code an output is made. Which program it is, the task says.
func OfProgram(p fingerprint.Program) Details {
	d := Details{}
	d.add(ProgramVersion, p.Version)
	d.add(ProgramRevision, p.Revision)
	if p.Revision != "" && p.Modified {
		d[ProgramRevision] += " with changes"
	}
	d.add(ProgramBuild, p.Build)
	return d
}

// OfInputs returns what is told of the inputs of a task.
func OfInputs(states []fingerprint.State) Details {
	d := sizes(Inputs, InputBytes, states)
	for _, s := range states[:min(len(states), MostPaths)] {
		if !s.Modified.IsZero() {
			d[of(InputModified, s.Path)] = s.Modified.UTC().Format(time.RFC3339)
		}
	}
	return d
}

// OfOutputs returns what is told of the outputs of a task.
func OfOutputs(states []fingerprint.State) Details { return sizes(Outputs, OutputBytes, states) }

// sizes returns how many states there are, and how large they are, all together and each.
func sizes(count, size string, states []fingerprint.State) Details {
	d := Details{}
	if len(states) == 0 {
		return d
	}
	var total int64
	for i, s := range states {
		total += s.Bytes
		if i < MostPaths {
			d[of(size, s.Path)] = sizeOf(&s)
		}
	}
	d[count], d[size] = strconv.Itoa(len(states)), strconv.FormatInt(total, 10)
	return d
}

func sizeOf(s *fingerprint.State) string {
	switch s.Kind {
	case fingerprint.File, fingerprint.Folder:
		return strconv.FormatInt(s.Bytes, 10)
	case fingerprint.Missing:
		return "missing"
	}
	return "not known"
}
