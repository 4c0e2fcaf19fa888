package scheduler

import (
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A gridVersion says what was known when a grid was looked at.
type gridVersion struct {
	epoch  string
	number int64     // the grid's
	at     time.Time // what was due before it was late
	shape  uint64    // see gridLook.shape
}

// String returns the version as parseGridVersion reads it.
func (v *gridVersion) String() string {
	return fmt.Sprintf("%s.%d.%d.%x", v.epoch, v.number, v.at.UnixNano(), v.shape)
}

// parseGridVersion reads a version. What is none is the zero one, of which nothing is known.
func parseGridVersion(text string) gridVersion {
	fields := strings.Split(text, ".")
	if len(fields) != 4 {
		return gridVersion{}
	}
	number, err1 := strconv.ParseInt(fields[1], 10, 64)
	at, err2 := strconv.ParseInt(fields[2], 10, 64)
	shape, err3 := strconv.ParseUint(fields[3], 16, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return gridVersion{}
	}
	return gridVersion{fields[0], number, time.Unix(0, at), shape}
}

// covers reports whether what has changed since the version tells all of another one.
func (v *gridVersion) covers(other *gridVersion) bool {
	return v.epoch == other.epoch && v.shape == other.shape
}

// begin notes the version of the grid at the beginning of a look: what changes meanwhile is told of by the next one
// again.
func (l *gridLook) begin(c *core) {
	if l.since.number < c.grid.removed {
		l.since = gridVersion{} // a family may have lost the row of one kind, and kept another
	}
	l.version = gridVersion{epoch: c.grid.epoch, number: c.grid.version, at: c.now}
}

// shape returns a hash of all that an answer has beside the cells of its families.
func (l *gridLook) shape() uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%v %d %d %d %q\n", l.Finer, l.Kind, l.grid.First.Number, l.grid.Count, l.grid.Next)
	for _, name := range l.names {
		_, _ = io.WriteString(h, name+"\n")
	}
	return h.Sum64()
}

// leaveOutKnown drops the families that are as they were.
func (l *gridLook) leaveOutKnown() {
	if l.grid.Known {
		l.names = slices.DeleteFunc(l.names, func(name string) bool { return l.families[name] <= l.since.number })
	}
	l.grid.Families = make([]GridFamily, 0, len(l.names))
}
