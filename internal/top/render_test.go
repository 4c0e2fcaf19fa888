package top

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/store"
)

var update = flag.Bool("update", false, "write the golden files")

var noon = time.Date(2014, 6, 2, 12, 0, 0, 0, time.Local)

func busy() *Snapshot {
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	return &Snapshot{
		At: noon, Queued: 2,
		States:    map[store.State]int{store.Running: 3, store.Suspended: 1, store.Pending: 17, store.Failed: 1, store.Retrying: 1, store.Done: 4711},
		Workers:   Workers{Alive: 2, Silent: 1, Slots: 8, Busy: 3},
		Resources: []api.Resource{{Name: "warehouse", Limit: 6, Used: 2}, {Name: "api", Limit: 1, Used: 1}},
		Running: []Running{
			{"Words(date=2014-06-01)", store.Running, "etl1", ago(90 * time.Second), api.Duration(time.Minute), api.Duration(80 * time.Second)},
			{"Load(date=2014-06-02, table=a_very_long_name_of_a_table_that_goes_on)", store.Running, "etl2", ago(2 * time.Hour), api.Duration(3 * time.Hour), api.Duration(5 * time.Hour)},
			{"Ärger(date=2014-06-02)", store.Running, "etl2", ago(3 * time.Second), 0, 0},
			{"All(date=2014-06-02)", store.Suspended, "etl1", ago(time.Hour), api.Duration(time.Minute), api.Duration(2 * time.Minute)},
		},
		Troubles: []Trouble{
			{"Import(date=2014-06-02)", store.Failed, ago(time.Minute), "no such table: \x1b[31mclicks\nat line 3"},
			{"Export(date=2014-06-02)", store.Retrying, ago(2 * time.Minute), "connection refused"},
		},
		Late: []api.Due{
			{ID: "Report(date=2014-06-01)", State: store.Pending, Due: ago(30 * time.Minute), Slack: api.Duration(-45 * time.Minute), Next: "Words(date=2014-06-01)", NextIs: store.Running},
			{ID: "Invoice(date=2014-06-02)", State: store.Pending, Due: noon.Add(time.Hour), Slack: api.Duration(-5 * time.Minute), Next: "Import(date=2014-06-02)", NextIs: store.Failed},
		},
	}
}

func TestRender(t *testing.T) {
	const server = "http://127.0.0.1:8082"
	paused := busy()
	paused.Paused = true
	many := busy()
	for i := range 40 {
		r := many.Running[0]
		r.Since = r.Since.Add(time.Duration(i) * time.Second)
		many.Running = append(many.Running, r)
		many.Troubles = append(many.Troubles, many.Troubles[0])
		many.Late = append(many.Late, many.Late[0])
	}
	views := map[string]struct {
		snapshot *Snapshot
		view     View
	}{
		"once":     {busy(), View{Server: server}},
		"terminal": {busy(), View{Server: server, Width: 100, Height: 24, Keys: true, Order: ByRisk, Now: noon.Add(5 * time.Second)}},
		"narrow":   {busy(), View{Server: server, Width: 40, Height: 24, Keys: true, Order: ByName}},
		"small":    {busy(), View{Server: server, Width: 80, Height: 6, Keys: true}},
		"many":     {many, View{Server: server, Width: 100, Height: 30, Keys: true}},
		"colour":   {paused, View{Server: server, Width: 100, Height: 24, Keys: true, Colour: true, Note: "no answer since 12:00:00: connection refused"}},
		"idle":     {&Snapshot{At: noon}, View{Server: server, Width: 100, Height: 10, Keys: true}},
		"not yet":  {nil, View{Server: server, Width: 100, Height: 5, Keys: true, Note: "no answer since 12:00:00: connection refused"}},
	}
	for name, test := range views {
		t.Run(name, func(t *testing.T) {
			golden := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".golden")
			got := strings.Join(Render(test.snapshot, test.view), "\n") + "\n"
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

// TestRender_FitsTheWindow: whatever there is and however small the window, nothing is drawn beside it, and nothing
// that a task says reaches the terminal but as text.
func TestRender_FitsTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		s := busy()
		for range rapid.IntRange(0, 9).Draw(t, "tasks") {
			s.Running = append(s.Running, Running{ID: text.Draw(t, "id"), Worker: text.Draw(t, "worker"), Since: noon})
			s.Troubles = append(s.Troubles, Trouble{ID: text.Draw(t, "id"), Error: text.Draw(t, "error")})
			s.Late = append(s.Late, api.Due{ID: text.Draw(t, "id"), Next: text.Draw(t, "next")})
		}
		v := View{
			Width: rapid.IntRange(1, 200).Draw(t, "width"), Height: rapid.IntRange(1, 60).Draw(t, "height"),
			Keys: rapid.Bool().Draw(t, "keys"), Note: text.Draw(t, "note"), Order: Order(rapid.IntRange(0, 2).Draw(t, "order")),
		}
		lines := Render(s, v)
		require.LessOrEqual(t, len(lines), v.Height)
		for _, line := range lines {
			require.LessOrEqual(t, runewidth.StringWidth(line), v.Width)
			require.NotContains(t, line, "\x1b")
			require.NotContains(t, line, "\n")
		}
	})
}
