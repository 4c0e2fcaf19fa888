package streamjob

import (
	_ "embed"
	"maps"
	"strings"
	"sync"
)

// Hadoop 3.4's own tables, as its classes print them: all properties of a job with
// their defaults, and the names that were given up with those that took their place.
var (
	//go:embed defaults.txt
	defaultsTable string
	//go:embed deprecated.txt
	deprecatedTable string
)

var tables = struct {
	defaults   func() map[string]string
	deprecated func() map[string][]string
}{
	sync.OnceValue(func() map[string]string {
		table := make(map[string]string, 2000)
		unescape := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r")
		for line := range strings.Lines(defaultsTable) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			if strings.IndexByte(value, '\\') >= 0 {
				value = unescape.Replace(value)
			}
			table[name] = value
		}
		return table
	}),
	sync.OnceValue(func() map[string][]string {
		table := make(map[string][]string, 300)
		for line := range strings.Lines(deprecatedTable) {
			name, current, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			table[name] = strings.Fields(current)
		}
		return table
	}),
}

// defaultProperties returns a copy of Hadoop's defaults.
func defaultProperties() map[string]string { return maps.Clone(tables.defaults()) }

// currentNames returns the names that stand for one that may be deprecated.
func currentNames(name string) []string {
	if current, ok := tables.deprecated()[name]; ok {
		return current
	}
	return []string{name}
}
