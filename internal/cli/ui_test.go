package cli

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

// A scene is a row of events of one task, the times in seconds since it began.
type scene struct {
	ui    *ui
	start time.Time
}

func newScene(quiet bool, out *bytes.Buffer) *scene {
	a := newApp(Config{Stderr: out})
	return &scene{a.newUI(quiet), time.Date(2014, 6, 1, 12, 0, 0, 0, time.UTC)}
}

func (s *scene) event(seconds float64, e orchestrate.Event) {
	e.ID, e.Attempt = "Count", max(e.Attempt, 1)
	e.Time = s.start.Add(time.Duration(seconds * float64(time.Second)))
	s.ui.observe(e)
}

func (s *scene) progress(seconds float64, message string) {
	s.event(seconds, orchestrate.Event{Kind: orchestrate.EventProgress, Progress: orchestrate.Progress{
		Message: message, TrackingURL: "http://rm:8088/app_1",
	}})
}

func (s *scene) play() {
	s.event(0, orchestrate.Event{Kind: orchestrate.EventStarted})
	s.progress(1, "map 0% reduce 0%")
	s.progress(11, "map 20% reduce 0%")
	s.progress(12, "map 25% reduce 0%") // too soon
	s.progress(21, "map 20% reduce 0%") // no news
	s.progress(31, "map 100% reduce 10%")
	s.event(35, orchestrate.Event{Kind: orchestrate.EventRetrying, Delay: 4 * time.Second, Err: errors.New("the disk is full")})
	s.event(39, orchestrate.Event{Kind: orchestrate.EventStarted, Attempt: 2})
	s.event(42.5, orchestrate.Event{Kind: orchestrate.EventEnded, Attempt: 2, Status: orchestrate.StatusDone})
}

func TestARunIsALineForEachEvent(t *testing.T) {
	var out bytes.Buffer
	newScene(false, &out).play()
	require.Equal(t, `12:00:00 Count started
12:00:01 Count runs at http://rm:8088/app_1
12:00:11 Count map 20% reduce 0%
12:00:31 Count map 100% reduce 10%
12:00:35 Count failed, attempt 1; the next one comes in 4s: the disk is full
12:00:39 Count started, attempt 2
12:00:42 Count done in 3.5s
`, out.String())
}

func TestAQuietRunShowsFailuresAlone(t *testing.T) {
	var out bytes.Buffer
	newScene(true, &out).play()
	require.Equal(t, "12:00:35 Count failed, attempt 1; the next one comes in 4s: the disk is full\n", out.String())
}

func TestFirstSentence(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"Counts words.":                 "Counts words",
		"Counts words. Then\nsorts.":    "Counts words",
		"Counts words\nof some days":    "Counts words of some days",
		"Counts v1.2 words\n\nAnd more": "Counts v1.2 words",
	} {
		require.Equal(t, want, firstSentence(text), "%q", text)
	}
}
