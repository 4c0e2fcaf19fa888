package streaming

import (
	"cmp"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gomr/gomr/hdfs"
)

// Where the distributions install things. Stars are expanded.
var (
	// hadoopCommands hold the hadoop command where it is not on PATH.
	hadoopCommands = []string{
		"/opt/cloudera/parcels/CDH/bin",        // Cloudera
		"/usr/hdp/current/hadoop-client/bin",   // Hortonworks
		"/usr/lib/hadoop/bin",                  // EMR, Dataproc, Bigtop
		"/opt/mapr/hadoop/hadoop-*/bin",        // MapR
		"/opt/hadoop/bin", "/opt/hadoop-*/bin", // Apache's tarball
		"/usr/local/hadoop/bin",                // the same
		"/usr/local/opt/hadoop/bin",            // Homebrew
		"/opt/homebrew/opt/hadoop/libexec/bin", // Homebrew on Apple silicon
		"/usr/local/Cellar/hadoop/*/libexec/bin",
	}

	// jarFolders hold the streaming jar, relative to an installation of Hadoop.
	jarFolders = []string{
		"share/hadoop/tools/lib", // Apache's tarball
		"tools/lib",              // Bigtop
		"",                       // EMR: /usr/lib/hadoop
		"../hadoop-mapreduce",    // Cloudera, Hortonworks, Dataproc, Bigtop
		"lib/hadoop-mapreduce",   // below a Cloudera parcel
		"share/hadoop/mapreduce", // some images
		"contrib/streaming",      // old tarballs
		"libexec/share/hadoop/tools/lib",
	}

	// vendorHomes are installations that no variable need point to.
	vendorHomes = []string{
		"/opt/cloudera/parcels/CDH", "/opt/cloudera/parcels/CDH/lib/hadoop-mapreduce",
		"/usr/hdp/current/hadoop-mapreduce-client",
		"/usr/lib/hadoop-mapreduce",
		"/usr/lib/hadoop",
		"/opt/mapr/hadoop/hadoop-*",
		"/opt/hadoop", "/opt/hadoop-*", "/usr/local/hadoop",
	}
)

// A finder looks for the parts of Hadoop.
type finder struct {
	getenv func(string) string
	root   string // what absolute paths of vendors are relative to; "/" but in tests
}

func (f finder) configuration(dir string) (string, hdfs.Properties, error) {
	if dir == "" {
		found, err := hdfs.FindConfDir()
		if err != nil {
			return "", nil, err
		}
		dir = found
	}
	properties, err := hdfs.LoadProperties(dir)
	return dir, properties, err
}

// hadoop returns the path of the hadoop command.
func (f finder) hadoop(given string) (string, error) {
	missing := &MissingError{
		What: "the hadoop command",
		Mend: "set HADOOP_HOME to an installation of Hadoop, or put hadoop on PATH",
	}
	if given != "" {
		missing.Looked = []string{given}
		missing.Mend = "give the path of a program"
		if isExecutable(given) {
			return filepath.Abs(given)
		}
		return "", missing
	}
	var dirs []string
	if home := f.getenv("HADOOP_HOME"); home != "" {
		dirs = append(dirs, filepath.Join(home, "bin"))
	}
	dirs = append(dirs, filepath.SplitList(f.getenv("PATH"))...)
	dirs = append(dirs, f.vendors(hadoopCommands)...)
	for _, dir := range dirs {
		if command := filepath.Join(dir, "hadoop"); dir != "" && isExecutable(command) {
			return filepath.Abs(command)
		}
	}
	missing.Looked = []string{"HADOOP_HOME/bin, which is not set", "PATH", "the folders of the distributions"}
	if home := f.getenv("HADOOP_HOME"); home != "" {
		missing.Looked[0] = filepath.Join(home, "bin")
	}
	return "", missing
}

