package notify

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// A ConfigError says what of a file can't be used.
type ConfigError struct {
	File   string
	Line   int    // from 1; zero where it is the file as a whole
	Reason string // what is wrong, and where it helps, the mend

	Key   string   // that there is not, where it is that
	Known []string // keys that there are
}

func (e *ConfigError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
	}
	return fmt.Sprintf("%s: %s", e.File, e.Reason)
}

// A document is the file as it is written.
type document struct {
	Window   duration          `toml:"window"`
	Remind   duration          `toml:"remind"`
	Channels []channelDocument `toml:"channel"`
}

type channelDocument struct {
	Name        string   `toml:"name"`
	Type        string   `toml:"type"`
	Families    []string `toml:"families"`
	Owners      []string `toml:"owners"`
	Kinds       []string `toml:"kinds"`
	Severity    string   `toml:"severity"`
	Recoveries  *bool    `toml:"recoveries"`
	MostPerHour int      `toml:"most_per_hour"`
	GiveUpAfter duration `toml:"give_up_after"`
	Timeout     duration `toml:"timeout"`

	Host         string   `toml:"host"`
	Port         int      `toml:"port"`
	TLS          string   `toml:"tls"`
	Insecure     bool     `toml:"insecure"`
	CAFile       string   `toml:"ca_file"`
	Auth         string   `toml:"auth"`
	Username     string   `toml:"username"`
	Password     string   `toml:"password"`
	PasswordEnv  string   `toml:"password_env"`
	PasswordFile string   `toml:"password_file"`
	From         string   `toml:"from"`
	To           []string `toml:"to"`

	URL        string `toml:"url"`
	URLEnv     string `toml:"url_env"`
	URLFile    string `toml:"url_file"`
	Secret     string `toml:"secret"`
	SecretEnv  string `toml:"secret_env"`
	SecretFile string `toml:"secret_file"`
	Token      string `toml:"token"`
	TokenEnv   string `toml:"token_env"`
	TokenFile  string `toml:"token_file"`
}

// topKeys and channelKeys are the keys of a file, for those that are misspelt.
var (
	topKeys     = []string{"window", "remind", "channel"}
	channelKeys = sortedSet(commonKeys, typeKeys["mail"], typeKeys["slack"], typeKeys["webhook"])
	commonKeys  = []string{"name", "type", "families", "owners", "kinds", "severity", "recoveries", "most_per_hour", "give_up_after", "timeout"}
	typeKeys    = map[string][]string{
		"mail":    {"host", "port", "tls", "insecure", "ca_file", "auth", "username", "password", "password_env", "password_file", "from", "to"},
		"slack":   {"url", "url_env", "url_file", "ca_file"},
		"webhook": {"url", "url_env", "url_file", "ca_file", "secret", "secret_env", "secret_file", "token", "token_env", "token_file"},
	}
)

func sortedSet(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// A duration is one as Go writes it.
type duration time.Duration

// UnmarshalText reads such as "1h30m".
func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil || parsed < 0 {
		return fmt.Errorf("%q is no duration such as 1h30m or 90s", text)
	}
	*d = duration(parsed)
	return nil
}

// ReadConfig reads a file, and the secrets that it refers to. The error may be a [*ConfigError].
func ReadConfig(file string, getenv func(string) string) (*Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var doc document
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&doc); err != nil {
		return nil, explainTOML(file, err)
	}
	given, err := givenKeys(text)
	if err != nil {
		return nil, err
	}
	config := &Config{Window: time.Duration(doc.Window), Remind: time.Duration(doc.Remind)}
	r := &configReader{file: file, getenv: getenv}
	for i := range doc.Channels {
		channel, err := r.channel(&doc.Channels[i], given[i])
		if err != nil {
			name := cmp.Or(doc.Channels[i].Name, fmt.Sprintf("number %d", i+1))
			return nil, &ConfigError{File: file, Reason: fmt.Sprintf("the channel %s: %v", name, err)}
		}
		if slices.ContainsFunc(config.Channels, func(c Channel) bool { return c.Name == channel.Name }) {
			return nil, &ConfigError{File: file, Reason: "two channels are named " + channel.Name}
		}
		config.Channels = append(config.Channels, channel)
	}
	if len(config.Channels) == 0 {
		return nil, &ConfigError{File: file, Reason: "there is no [[channel]], so nobody would be told anything"}
	}
	if r.plain {
		return config, r.checkMode()
	}
	return config, nil
}

