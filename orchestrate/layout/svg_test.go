package layout_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/layout"
)

var update = flag.Bool("update", false, "write the golden files")

func TestWriteSVG(t *testing.T) {
	for name, g := range pictures(t) {
		t.Run(name, func(t *testing.T) {
			p, err := layout.Place(g)
			require.NoError(t, err)
			var b strings.Builder
			require.NoError(t, p.WriteSVG(&b, "The graph of "+name))
			requireXML(t, b.String())
			golden := filepath.Join("testdata", name+".svg")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), b.String())
		})
	}
}

// TestColoursOfThePages: a picture in a file and the same one on a page have the same colours.
func TestColoursOfThePages(t *testing.T) {
	css, err := os.ReadFile(filepath.Join("..", "web", "app", "src", "app.css"))
	require.NoError(t, err)
	light, _, _ := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	for state, token := range map[string]string{
		"failed": "failed", "disabled": "disabled", "missing": "missing", "missing external": "missing", "upstream failed": "upstream",
		"retrying": "retrying", "running": "running", "suspended": "suspended", "pending": "pending", "will run": "pending",
		"done": "done", "complete": "done", "unknown": "unknown",
	} {
		colour := regexp.MustCompile("(?m)^ *--" + token + ": (#[0-9a-f]{6});$").FindStringSubmatch(light)
		require.NotNil(t, colour, "the token %s", token)
		p, err := layout.Place(&layout.Graph{Nodes: []layout.Node{{ID: "Task()", Family: "Task", State: state}}})
		require.NoError(t, err)
		var b strings.Builder
		require.NoError(t, p.WriteSVG(&b, "one"))
		require.Contains(t, b.String(), `stroke="`+colour[1]+`"`, state)
	}
}

func pictures(t *testing.T) map[string]*layout.Graph {
	states := &layout.Graph{}
	for i, state := range []string{
		"failed", "disabled", "missing", "missing external", "upstream failed", "upstream missing", "retrying",
		"running", "suspended", "pending", "will run", "done", "complete", "unknown", "what nobody has heard of",
	} {
		states.Nodes = append(states.Nodes, layout.Node{ID: "Task(state=" + state + ")", Family: "Task", State: state})
		if i > 0 {
			states.Edges = append(states.Edges, layout.Edge{From: i / 3, To: i})
		}
	}
	words := &layout.Graph{Nodes: []layout.Node{
		{ID: `<script>alert("a")</script>&'`, State: "done"},
		{ID: "Control(text=\x00\x1b[31m\n\xff)", Family: "Control", State: "done"},
		{ID: "日本語の長い名前のタスク(日付=2014年6月1日、形式=とても長い値です)", Family: "日本語の長い名前のタスク", State: "running"},
		{ID: "CountTheWordsOfAllTextsThatWereWritten(date=2014-06-01, format-of=text, top=10)", Family: "CountTheWordsOfAllTextsThatWereWritten", State: "pending"},
	}}
	days := graphOf("in1 day1", "in2 day2", "in3 day3", "day1 sum1", "day2 sum2", "day3 sum3", "sum1 sum2", "sum2 sum3", "in1 out", "sum3 out")
	for i, state := range []string{"done", "done", "done", "failed", "missing"} {
		days.Nodes[i].State = state
	}
	collapsed, err := days.Collapse(func(family string) bool { return family == "sum" })
	require.NoError(t, err)
	back, err := graphOf("a1 b1", "b1 a2", "a2 b2").Collapse(func(string) bool { return false })
	require.NoError(t, err)
	return map[string]*layout.Graph{"states": states, "words": words, "days": days, "families": collapsed, "back": back}
}

// requireXML checks that a text is XML, and that nothing in it came from a task.
func requireXML(t *testing.T, text string) {
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			require.Contains(t, []string{"svg", "g", "rect", "path", "text", "title"}, start.Name.Local)
		}
	}
}
