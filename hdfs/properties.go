package hdfs

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// siteFiles are the files of a Hadoop configuration; later ones win.
var siteFiles = []string{"core-site.xml", "hdfs-site.xml", "mapred-site.xml", "yarn-site.xml"}

// Properties are the properties of a Hadoop configuration as they are written;
// Get expands them. They hold what the site files say, not Hadoop's own defaults.
type Properties map[string]string

// FindConfDir returns the folder with the Hadoop configuration, as the hadoop
// command finds it: HADOOP_CONF_DIR, then HADOOP_HOME/etc/hadoop and the older
// HADOOP_HOME/conf, then /etc/hadoop/conf. HADOOP_CONF_DIR is taken at its word; of
// the others the first that has a core-site.xml.
func FindConfDir() (string, error) {
	if dir := os.Getenv("HADOOP_CONF_DIR"); dir != "" {
		return dir, nil
	}
	dirs := []string{"/etc/hadoop/conf"}
	if home := os.Getenv("HADOOP_HOME"); home != "" {
		dirs = []string{filepath.Join(home, "etc", "hadoop"), filepath.Join(home, "conf"), dirs[0]}
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, siteFiles[0])); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("no Hadoop configuration found: set HADOOP_CONF_DIR to the folder with core-site.xml (looked in %s)",
		strings.Join(dirs, ", "))
}

// LoadProperties reads core-site.xml, hdfs-site.xml, mapred-site.xml and
// yarn-site.xml in dir; those that are missing are empty, but not all of them.
func LoadProperties(dir string) (Properties, error) {
	properties := make(Properties)
	found := false
	for _, name := range siteFiles {
		file, err := os.Open(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the Hadoop configuration: %w", err)
		}
		found = true
		err = properties.read(file)
		file.Close()
		if err != nil {
			return nil, fmt.Errorf("read the Hadoop configuration: %s: %w", file.Name(), err)
		}
	}
	if !found {
		return nil, fmt.Errorf("no Hadoop configuration in %s: set HADOOP_CONF_DIR to the folder with core-site.xml: %w",
			dir, fs.ErrNotExist)
	}
	return properties, nil
}

// read adds the properties of one site file, given as elements or as attributes.
func (p Properties) read(r io.Reader) error {
	var site struct {
		XMLName    xml.Name `xml:"configuration"`
		Properties []struct {
			Name      string  `xml:"name"`
			NameAttr  string  `xml:"name,attr"`
			Value     *string `xml:"value"`
			ValueAttr *string `xml:"value,attr"`
		} `xml:"property"`
	}
	if err := xml.NewDecoder(r).Decode(&site); err != nil {
		return err
	}
	for _, property := range site.Properties {
		name, value := strings.TrimSpace(property.Name), property.Value
		if name == "" {
			name = strings.TrimSpace(property.NameAttr)
		}
		if value == nil {
			value = property.ValueAttr
		}
		if name != "" && value != nil {
			p[name] = *value
		}
	}
	return nil
}

// maxSubstitutions bounds the references followed in one value, as in
// org.apache.hadoop.conf.Configuration.
const maxSubstitutions = 20

// Get returns the value of a property without white space around it, and with
// ${other.property}, ${env.NAME} and ${user.name} replaced as Hadoop does; a
// reference to what is not there stays as it is. A property that is not set is "".
func (p Properties) Get(name string) string {
	value := p[name]
	from := 0
	for range maxSubstitutions {
		start := strings.Index(value[from:], "${")
		if start < 0 {
			break
		}
		start += from
		length := strings.IndexByte(value[start:], '}')
		if length < 0 {
			break
		}
		replacement, ok := p.lookUp(value[start+len("${") : start+length])
		if !ok {
			from = start + length
			continue
		}
		value = value[:start] + replacement + value[start+length+1:]
	}
	return strings.TrimSpace(value)
}

func (p Properties) lookUp(name string) (string, bool) {
	if variable, ok := strings.CutPrefix(name, "env."); ok {
		return os.LookupEnv(variable)
	}
	if value, ok := p[name]; ok {
		return value, true
	}
	if name == "user.name" {
		name, err := osUser()
		return name, err == nil
	}
	return "", false
}

// IsTrue tells whether a property is "true", in any case.
func (p Properties) IsTrue(name string) bool { return strings.EqualFold(p.Get(name), "true") }
