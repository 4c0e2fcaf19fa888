package hdfs

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/colinmarc/hdfs/v2"
	"github.com/stretchr/testify/require"
)

// clearEnv takes the settings of the machine out of a test.
func clearEnv(t *testing.T) {
	for _, name := range []string{"HADOOP_CONF_DIR", "HADOOP_HOME", "HADOOP_USER_NAME", "KRB5CCNAME", "KRB5_CONFIG", "GOMR_KEYTAB", "GOMR_PRINCIPAL"} {
		t.Setenv(name, "")
	}
}

func TestNamenodes(t *testing.T) {
	ha := []string{
		"hdfs-site.xml dfs.nameservices prod,other",
		"hdfs-site.xml dfs.ha.namenodes.prod nn1, nn2",
		"hdfs-site.xml dfs.namenode.rpc-address.prod.nn1 one:8020",
		"hdfs-site.xml dfs.namenode.rpc-address.prod.nn2 two:8020",
		"hdfs-site.xml dfs.namenode.rpc-address.other elsewhere:8020",
	}
	for name, test := range map[string]struct {
		defaultFS string
		conf      []string
		want      []string
		mend      string
	}{
		"host and port":       {defaultFS: "hdfs://nn:9000", want: []string{"nn:9000"}},
		"host":                {defaultFS: "hdfs://nn", want: []string{"nn:8020"}},
		"slash":               {defaultFS: "hdfs://nn:9000/", want: []string{"nn:9000"}},
		"nameservice":         {defaultFS: "hdfs://prod", conf: ha, want: []string{"one:8020", "two:8020"}},
		"nameservice of one":  {defaultFS: "hdfs://other", conf: ha, want: []string{"elsewhere:8020"}},
		"not set":             {mend: "fs.defaultFS is not set: set it in core-site.xml"},
		"local":               {defaultFS: "file:///", mend: "only hdfs://host:port and hdfs://nameservice are supported"},
		"viewfs":              {defaultFS: "viewfs://x", mend: `fs.defaultFS is "viewfs://x"`},
		"no namenodes":        {defaultFS: "hdfs://prod", conf: ha[:1], mend: "set dfs.ha.namenodes.prod in hdfs-site.xml"},
		"namenode no address": {defaultFS: "hdfs://prod", conf: ha[:3], mend: "dfs.namenode.rpc-address.prod.nn2 is not set"},
	} {
		t.Run(name, func(t *testing.T) {
			clearEnv(t)
			s, err := Config{ConfDir: writeConf(t, test.conf...), DefaultFS: test.defaultFS}.resolve()
			if test.mend != "" {
				require.ErrorContains(t, err, test.mend)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, s.addresses)
			require.Equal(t, test.want, s.options().Addresses)
		})
	}
}

func TestSettings(t *testing.T) {
	clearEnv(t)
	t.Setenv("HADOOP_USER_NAME", "etl")
	s, err := Config{ConfDir: writeConf(t,
		"core-site.xml fs.defaultFS hdfs://nn",
		"core-site.xml fs.permissions.umask-mode 027",
		"hdfs-site.xml dfs.blocksize 256m",
		"hdfs-site.xml dfs.replication 2",
		"hdfs-site.xml dfs.client.use.datanode.hostname true",
	)}.resolve()
	require.NoError(t, err)
	require.Equal(t, "etl", s.user)
	require.EqualValues(t, 0o027, s.umask)
	require.EqualValues(t, 256<<20, s.blockSize)
	require.Equal(t, 2, s.replicas)
	require.Equal(t, time.Minute, s.config.Patience)
	require.True(t, s.options().UseDatanodeHostname)

	s, err = Config{DefaultFS: "hdfs://nn", User: "bob"}.resolve()
	require.NoError(t, err, "who names the file system needs no configuration")
	require.Equal(t, "bob", s.user)

	for property, mend := range map[string]string{
		"core-site.xml fs.permissions.umask-mode u=rwx": "octal number such as 022",
		"hdfs-site.xml dfs.blocksize 1x":                "not a size such as 128m",
		"hdfs-site.xml dfs.blocksize 0":                 "not a size such as 128m",
		"hdfs-site.xml dfs.blocksize 99999999t":         "not a size such as 128m",
		"hdfs-site.xml dfs.replication many":            "not a number",
	} {
		_, err := Config{ConfDir: writeConf(t, "core-site.xml fs.defaultFS hdfs://nn", property)}.resolve()
		require.ErrorContains(t, err, mend, property)
	}
}

func TestDataTransferProtection(t *testing.T) {
	clearEnv(t)
	for configured, want := range map[string]string{
		"":                       "",
		"authentication":         "",
		"authentication,privacy": "",
		"integrity":              `data transfer protection "integrity" is not supported`,
		"integrity,privacy":      `data transfer protection "privacy" is not supported`,
	} {
		s, err := Config{ConfDir: writeConf(t, "core-site.xml fs.defaultFS hdfs://nn",
			"hdfs-site.xml dfs.data.transfer.protection "+configured)}.resolve()
		require.NoError(t, err)
		err = (&connection{protection: s.options().DataTransferProtection}).checkProtection()
		if want == "" {
			require.NoError(t, err, configured)
			continue
		}
		require.ErrorContains(t, err, want)
		require.ErrorIs(t, err, errors.ErrUnsupported)
	}
	encrypted := &connection{defaults: hdfs.ServerDefaults{EncryptDataTransfer: true}}
	require.ErrorIs(t, encrypted.checkProtection(), errors.ErrUnsupported)
}