// givenKeys returns the keys of each channel, whatever their values.
func givenKeys(text []byte) ([]map[string]any, error) {
	var doc struct {
		Channels []map[string]any `toml:"channel"`
	}
	return doc.Channels, toml.Unmarshal(text, &doc)
}

// explainTOML returns an error with the line, and without the text around it, which may have a secret.
func explainTOML(file string, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		first := &unknown.Errors[0]
		line, _ := first.Position()
		key := first.Key()
		known, where := topKeys, "the top level"
		if len(key) > 1 && key[0] == "channel" {
			known, where = channelKeys, "a [[channel]]"
		}
		name := key[len(key)-1]
		return &ConfigError{File: file, Line: line, Reason: fmt.Sprintf("there is no key %s in %s", name, where), Key: name, Known: known}
	}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		line, _ := decode.Position()
		return &ConfigError{File: file, Line: line, Reason: Redact(strings.TrimPrefix(decode.Error(), "toml: "))}
	}
	return &ConfigError{File: file, Reason: Redact(err.Error())}
}

// A configReader makes channels of what is written.
type configReader struct {
	file   string
	getenv func(string) string
	plain  bool // a secret stands in the file itself
}

func (r *configReader) channel(d *channelDocument, given map[string]any) (Channel, error) {
	c := Channel{
		Name: d.Name, Families: d.Families, Owners: d.Owners, Kinds: d.Kinds, Severity: Severity(d.Severity),
		Quiet: d.Recoveries != nil && !*d.Recoveries, MostPerHour: d.MostPerHour,
		GiveUpAfter: time.Duration(d.GiveUpAfter), Timeout: time.Duration(d.Timeout),
	}
	if err := checkFilters(&c); err != nil {
		return c, err
	}
	own, ok := typeKeys[d.Type]
	if !ok {
		return c, fmt.Errorf("type = %q: want mail, slack or webhook", d.Type)
	}
	for key := range given {
		if !slices.Contains(commonKeys, key) && !slices.Contains(own, key) {
			return c, fmt.Errorf("%s is no key of a channel of the type %s", key, d.Type)
		}
	}
	var err error
	switch d.Type {
	case "mail":
		c.Mail, err = r.mail(d)
	case "slack":
		c.Slack = &Slack{CAFile: d.CAFile}
		c.Slack.URL, err = r.url(d)
	default:
		c.Webhook, err = r.webhook(d)
	}
	return c, err
}

func checkFilters(c *Channel) error {
	switch {
	case c.Name == "" || oneLine(c.Name) != c.Name:
		return errors.New("it needs a name of one line")
	case c.Severity != "" && !slices.Contains(severities, c.Severity):
		return fmt.Errorf("severity = %q: want info, warning or error", c.Severity)
	case c.MostPerHour < 0:
		return fmt.Errorf("most_per_hour = %d: want at least 1", c.MostPerHour)
	}
	for _, glob := range c.Families {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("families: %q is no pattern such as Word*", glob)
		}
	}
	for _, glob := range c.Owners {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("owners: %q is no pattern such as *@example.com", glob)
		}
	}
	for _, k := range c.Kinds {
		if _, ok := kinds[k]; !ok {
			return fmt.Errorf("kinds: there is no %q; there are %q", k, Kinds())
		}
	}
	return nil
}

func (r *configReader) mail(d *channelDocument) (*Mail, error) {
	m := &Mail{
		Host: d.Host, Port: d.Port, TLS: TLSMode(cmp.Or(d.TLS, string(StartTLS))), Insecure: d.Insecure, CAFile: d.CAFile,
		Auth: cmp.Or(d.Auth, "auto"), Username: d.Username, From: d.From, To: d.To,
	}
	var err error
	if m.Password, err = r.secret("password", d.Password, d.PasswordEnv, d.PasswordFile); err != nil {
		return nil, err
	}
	return m, m.check()
}

