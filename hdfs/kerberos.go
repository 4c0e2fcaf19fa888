package hdfs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/keytab"
)

// A loginError says that there are no Kerberos credentials.
type loginError struct{ err error }

func (e *loginError) Error() string { return e.err.Error() }
func (e *loginError) Unwrap() error { return e.err }

// kerberosLogin returns a Kerberos client with credentials, from a keytab if there is
// one, else from the credential cache. Each connection logs in for itself, so that
// a ticket which cron renews is picked up.
func (c Config) kerberosLogin() (*client.Client, error) {
	path := cmp.Or(c.Krb5Conf, os.Getenv("KRB5_CONFIG"), "/etc/krb5.conf")
	krb5Conf, err := config.Load(path)
	if err != nil {
		return nil, fmt.Errorf("the cluster asks for Kerberos, but %s can't be read, set KRB5_CONFIG: %w", path, err)
	}
	keytabFile := cmp.Or(c.Keytab, os.Getenv("GOMR_KEYTAB"))
	principal := cmp.Or(c.Principal, os.Getenv("GOMR_PRINCIPAL"))
	switch {
	case keytabFile == "":
		return loginFromCache(c.CredentialCache, krb5Conf)
	case principal == "":
		return nil, fmt.Errorf("keytab %s needs a principal, such as etl@EXAMPLE.COM: set GOMR_PRINCIPAL", keytabFile)
	default:
		return loginFromKeytab(keytabFile, principal, krb5Conf)
	}
}

func loginFromKeytab(file, principal string, krb5Conf *config.Config) (*client.Client, error) {
	keys, err := keytab.Load(file)
	if err != nil {
		return nil, fmt.Errorf("read the keytab %s: %w", file, err)
	}
	name, realm, _ := strings.Cut(principal, "@")
	realm = cmp.Or(realm, krb5Conf.LibDefaults.DefaultRealm)
	login := client.NewWithKeytab(name, realm, keys, krb5Conf, client.DisablePAFXFAST(true))
	if err := login.Login(); err != nil {
		login.Destroy()
		return nil, fmt.Errorf("log in to Kerberos as %s@%s with keytab %s: %w", name, realm, file, explainKerberos(err))
	}
	return login, nil
}

func loginFromCache(file string, krb5Conf *config.Config) (*client.Client, error) {
	file, err := credentialCache(file)
	if err != nil {
		return nil, err
	}
	const mend = "run kinit, or set GOMR_KEYTAB and GOMR_PRINCIPAL"
	cache, err := credentials.LoadCCache(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the cluster asks for Kerberos, but there is no ticket in %s: %s", file, mend)
	}
	if err != nil {
		return nil, fmt.Errorf("read the Kerberos ticket in %s, %s: %w", file, mend, err)
	}
	for _, ticket := range cache.GetEntries() {
		granting := strings.HasPrefix(ticket.Server.PrincipalName.PrincipalNameString(), "krbtgt/")
		if granting && ticket.EndTime.Before(time.Now()) {
			return nil, fmt.Errorf("the Kerberos ticket in %s ended at %s: %s", file, ticket.EndTime.Format(time.RFC3339), mend)
		}
	}
	login, err := client.NewFromCCache(cache, krb5Conf, client.DisablePAFXFAST(true))
	if err != nil {
		return nil, fmt.Errorf("use the Kerberos ticket in %s, %s: %w", file, mend, explainKerberos(err))
	}
	return login, nil
}

// credentialCache returns the file of the credential cache.
func credentialCache(name string) (string, error) {
	name = cmp.Or(name, os.Getenv("KRB5CCNAME"), fmt.Sprintf("/tmp/krb5cc_%d", os.Getuid()))
	kind, file, ok := strings.Cut(name, ":")
	if !ok {
		return name, nil
	}
	if kind != "FILE" {
		return "", fmt.Errorf("a Kerberos cache of kind %s can't be read (%s): "+
			"run kinit -c FILE:/some/file and set KRB5CCNAME to it, or set GOMR_KEYTAB and GOMR_PRINCIPAL", kind, name)
	}
	return file, nil
}

// explainKerberos adds the mend to the errors of Kerberos that are met most.
func explainKerberos(err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "KRB_AP_ERR_SKEW"), strings.Contains(text, "lock skew"):
		return fmt.Errorf("this machine's clock differs from the Kerberos server's, set it (NTP): %w", err)
	case strings.Contains(text, "KRB_AP_ERR_TKT_EXPIRED"):
		return fmt.Errorf("the ticket has expired, run kinit: %w", err)
	case strings.Contains(text, "KDC_ERR_C_PRINCIPAL_UNKNOWN"):
		return fmt.Errorf("the Kerberos server does not know this principal: %w", err)
	case strings.Contains(text, "KDC_ERR_S_PRINCIPAL_UNKNOWN"):
		return fmt.Errorf("the Kerberos server does not know the namenode's principal, "+
			"check dfs.namenode.kerberos.principal: %w", err)
	}
	return err
}
