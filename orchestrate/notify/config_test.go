package notify

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// read reads a configuration from a file of that mode.
func readConfig(t *testing.T, text string, mode os.FileMode) (*Config, error) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notify.toml"), []byte(text), mode))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "hook"), []byte("https://hooks.example.com/secretpath\n"), 0o600))
	env := map[string]string{"SMTP_PASSWORD": "hunter2hunter2", "KEY": "a key"}
	return ReadConfig(filepath.Join(dir, "notify.toml"), func(name string) string { return env[name] })
}

func TestConfig(t *testing.T) {
	config, err := readConfig(t, `
window = "2m"
remind = "4h"

[[channel]]
name = "oncall"
type = "mail"
host = "smtp.example.com"
tls = "implicit"
username = "gomr@example.com"
password_env = "SMTP_PASSWORD"
from = "gomr <gomr@example.com>"
to = ["owner", "ops@example.com"]
owners = ["*@example.com", ""]
severity = "error"
most_per_hour = 5

[[channel]]
name = "chat"
type = "slack"
url_file = "hook"
families = ["Word*"]
recoveries = false

[[channel]]
name = "pager"
type = "webhook"
url = "https://pager.example.com/gomr"
secret_env = "KEY"
kinds = ["task failed", "deadline missed"]
give_up_after = "1h"
timeout = "5s"
`, 0o644)
	require.NoError(t, err)
	require.Equal(t, &Config{Window: 2 * time.Minute, Remind: 4 * time.Hour, Channels: []Channel{
		{Name: "oncall", Owners: []string{"*@example.com", ""}, Severity: Error, MostPerHour: 5, Mail: &Mail{
			Host: "smtp.example.com", TLS: ImplicitTLS, Auth: "auto", Username: "gomr@example.com", Password: NewSecret("hunter2hunter2"),
			From: "gomr <gomr@example.com>", To: []string{"owner", "ops@example.com"},
		}},
		{Name: "chat", Families: []string{"Word*"}, Quiet: true, Slack: &Slack{URL: NewSecret("https://hooks.example.com/secretpath")}},
		{
			Name: "pager", Kinds: []string{"task failed", "deadline missed"}, GiveUpAfter: time.Hour, Timeout: 5 * time.Second,
			Webhook: &Webhook{URL: NewSecret("https://pager.example.com/gomr"), Secret: NewSecret("a key")},
		},
	}}, config)
}

// TestConfigErrors: what is wrong is told with the place, and without secrets.
func TestConfigErrors(t *testing.T) {
	mail := func(lines string) string {
		return "[[channel]]\nname = \"m\"\ntype = \"mail\"\nhost = \"smtp.example.com\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]\n" + lines
	}
	hook := func(lines string) string { return "[[channel]]\nname = \"h\"\ntype = \"webhook\"\n" + lines }
	const url = "url = \"https://x.example.com/secretpath\"\n"
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "windo = \"1m\"", "notify.toml:1: there is no key windo in the top level"},
		{"unknown key of a channel", mail("recipients = []"), "notify.toml:7: there is no key recipients in a [[channel]]"},
		{"key of another type", mail("url = \"x\""), "the channel m: url is no key of a channel of the type mail"},
		{"no TOML", "[[channel]\nname = ", "notify.toml:1: "},
		{"no duration", "window = \"soon\"", `"soon" is no duration such as 1h30m or 90s`},
		{"wrong type", mail("port = \"25\""), "notify.toml:7: "},
		{"nothing", "", "there is no [[channel]]"},
		{"no name", "[[channel]]\ntype = \"slack\"", "the channel number 1: it needs a name"},
		{"no type", "[[channel]]\nname = \"x\"", `the channel x: type = "": want mail, slack or webhook`},
		{"twice", hook(url) + hook(url), "two channels are named h"},
		{"severity", hook(url + "severity = \"fatal\""), `severity = "fatal": want info, warning or error`},
		{"kind", hook(url + "kinds = [\"failed\"]"), `kinds: there is no "failed"; there are ["backfill ended"`},
		{"pattern", hook(url + "families = [\"[\"]"), `families: "[" is no pattern`},
		{"pattern of owners", hook(url + "owners = [\"[\"]"), `owners: "[" is no pattern such as *@example.com`},
		{"from an owner", "[[channel]]\nname = \"m\"\ntype = \"mail\"\nhost = \"h\"\nfrom = \"owner\"\nto = [\"owner\"]", `"owner" is no address`},
		{"no url", hook(""), "url: where do messages go?"},
		{"bad url", hook("url = \"ftp://secretpath\""), "the url is none such as https://"},
		{"no variable", hook("url_env = \"NONE\""), "url_env: the variable NONE is not set"},
		{"no file", hook("url_file = \"none\""), "url_file: open "},
		{"two ways", hook(url + "url_env = \"KEY\""), "url: one of url, url_env and url_file is enough"},
		{"others may read it", hook(url + "secret = \"secretpath\""), "others may read it (mode 0644): chmod 600"},
		{"slack's address is a secret", "[[channel]]\nname = \"s\"\ntype = \"slack\"\n" + url, "others may read it"},
		{"in the clear", mail("tls = \"none\""), `tls = "none" would send the mail to smtp.example.com for all to read`},
		{"tls", mail("tls = \"ssl\""), `tls = "ssl": want starttls, implicit or none`},
		{"auth", mail("auth = \"kerberos\""), `auth = "kerberos": want auto`},
		{"half a login", mail("username = \"a\""), "username and password need each other"},
		{"address", mail("") + "[[channel]]\nname = \"n\"\ntype = \"mail\"\nhost = \"h\"\nfrom = \"nobody\"\nto = [\"b@example.com\"]", `"nobody" is no address`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readConfig(t, c.text, 0o644)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "secretpath")
		})
	}
	var wrong *ConfigError
	_, err := readConfig(t, mail("recipients = []"), 0o600)
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "recipients", wrong.Key)
	require.Contains(t, wrong.Known, "to")
}
