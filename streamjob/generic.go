package streamjob

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// applyGeneric takes the generic options in front of a command line, and returns the
// arguments behind them.
func applyGeneric(conf *config, args []string, stdout io.Writer, log *logger) ([]string, error) {
	found, err := parseGeneric(args)
	var wrong *parseError
	if errors.As(err, &wrong) { // then Hadoop goes on without any argument
		log.warnf("util.GenericOptionsParser", "options parsing failed: %s", wrong.text)
		fmt.Fprint(stdout, genericHelp)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if uri, ok := found.first("fs"); ok {
		conf.set("fs.defaultFS", uri)
	}
	if tracker, ok := found.first("jt"); ok {
		if strings.EqualFold(tracker, "local") {
			conf.set("mapreduce.framework.name", tracker)
		}
		conf.set("yarn.resourcemanager.address", tracker)
	}
	for _, file := range found.values["conf"] {
		if err := addConfFile(conf, file); err != nil {
			return nil, err
		}
	}
	for _, property := range found.values["D"] {
		if name, value, ok := strings.Cut(property, "="); ok {
			conf.set(name, value)
		}
	}
	for option, property := range map[string]string{"libjars": "tmpjars", "files": "tmpfiles", "archives": "tmparchives"} {
		list, ok := found.first(option)
		if !ok {
			continue
		}
		files, err := qualifyFiles(list, option == "libjars")
		if err != nil {
			return nil, err
		}
		conf.set(property, files)
	}
	conf.set("mapreduce.client.genericoptionsparser.used", "true")
	return found.rest, nil
}

// addConfFile adds a configuration file. One that is missing is left out, as in Hadoop.
func addConfFile(conf *config, file string) error {
	err := conf.addFile(localPath(file))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &uncaughtError{runtimeFailure, fmt.Sprintf("%s: %v", absolute(file), err)}
	}
	return nil
}

// qualifyFiles makes the names of a comma list absolute, and checks that they are there.
// Jars may be named by a folder and "*".
func qualifyFiles(list string, wildcards bool) (string, error) {
	var all []string
	for _, name := range javaSplit(list, ",") {
		if name == "" {
			return "", &uncaughtError{illegalArgument, "File name can't be empty string"}
		}
		path, fragment, _ := strings.Cut(name, "#")
		if dir, ok := strings.CutSuffix(path, "*"); ok && wildcards {
			jars, err := filepath.Glob(filepath.Join(localPath(dir), "*.[jJ][aA][rR]"))
			if err != nil {
				return "", &uncaughtError{illegalArgument, err.Error()}
			}
			all = append(all, jars...)
			continue
		}
		if _, err := os.Stat(localPath(path)); err != nil {
			return "", &uncaughtError{fileNotFound, fmt.Sprintf("File %s does not exist", absolute(path))}
		}
		uri := "file:" + absolute(path)
		if fragment != "" {
			uri += "#" + fragment
		}
		all = append(all, uri)
	}
	if len(all) == 0 {
		return "", &uncaughtError{illegalArgument, "File name can't be empty string"}
	}
	return strings.Join(all, ","), nil
}

// localPath returns the local path of a file: URI, or of a plain path.
func localPath(uri string) string {
	path, ok := strings.CutPrefix(uri, "file:")
	if !ok {
		return uri
	}
	if rest, ok := strings.CutPrefix(path, "//"); ok {
		path = rest
		if i := strings.IndexByte(path, '/'); i > 0 { // a host
			path = path[i:]
		}
	}
	return path
}

// absolute returns the absolute local path of a URI or path.
func absolute(uri string) string {
	path, err := filepath.Abs(localPath(uri))
	if err != nil {
		return localPath(uri)
	}
	return path
}
