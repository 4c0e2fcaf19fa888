package cli

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/trigger"
)

// TestFilesHaveEveryField: what the API has of a schedule, a file has under the same name.
func TestFilesHaveEveryField(t *testing.T) {
	for file, sent := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[scheduleTable](): reflect.TypeFor[trigger.Schedule](),
		reflect.TypeFor[dataTable]():     reflect.TypeFor[trigger.Condition](),
	} {
		var want []string
		for field := range sent.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			want = append(want, name)
		}
		require.Equal(t, want, keysOf(file))
	}
}

// TestFilesFillEveryField reads a file with all keys.
func TestFilesFillEveryField(t *testing.T) {
	tables, err := parseSchedules("all.toml", []byte(`
[[schedule]]
name = "a"
time = "@daily"
zone = "Europe/Berlin"
period = "day"
offset = -1
program = "p"
task = ["A", "--date={date}"]
priority = 3
catch_up = "all"
mode = "skip"
start = 2026-01-01
end = 2026-12-31T06:00:00Z
paused = true
poll = "5m"
timeout = "6h"
[[schedule.data]]
paths = ["/a/{date}", "/b"]
success = true
at_least = 1
`))
	require.NoError(t, err)
	s, err := tables[0].schedule()
	require.NoError(t, err)
	require.NoError(t, s.Check())
	v := reflect.ValueOf(*s)
	for i := range v.NumField() {
		require.False(t, v.Field(i).IsZero(), v.Type().Field(i).Name)
	}
	require.Equal(t, "2026-01-01", s.Start)
	require.Equal(t, "2026-12-31T06:00:00Z", s.End)
	require.Equal(t, []trigger.Condition{{Paths: []string{"/a/{date}", "/b"}, Success: true, AtLeast: 1}}, s.Data)
}