// closedPort returns an address at which nobody listens.
func closedPort(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

func TestConnectFaults(t *testing.T) {
	clearEnv(t)
	address := closedPort(t)
	t.Run("no configuration", func(t *testing.T) {
		t.Setenv("HADOOP_HOME", t.TempDir())
		_, err := Connect(Config{})
		require.ErrorContains(t, err, "connect to HDFS: no Hadoop configuration found: set HADOOP_CONF_DIR")
	})
	t.Run("wrong folder", func(t *testing.T) {
		t.Setenv("HADOOP_CONF_DIR", "/no/such/folder")
		_, err := Connect(Config{})
		require.ErrorContains(t, err, "no Hadoop configuration in /no/such/folder")
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
	t.Run("closed port", func(t *testing.T) {
		start := time.Now()
		_, err := Connect(Config{DefaultFS: "hdfs://" + address})
		require.ErrorContains(t, err, "no namenode answers at "+address+" (fs.defaultFS is hdfs://"+address+")")
		require.ErrorContains(t, err, "connection refused")
		require.Less(t, time.Since(start), 10*time.Second, "Connect does not wait")
	})
	t.Run("not a namenode", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer listener.Close()
		go hangUp(listener)
		_, err = Connect(Config{DefaultFS: "hdfs://" + listener.Addr().String()})
		require.ErrorContains(t, err, "the namenode at "+listener.Addr().String()+" hangs up on user")
		require.ErrorContains(t, err, "if the cluster asks for Kerberos")
	})
}

// hangUp closes every connection that comes in.
func hangUp(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		conn.Close()
	}
}

func TestKerberosFaults(t *testing.T) {
	clearEnv(t)
	dir := t.TempDir()
	krb5 := filepath.Join(dir, "krb5.conf")
	require.NoError(t, os.WriteFile(krb5, []byte("[libdefaults]\n default_realm = EXAMPLE.COM\n"), 0o644))
	garbage := filepath.Join(dir, "garbage")
	require.NoError(t, os.WriteFile(garbage, []byte("garbage"), 0o600))
	for name, test := range map[string]struct {
		config Config
		mend   string
	}{
		"no krb5.conf":   {Config{Krb5Conf: dir + "/missing"}, "set KRB5_CONFIG"},
		"no ticket":      {Config{Krb5Conf: krb5, CredentialCache: dir + "/missing"}, "there is no ticket in " + dir + "/missing: run kinit"},
		"file prefix":    {Config{Krb5Conf: krb5, CredentialCache: "FILE:" + dir + "/missing"}, "no ticket in " + dir + "/missing"},
		"kernel keyring": {Config{Krb5Conf: krb5, CredentialCache: "KEYRING:persistent:0"}, "run kinit -c FILE:"},
		"broken cache":   {Config{Krb5Conf: krb5, CredentialCache: garbage}, "read the Kerberos ticket in " + garbage},
		"no principal":   {Config{Krb5Conf: krb5, Keytab: garbage}, "set GOMR_PRINCIPAL"},
		"missing keytab": {Config{Krb5Conf: krb5, Keytab: dir + "/missing", Principal: "etl"}, "read the keytab " + dir + "/missing"},
		"broken keytab":  {Config{Krb5Conf: krb5, Keytab: garbage, Principal: "etl"}, "read the keytab " + garbage},
	} {
		t.Run(name, func(t *testing.T) {
			test.config.ConfDir = writeConf(t, "core-site.xml fs.defaultFS hdfs://"+closedPort(t),
				"core-site.xml hadoop.security.authentication kerberos",
				"hdfs-site.xml dfs.namenode.kerberos.principal nn/_HOST@EXAMPLE.COM")
			_, err := Connect(test.config)
			require.ErrorContains(t, err, test.mend)
			require.NotContains(t, err.Error(), "no namenode answers", "nobody was asked")
		})
	}
}

// TestLibraryInternals checks what is taken from inside the library: its namenode connection
// and its messages. After an update of the library it tells first what is gone.
func TestLibraryInternals(t *testing.T) {
	_, err := executorOf(new(hdfs.Client))
	require.NoError(t, err)
	perm, err := permission(0o755)
	require.NoError(t, err)
	for name, values := range map[string]fields{
		"GetFileInfoRequestProto":   {"src": "/x"},
		"GetListingRequestProto":    {"src": "/x", "startAfter": []byte("a"), "needLocation": false},
		"MkdirsRequestProto":        {"src": "/x", "masked": perm, "createParent": true},
		"Rename2RequestProto":       {"src": "/x", "dst": "/y", "overwriteDest": false},
		"DeleteRequestProto":        {"src": "/x", "recursive": true},
		"SetPermissionRequestProto": {"src": "/x", "permission": perm},
	} {
		_, err := newMessage(name, values)
		require.NoError(t, err)
	}
	_, err = newMessage("Rename2RequestProto", fields{"nosuch": 1})
	require.ErrorContains(t, err, "has no field nosuch")
}
