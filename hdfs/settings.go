package hdfs

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/colinmarc/hdfs/v2"
	"github.com/colinmarc/hdfs/v2/hadoopconf"
)

// Defaults of [Config] and of Hadoop.
const (
	defaultConnections = 4
	defaultPatience    = time.Minute
	namenodePort       = "8020"
	defaultUmask       = 0o022 // fs.permissions.umask-mode
)

// settings are a Config with everything looked up.
type settings struct {
	config     Config
	properties Properties
	defaultFS  string // hdfs://host:port or hdfs://nameservice
	addresses  []string
	user       string // who the client is where the cluster does not ask for Kerberos
	kerberos   bool
	umask      uint32
	blockSize  int64 // 0: as the namenode says
	replicas   int   // 0: as the namenode says
}

// resolve looks up everything that the config leaves open.
func (c Config) resolve() (*settings, error) {
	c.Connections = cmp.Or(c.Connections, defaultConnections)
	c.Patience = cmp.Or(c.Patience, defaultPatience)
	properties, dir, err := c.properties()
	if err != nil {
		return nil, err
	}
	c.ConfDir = dir
	s := &settings{config: c, properties: properties}
	s.defaultFS = cmp.Or(c.DefaultFS, properties.Get("fs.defaultFS"), properties.Get("fs.default.name"))
	if s.addresses, err = namenodes(s.defaultFS, properties); err != nil {
		return nil, fmt.Errorf("%w (configuration in %s)", err, cmp.Or(dir, "no folder"))
	}
	s.kerberos = strings.EqualFold(properties.Get("hadoop.security.authentication"), "kerberos")
	if s.user = cmp.Or(c.User, os.Getenv("HADOOP_USER_NAME")); s.user == "" {
		if s.user, err = osUser(); err != nil {
			return nil, fmt.Errorf("can't tell the user's name, set HADOOP_USER_NAME: %w", err)
		}
	}
	return s, s.resolveCreation()
}

// properties loads the site files. Who names a DefaultFS can do without.
func (c Config) properties() (Properties, string, error) {
	dir, err := c.ConfDir, error(nil)
	if dir == "" {
		if dir, err = FindConfDir(); err != nil && c.DefaultFS != "" {
			return Properties{}, "", nil
		}
	}
	if err != nil {
		return nil, "", err
	}
	properties, err := LoadProperties(dir)
	return properties, dir, err
}

// resolveCreation looks up how new files and folders are made.
func (s *settings) resolveCreation() error {
	s.umask = defaultUmask
	if text := s.properties.Get("fs.permissions.umask-mode"); text != "" {
		umask, err := strconv.ParseUint(text, 8, 12)
		if err != nil {
			return fmt.Errorf("fs.permissions.umask-mode is %q: only an octal number such as 022 is understood", text)
		}
		s.umask = uint32(umask)
	}
	if text := s.properties.Get("dfs.blocksize"); text != "" {
		size, err := parseSize(text)
		if err != nil {
			return fmt.Errorf("dfs.blocksize: %w", err)
		}
		s.blockSize = size
	}
	if text := s.properties.Get("dfs.replication"); text != "" {
		replicas, err := strconv.ParseUint(text, 10, 15)
		if err != nil {
			return fmt.Errorf("dfs.replication is %q: not a number", text)
		}
		s.replicas = int(replicas)
	}
	return nil
}

// parseSize reads a number of bytes with one of Hadoop's binary prefixes: 128m.
func parseSize(text string) (int64, error) {
	digits, shift := text, 0
	if i := strings.IndexByte("kmgtpe", text[len(text)-1]|0x20); i >= 0 {
		digits, shift = text[:len(text)-1], 10*(i+1)
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || n == 0 || n > (1<<63-1)>>shift {
		return 0, fmt.Errorf("%q is not a size such as 128m", text)
	}
	return int64(n << shift), nil
}

// namenodes returns the addresses behind a file system's URI: those of the
// nameservice of that name, or its own host and port.
func namenodes(defaultFS string, p Properties) ([]string, error) {
	if defaultFS == "" {
		return nil, fmt.Errorf("fs.defaultFS is not set: set it in core-site.xml to such as hdfs://namenode:%s", namenodePort)
	}
	uri, err := url.Parse(defaultFS)
	if err != nil {
		return nil, fmt.Errorf("fs.defaultFS %q: %w", defaultFS, err)
	}
	if uri.Scheme != "hdfs" || uri.Hostname() == "" {
		return nil, fmt.Errorf("fs.defaultFS is %q: only hdfs://host:port and hdfs://nameservice are supported", defaultFS)
	}
	const property = "dfs.namenode.rpc-address."
	service := uri.Host
	var addresses []string
	for namenode := range strings.FieldsFuncSeq(p.Get("dfs.ha.namenodes."+service), isListSeparator) {
		address := p.Get(property + service + "." + namenode)
		if address == "" {
			return nil, fmt.Errorf("nameservice %s has a namenode %s, but %s%s.%s is not set in hdfs-site.xml",
				service, namenode, property, service, namenode)
		}
		addresses = append(addresses, address)
	}
	switch {
	case addresses != nil:
		return addresses, nil
	case p.Get(property+service) != "":
		return []string{p.Get(property + service)}, nil
	case slices.Contains(strings.FieldsFunc(p.Get("dfs.nameservices"), isListSeparator), service):
		return nil, fmt.Errorf("nameservice %s has no namenodes: set dfs.ha.namenodes.%s in hdfs-site.xml", service, service)
	}
	return []string{net.JoinHostPort(uri.Hostname(), cmp.Or(uri.Port(), namenodePort))}, nil
}

func isListSeparator(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' }

// options returns what the library needs for one connection, but for the
// Kerberos login.
func (s *settings) options() hdfs.ClientOptions {
	expanded := make(hadoopconf.HadoopConf, len(s.properties))
	for name := range s.properties {
		if !strings.HasPrefix(name, "fs.default") { // namenodes knows better
			expanded[name] = s.properties.Get(name)
		}
	}
	options := hdfs.ClientOptionsFromConf(expanded)
	options.Addresses = s.addresses
	options.User = s.user
	// The library takes the strictest protection listed; any of them will do,
	// and only this one works.
	listed := strings.FieldsFunc(strings.ToLower(expanded["dfs.data.transfer.protection"]), isListSeparator)
	if !s.properties.IsTrue("dfs.encrypt.data.transfer") && slices.Contains(listed, hdfs.DataTransferProtectionAuthentication) {
		options.DataTransferProtection = hdfs.DataTransferProtectionAuthentication
	}
	return options
}

// osUser returns the name of the user of this process.
func osUser() (string, error) {
	u, err := user.Current()
	if err != nil {
		return "", err
	}
	return u.Username, nil
}
