package notify

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

var update = flag.Bool("update", false, "write the golden files")

var night = time.Date(2014, 6, 2, 3, 4, 5, 0, time.UTC)

func failedMessage() *Message {
	return &Message{
		ID: "i41", Installation: "k3j4", Status: StatusOpen, Incident: "i41", Kind: scheduler.TaskFailed, Severity: Error,
		At: night.Add(time.Minute), Subject: "WordCount(date=2014-06-01) failed: disk quota exceeded (200 tasks wait)",
		Family: "WordCount", Count: 1, Since: night, Waiting: 200,
		Tasks: []Task{{"WordCount(date=2014-06-01)", store.Failed, night}},
		Error: "disk quota exceeded\n/user/etl: 42 of 41 GB",
		Runs:  []Run{{12, "ann", "nightly 2014-06-01", []string{"Report(month=2014-06)"}}},
		Attempt: &Attempt{
			Fence: 77, Number: 3, Outcome: store.Errored, Exit: 1, Worker: "etl1-3LELGMID", Host: "etl1", Took: "4m3s",
			Details: map[string]string{"tracking url": "http://rm:8088/proxy/application_1401_0007"},
		},
		Log:      []string{"map 100% reduce 33%", "a < b & \"c\" `d`", "no room: <user>"},
		Commands: []string{"gomr forgive 'WordCount(date=2014-06-01)' --server http://sched:8082"},
		Link:     "https://gomr.example.com/",
	}
}

func recoveredMessage() *Message {
	return &Message{
		ID: "i41-recovered", Installation: "k3j4", Status: StatusRecovered, Incident: "i41", Kind: scheduler.TaskFailed, Severity: Info,
		At: night.Add(2 * time.Hour), Subject: "WordCount(date=2014-06-01) is done, after 2h", Family: "WordCount", Count: 1,
		Tasks: []Task{{"WordCount(date=2014-06-01)", store.Done, night.Add(2 * time.Hour)}}, Since: night, Took: "2h",
	}
}

func groupMessage() *Message {
	m := failedMessage()
	m.ID, m.Incident, m.Count, m.Waiting, m.Runs, m.Attempt, m.Log, m.Link = "i50", "i50", 12, 1, nil, nil, nil, ""
	m.Kind, m.Severity, m.Error, m.Subject = inputMissing, Warning, "", "12 of InputText are missing (1 task waits)"
	m.Tasks, m.Commands = nil, []string{"gomr run 'WordCount(date-interval=2014-06)' --server http://sched:8082"}
	for _, day := range []string{"01", "02", "03"} {
		m.Tasks = append(m.Tasks, Task{"InputText(date=2014-06-" + day + ")", store.Missing, night})
	}
	return m
}

func digestMessage() *Message {
	return &Message{
		ID: "digest-i60", Installation: "k3j4", Status: StatusDigest, Kind: digestKind, Severity: Error, At: night, Since: night, Count: 2,
		Subject: "2 more messages, which came too fast", Lines: []string{"03:04:05  A(n=1) failed: no luck", "03:05:05  A(n=1) is done, after 1m"},
	}
}

// TestTexts compares messages with what is in testdata, in each form.
func TestTexts(t *testing.T) {
	for name, m := range map[string]*Message{"failed": failedMessage(), "recovered": recoveredMessage(), "missing": groupMessage(), "digest": digestMessage()} {
		golden(t, name+".txt", mailSubject(m)+"\n\n"+plainText(m))
		page, err := htmlText(m)
		require.NoError(t, err)
		golden(t, name+".html", page)
		for ending, document := range map[string]any{".slack.json": slackDocument(m), ".webhook.json": m} {
			var b strings.Builder
			encoder := json.NewEncoder(&b)
			encoder.SetIndent("", "  ")
			encoder.SetEscapeHTML(false)
			require.NoError(t, encoder.Encode(document))
			golden(t, name+ending, b.String())
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o777))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, name)
}

func TestDurationsAndCuts(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 1500 * time.Microsecond: "2ms", 59 * time.Second: "59s", time.Minute: "1m", 90 * time.Second: "1m30s",
		time.Hour: "1h", 2*time.Hour + 5*time.Minute + 10*time.Second: "2h5m", 30 * time.Hour: "30h", 10 * time.Minute: "10m", 20 * time.Hour: "20h",
	} {
		assert.Equal(t, want, shortDuration(d))
	}
	require.Equal(t, "aü…", shorten("aüüü", 6))
	require.Equal(t, `'it'\''s (1)'`, quote("it's (1)"))
	require.Equal(t, "http://a:1/b", quote("http://a:1/b"))
}
