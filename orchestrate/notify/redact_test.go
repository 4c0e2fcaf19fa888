package notify

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"dial postgres://ann:s3cret@db/x: refused":             "dial postgres://ann:[secret]@db/x: refused",
		"http://rm:8088/proxy/application_1_2 at 10:30":        "http://rm:8088/proxy/application_1_2 at 10:30",
		"> Authorization: Bearer abcdef.ghi":                   "> Authorization: Bearer [secret]",
		"Authorization: Basic YW5uOnMzY3JldA==":                "Authorization: Basic [secret]",
		`{"authorization":"Token abc","x":1}`:                  `{"authorization":"Token [secret]","x":1}`,
		"Cookie: session=1; user=ann":                          "Cookie: [secret]",
		"password=hunter2 user=ann":                            "password=[secret] user=ann",
		`{"db_password": "hunter 2", "rows": 3}`:               `{"db_password": [secret], "rows": 3}`,
		"AWS_SECRET_ACCESS_KEY=abc/def+1":                      "AWS_SECRET_ACCESS_KEY=[secret]",
		"load --api-token abc --rows 3":                        "load --api-token [secret] --rows 3",
		"load --password --rows 3":                             "load --password --rows 3",
		"?X-Amz-Signature=0123abc&part=1":                      "?X-Amz-Signature=[secret]&part=1",
		"key AKIAIOSFODNN7EXAMPLE":                             "key [secret]",
		"ghp_0123456789abcdefghijABCDEFGHIJ":                   "[secret]",
		"gomr_zSG-0123456789abcdefghijABCDEFGHIJ":              "[secret]",
		"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF":     "jwt [secret]",
		"https://hooks.slack.com/services/T0/B0/xyz":           "https://hooks.slack.com/[secret]",
		"-----BEGIN RSA PRIVATE KEY-----\nabc\n":               "[secret]",
		"open /data/2014-06-01.txt: no such file or directory": "open /data/2014-06-01.txt: no such file or directory",
		"12 tokens were read":                                  "12 tokens were read",
	} {
		assert.Equal(t, want, Redact(text), text)
	}
}

// TestSecretIsShownNowhere: not by any way of printing it.
func TestSecretIsShownNowhere(t *testing.T) {
	s := NewSecret("hunter2")
	encoded, err := json.Marshal(map[string]any{"a": s, "b": &s, "c": struct{ S Secret }{s}})
	require.NoError(t, err)
	for _, text := range []string{string(encoded), fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q", s, s, s, s, s), fmt.Sprintf("%+v", struct{ S Secret }{s})} {
		assert.NotContains(t, text, "hunter2")
	}
	require.Equal(t, "535 [secret] is wrong", hide("535 hunter2 is wrong", s))
}