// check tells what is wrong with how mail is to be sent.
func (m *Mail) check() error {
	switch {
	case m.Host == "":
		return errors.New("host: which SMTP server takes the mail?")
	case m.Port < 0 || m.Port > 65535:
		return fmt.Errorf("port = %d: want 1 to 65535", m.Port)
	case m.TLS != StartTLS && m.TLS != ImplicitTLS && m.TLS != NoTLS:
		return fmt.Errorf("tls = %q: want starttls, implicit or none", m.TLS)
	case m.TLS == NoTLS && !m.Insecure && !isLoopback(m.Host):
		return fmt.Errorf("tls = \"none\" would send the mail to %s for all to read: use starttls or implicit, or say insecure = true", m.Host)
	case (m.Username == "") != m.Password.none():
		return errors.New("username and password need each other")
	case len(m.To) == 0:
		return errors.New("to: who gets the mail?")
	}
	if _, ok := mechanisms[m.Auth]; !ok && m.Auth != "" && m.Auth != "auto" {
		return fmt.Errorf("auth = %q: want auto, plain, login, cram-md5, scram-sha-256 or xoauth2", m.Auth)
	}
	for n, address := range append([]string{m.From}, m.To...) {
		if _, err := mail.ParseAddress(address); err != nil && (n == 0 || address != toOwner) {
			return fmt.Errorf("%q is no address such as ann@example.com", address)
		}
	}
	return nil
}

func (r *configReader) webhook(d *channelDocument) (*Webhook, error) {
	w := &Webhook{CAFile: d.CAFile}
	var err error
	if w.URL, err = r.url(d); err != nil {
		return nil, err
	}
	if w.Secret, err = r.secret("secret", d.Secret, d.SecretEnv, d.SecretFile); err != nil {
		return nil, err
	}
	if w.Token, err = r.secret("token", d.Token, d.TokenEnv, d.TokenFile); err != nil {
		return nil, err
	}
	return w, nil
}

func (r *configReader) url(d *channelDocument) (Secret, error) {
	plain := r.plain
	s, err := r.secret("url", d.URL, d.URLEnv, d.URLFile)
	if d.Type == "webhook" {
		r.plain = plain // what it is signed with is the secret
	}
	if err != nil {
		return s, err
	}
	u, err := url.Parse(s.reveal())
	switch {
	case s.none():
		return s, errors.New("url: where do messages go? url_env or url_file can have it")
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return s, errors.New("the url is none such as https://hooks.example.com/…")
	}
	return s, nil
}

// secret returns a secret that may stand in the file, in the environment or in a file of its own.
func (r *configReader) secret(key, plain, env, file string) (Secret, error) {
	given := 0
	for _, way := range []string{plain, env, file} {
		if way != "" {
			given++
		}
	}
	switch {
	case given == 0:
		return Secret{}, nil
	case given > 1:
		return Secret{}, fmt.Errorf("%s: one of %s, %s_env and %s_file is enough", key, key, key, key)
	case plain != "":
		r.plain = true
		return NewSecret(plain), nil
	case env != "":
		text := r.getenv(env)
		if text == "" {
			return Secret{}, fmt.Errorf("%s_env: the variable %s is not set", key, env)
		}
		return NewSecret(text), nil
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(r.file), file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return Secret{}, fmt.Errorf("%s_file: %w", key, err)
	}
	trimmed := strings.TrimSpace(string(text))
	if trimmed == "" {
		return Secret{}, fmt.Errorf("%s_file: %s is empty", key, file)
	}
	return NewSecret(trimmed), nil
}

// checkMode refuses a file with secrets that others may read.
func (r *configReader) checkMode() error {
	info, err := os.Stat(r.file)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return &ConfigError{File: r.file, Reason: fmt.Sprintf("it has a secret, and others may read it (mode %04o): chmod 600 it, or put the secret where password_env, url_file and the like find it", mode)}
	}
	return nil
}
