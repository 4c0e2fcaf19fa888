package streamjob

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
)

// A config is a job's properties, as Hadoop's Configuration has them: a name that is
// deprecated is taken for the one that took its place, and values refer to others by ${name}.
type config struct {
	values map[string]string
	final  map[string]bool // a file said that later ones must not change it
	given  map[string]bool // set by the user, and no default
}

func newConfig() *config {
	return &config{values: defaultProperties(), final: map[string]bool{}, given: map[string]bool{}}
}

// clone returns a copy for a task, which adds its own properties.
func (c *config) clone() *config {
	return &config{values: maps.Clone(c.values), final: c.final, given: c.given}
}

// set sets a property.
func (c *config) set(name, value string) {
	name = strings.TrimSpace(name)
	for _, current := range currentNames(name) {
		c.values[current] = value
		c.given[current] = true
	}
}

// raw returns a value as it was set.
func (c *config) raw(name string) (string, bool) {
	for _, current := range currentNames(name) {
		if value, ok := c.values[current]; ok {
			return value, true
		}
	}
	return "", false
}

// maxExpansions is MAX_SUBST of Configuration.
const maxExpansions = 20

// lookup returns a value with its references replaced.
func (c *config) lookup(name string) (string, bool) {
	value, ok := c.raw(name)
	if !ok {
		return "", false
	}
	return c.expand(value), true
}

// expand replaces the references in a value, the first one first, as often as Hadoop does.
// A reference to nothing stays as it is and ends it.
func (c *config) expand(value string) string {
	for range maxExpansions {
		start, end := findReference(value)
		if start < 0 {
			return value
		}
		replacement, ok := c.resolve(value[start+2 : end])
		if !ok {
			return value
		}
		value = value[:start] + replacement + value[end+1:]
	}
	return value
}

// findReference finds the first innermost ${name}, or -1. A name has no blank and no $.
func findReference(value string) (start, end int) {
	from := 0
	for {
		open := strings.Index(value[from:], "${")
		if open < 0 {
			return -1, -1
		}
		start = from + open
		rest := value[start+2:]
		stop := strings.IndexAny(rest, "}$ \u0020")
		if stop > 0 && rest[stop] == '}' {
			return start, start + 2 + stop
		}
		from = start + 2
	}
}

// resolve returns the value of a reference: of the environment, of Java, or another property.
func (c *config) resolve(name string) (string, bool) {
	if variable, ok := strings.CutPrefix(name, "env."); ok {
		if name, other, ok := strings.Cut(variable, ":"); ok {
			return orDefault(os.Getenv(name), strings.TrimPrefix(other, "-")), true
		}
		if name, other, ok := strings.Cut(variable, "-"); ok {
			if value, ok := os.LookupEnv(name); ok {
				return value, true
			}
			return other, true
		}
		return os.LookupEnv(variable)
	}
	if value, ok := systemProperty(name); ok {
		return value, true
	}
	return c.raw(name)
}

func orDefault(value, other string) string {
	if value == "" {
		return other
	}
	return value
}

// systemProperty returns the properties of a JVM that Hadoop's defaults refer to.
func systemProperty(name string) (string, bool) {
	switch name {
	case "user.name":
		return userName(), true
	case "user.home":
		home, err := os.UserHomeDir()
		return home, err == nil
	case "user.dir":
		dir, err := os.Getwd()
		return dir, err == nil
	case "java.io.tmpdir":
		return javaTempDir, true
	}
	return "", false
}

// javaTempDir is java.io.tmpdir, which does not look at TMPDIR.
const javaTempDir = "/tmp"

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return orDefault(os.Getenv("USER"), "nobody")
}

// text returns a value, or other where there is none.
func (c *config) text(name, other string) string {
	if value, ok := c.lookup(name); ok {
		return value
	}
	return other
}

// A numberError is Java's NumberFormatException of a property.
type numberError struct{ value string }

func (e *numberError) Error() string {
	return fmt.Sprintf("java.lang.NumberFormatException: For input string: %q", e.value)
}

// integer returns a number, which may be hexadecimal.
func (c *config) integer(name string, other int) (int, error) {
	value, ok := c.lookup(name)
	value = strings.TrimSpace(value)
	if !ok {
		return other, nil
	}
	n, err := parseJavaInteger(value, 64)
	if err != nil {
		return 0, &numberError{value}
	}
	return int(n), nil
}

// parseJavaInteger reads what Configuration.getInt and getLong accept.
func parseJavaInteger(text string, bits int) (int64, error) {
	digits := strings.TrimPrefix(text, "-")
	if hex, ok := strings.CutPrefix(digits, "0x"); ok || strings.HasPrefix(digits, "0X") {
		if !ok {
			hex = digits[2:]
		}
		n, err := strconv.ParseInt(hex, 16, bits)
		if digits != text {
			n = -n
		}
		return n, err
	}
	if strings.ContainsRune(text, '_') {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseInt(text, 10, bits)
}

// float returns a number with a fraction.
func (c *config) float(name string, other float64) (float64, error) {
	value, ok := c.lookup(name)
	if !ok {
		return other, nil
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(value), 32)
	if err != nil {
		return 0, &numberError{value}
	}
	return f, nil
}

// boolean returns true or false; any other word is no answer.
func (c *config) boolean(name string, other bool) bool {
	switch strings.ToLower(strings.TrimSpace(c.text(name, ""))) {
	case "true":
		return true
	case "false":
		return false
	}
	return other
}

// names returns the names of all properties, sorted.
func (c *config) names() []string { return slices.Sorted(maps.Keys(c.values)) }

// An xmlProperty is an element of a configuration file.
type xmlProperty struct {
	Name  string `xml:"name"`
	Value string `xml:"value"`
	Final string `xml:"final"`
}

// addFile adds the properties of a configuration file.
func (c *config) addFile(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return c.addXML(f)
}

func (c *config) addXML(r io.Reader) error {
	var document struct {
		Properties []xmlProperty `xml:"property"`
	}
	if err := xml.NewDecoder(r).Decode(&document); err != nil {
		return err
	}
	for _, p := range document.Properties {
		name := strings.TrimSpace(p.Name)
		if name == "" || c.final[name] {
			continue
		}
		c.set(name, p.Value)
		if strings.TrimSpace(p.Final) == "true" {
			c.final[name] = true
		}
	}
	return nil
}

// throughXML makes the losses of a job's way through job.xml: a property without a
// value is gone, and a character that XML can't hold is an error.
func (c *config) throughXML() error {
	for name, value := range c.values {
		if value == "" {
			delete(c.values, name)
			continue
		}
		if i := strings.IndexFunc(value, func(r rune) bool { return r < 0x20 && r != '\t' && r != '\n' && r != '\r' }); i >= 0 {
			return &uncaughtError{class: "java.lang.RuntimeException",
				text: fmt.Sprintf("com.ctc.wstx.exc.WstxParsingException: Illegal character entity: expansion character (code 0x%x\n in the property %s, which job.xml can't hold", value[i], name)}
		}
	}
	return nil
}
