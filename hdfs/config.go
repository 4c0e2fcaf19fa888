package hdfs

import "time"

// A Config says which cluster [Connect] connects to, and as whom. The zero value
// takes everything from the environment, as the hadoop command does.
type Config struct {
	// ConfDir is the folder with core-site.xml and hdfs-site.xml.
	// Default: HADOOP_CONF_DIR, then HADOOP_HOME/etc/hadoop, then /etc/hadoop/conf.
	ConfDir string

	// DefaultFS is the file system, such as hdfs://namenode:8020, or
	// hdfs://nameservice where hdfs-site.xml lists that one's namenodes.
	// Default: fs.defaultFS of core-site.xml.
	DefaultFS string

	// User is who the cluster takes the client for where it does not ask for
	// Kerberos. Default: HADOOP_USER_NAME, then the user of this process.
	User string

	// Principal and Keytab log in to Kerberos where the cluster asks for it, for
	// processes that run longer than a ticket. Principal is such as
	// etl@EXAMPLE.COM. Default: GOMR_PRINCIPAL and GOMR_KEYTAB; where these
	// are empty too, the credential cache is used.
	Principal, Keytab string

	// CredentialCache is the file that kinit wrote.
	// Default: KRB5CCNAME, then /tmp/krb5cc_<uid>.
	CredentialCache string

	// Krb5Conf is Kerberos' own configuration. Default: KRB5_CONFIG, then /etc/krb5.conf.
	Krb5Conf string

	// Connections is how many connections to the namenode carry calls at the same
	// time. They are made when they are needed. Default: 4.
	Connections int

	// Patience is how long a call goes on trying while no namenode answers,
	// and how long closing a file waits for the datanodes to report its last
	// block. Connect itself does not wait. Default: one minute.
	Patience time.Duration
}
