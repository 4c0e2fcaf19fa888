package hdfs

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// writeConf writes site files from lines "file name value" and returns their folder.
func writeConf(t *testing.T, lines ...string) string {
	t.Helper()
	dir := t.TempDir()
	sites := map[string]string{"core-site.xml": ""}
	for _, line := range lines {
		file, property, _ := strings.Cut(line, " ")
		name, value, _ := strings.Cut(property, " ")
		sites[file] += "<property><name>" + name + "</name><value>" + value + "</value></property>\n"
	}
	for file, properties := range sites {
		content := "<?xml version=\"1.0\"?>\n<configuration>\n" + properties + "</configuration>\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644))
	}
	return dir
}

func TestLoadProperties(t *testing.T) {
	t.Setenv("GOMR_TEST_HOST", "example.com")
	dir := writeConf(t,
		"core-site.xml fs.defaultFS  hdfs://nn:9000 ",
		"core-site.xml twice first",
		"hdfs-site.xml twice second",
		"core-site.xml on TRUE",
		"core-site.xml dir ${base}/${missing}/x",
		"core-site.xml base /tmp/${host}",
		"core-site.xml host ${env.GOMR_TEST_HOST}",
		"core-site.xml endless ${endless}",
		"core-site.xml open a${b",
		"yarn-site.xml yarn.resourcemanager.address rm:8032",
	)
	p, err := LoadProperties(dir)
	require.NoError(t, err)
	for name, want := range map[string]string{
		"fs.defaultFS":                 "hdfs://nn:9000",
		"twice":                        "second",
		"dir":                          "/tmp/example.com/${missing}/x",
		"endless":                      "${endless}",
		"open":                         "a${b",
		"not.set":                      "",
		"yarn.resourcemanager.address": "rm:8032",
	} {
		require.Equal(t, want, p.Get(name), name)
	}
	require.True(t, p.IsTrue("on"))
	require.False(t, p.IsTrue("off"))
}

func TestLoadPropertiesAsAttributes(t *testing.T) {
	p := make(Properties)
	require.NoError(t, p.read(strings.NewReader(
		`<configuration><property name="a" value="1"/><property><name>b</name><value></value><final>true</final></property></configuration>`)))
	require.Equal(t, Properties{"a": "1", "b": ""}, p)
}

func TestLoadPropertiesFaults(t *testing.T) {
	empty := t.TempDir()
	_, err := LoadProperties(empty)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "no Hadoop configuration in "+empty+": set HADOOP_CONF_DIR")

	broken := filepath.Join(empty, "core-site.xml")
	require.NoError(t, os.WriteFile(broken, []byte("<configuration><property>"), 0o644))
	_, err = LoadProperties(empty)
	require.ErrorContains(t, err, broken)
}

func TestFindConfDir(t *testing.T) {
	home := t.TempDir()
	etc := filepath.Join(home, "etc", "hadoop")
	require.NoError(t, os.MkdirAll(filepath.Dir(etc), 0o755))
	require.NoError(t, os.Rename(writeConf(t), etc))
	t.Setenv("HADOOP_HOME", home)
	t.Setenv("HADOOP_CONF_DIR", "")
	dir, err := FindConfDir()
	require.NoError(t, err)
	require.Equal(t, etc, dir)

	t.Setenv("HADOOP_CONF_DIR", "/some/where")
	dir, err = FindConfDir()
	require.NoError(t, err)
	require.Equal(t, "/some/where", dir)
}

func FuzzProperties(f *testing.F) {
	f.Add(`<configuration><property><name>a</name><value>${b}</value></property></configuration>`)
	f.Add(`<configuration><property name="a" value="${a}${a}"/></configuration>`)
	f.Fuzz(func(t *testing.T, site string) {
		p := make(Properties)
		if p.read(strings.NewReader(site)) != nil {
			return
		}
		for name := range p {
			require.NotEmpty(t, name)
			p.Get(name)
		}
	})
}
