package notify

import (
	"regexp"
	"sync"
)

// left is what stands in the place of a secret.
const left = "[secret]"

// A secretRule says what stands in the place of what a pattern finds.
type secretRule struct {
	find    *regexp.Regexp
	replace string
}

// secretRules find what looks like a secret. They rather take too much than too little: who needs the
// log as it is has the command that shows it. They are compiled at the first message, since each
// command would wait for them when it starts.
var secretRules = sync.OnceValue(func() []secretRule {
	return []secretRule{
		// user:password@ in a URL
		{regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://[^\s/:@'"]*):[^\s/@'"]+@`), "${1}:" + left + "@"},
		// Authorization: Basic …, in a header, JSON or a command
		{regexp.MustCompile(`(?i)((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:(basic|bearer|digest|negotiate|token|aws4-hmac-sha256)\s+)?[^\s"',;]+`), "${1}${2} " + left},
		{regexp.MustCompile(`(?i)((?:set-)?cookie["']?\s*:\s*["']?)[^\r\n"']+`), "${1}" + left},
		{regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/-]{8,}=*`), "${1} " + left},
		// password=…, "api_key": "…", --token …, AWS_SECRET_ACCESS_KEY=…
		{regexp.MustCompile(`(?i)([\w.-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|signature)[\w.-]*["']?\s*(?:[:=]|=>|(?:\s|^)is\s)\s*)("[^"\r\n]*"|'[^'\r\n]*'|[^\s"'&,;)}\]]+)`), "${1}" + left},
		{regexp.MustCompile(`([?&]sig=)[^\s&"']+`), "${1}" + left}, // of a URL on Azure
		{regexp.MustCompile(`(?i)(--?[\w-]*(?:password|passwd|secret|token|api-?key|access-?key|credentials?)\s+)("[^"\r\n]*"|'[^'\r\n]*'|[^\s"'-][^\s"']*)`), "${1}" + left},
		// tokens that have a form of their own
		{regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`), left},
		{regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{8,}|gomr_[\w-]{20,}|sk-[\w-]{20,})`), left},
		{regexp.MustCompile(`\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*`), left},
		{regexp.MustCompile(`https://hooks\.slack\.com/\S+`), "https://hooks.slack.com/" + left},
		{regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)`), left},
	}
})

// Redact returns a text without what looks like a secret: passwords in URLs, credentials in headers, values of
// names such as password or token, keys and tokens of known forms.
func Redact(text string) string {
	for _, rule := range secretRules() {
		text = rule.find.ReplaceAllString(text, rule.replace)
	}
	return text
}