// streamingJar returns the path of the jar of Hadoop Streaming.
func (f finder) streamingJar(given, command string) (string, error) {
	given = cmp.Or(given, f.getenv("GOMR_STREAMING_JAR"))
	missing := &MissingError{
		What: "the jar of Hadoop Streaming",
		Mend: "give its path by --streaming-jar or GOMR_STREAMING_JAR; " +
			"its name is like hadoop-streaming-3.4.2.jar",
	}
	if given != "" {
		missing.Looked = []string{given}
		if info, err := os.Stat(given); err == nil && info.Mode().IsRegular() {
			return filepath.Abs(given)
		}
		return "", missing
	}
	for _, home := range f.homes(command) {
		for _, folder := range jarFolders {
			dir := filepath.Join(home, folder)
			if jar := streamingJarIn(dir); jar != "" {
				return jar, nil
			}
			if folder == jarFolders[0] {
				missing.Looked = append(missing.Looked, dir)
			}
		}
	}
	return "", missing
}

// homes returns the folders in which Hadoop may be installed, the likeliest first.
func (f finder) homes(command string) []string {
	var homes []string
	for _, name := range []string{"HADOOP_HOME", "HADOOP_MAPRED_HOME", "HADOOP_PREFIX", "HADOOP_COMMON_HOME"} {
		if home := f.getenv(name); home != "" {
			homes = append(homes, home)
		}
	}
	if target, err := filepath.EvalSymlinks(command); err == nil {
		homes = append(homes, filepath.Dir(filepath.Dir(target)))
	}
	homes = append(homes, f.vendors(vendorHomes)...)
	seen := make(map[string]bool)
	return slices.DeleteFunc(homes, func(home string) bool {
		again := seen[home]
		seen[home] = true
		return again
	})
}

// vendors returns the folders that are there; of those behind a star, the newest version first.
func (f finder) vendors(patterns []string) []string {
	var dirs []string
	for _, pattern := range patterns {
		matches, _ := filepath.Glob(filepath.Join(f.root, pattern)) // the patterns are well formed
		slices.SortFunc(matches, func(a, b string) int { return compareVersions(b, a) })
		dirs = append(dirs, matches...)
	}
	return dirs
}

// streamingJarIn returns the streaming jar in a folder, or "". A name without a
// version is the distribution's own choice; else the newest is taken.
func streamingJarIn(dir string) string {
	jars, _ := filepath.Glob(filepath.Join(dir, "hadoop-streaming*.jar"))
	jars = slices.DeleteFunc(jars, func(jar string) bool {
		name := filepath.Base(jar)
		return strings.Contains(name, "-sources") || strings.Contains(name, "-tests") ||
			strings.Contains(name, "-test-") || strings.Contains(name, "-javadoc") || !isFile(jar)
	})
	if len(jars) == 0 {
		return ""
	}
	if plain := filepath.Join(dir, "hadoop-streaming.jar"); slices.Contains(jars, plain) {
		return plain
	}
	return slices.MaxFunc(jars, compareVersions)
}

// compareVersions compares names with the numbers in them taken as numbers.
func compareVersions(a, b string) int {
	for a != "" && b != "" {
		x, restA := versionToken(a)
		y, restB := versionToken(b)
		m, errM := strconv.Atoi(x)
		n, errN := strconv.Atoi(y)
		order := cmp.Compare(x, y)
		if errM == nil && errN == nil {
			order = cmp.Compare(m, n)
		}
		if order != 0 {
			return order
		}
		a, b = restA, restB
	}
	return cmp.Compare(len(a), len(b))
}

// versionToken cuts the leading run of digits, or of anything else, off s.
func versionToken(s string) (token, rest string) {
	digit := isDigit(rune(s[0]))
	end := strings.IndexFunc(s, func(r rune) bool { return isDigit(r) != digit })
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

func isExecutable(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}

// userName returns whom YARN takes this process for where it does not ask for Kerberos.
func userName(getenv func(string) string) string {
	if name := getenv("HADOOP_USER_NAME"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return getenv("USER")
}
