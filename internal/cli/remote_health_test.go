package cli

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/api"
)

func TestHealth(t *testing.T) {
	now := time.Now()
	found := &api.Components{Components: []api.Component{
		{Name: "scheduler", State: api.ComponentOK, Detail: "5 tasks", LastSeen: now, Latency: api.Duration(200 * time.Microsecond)},
		{Name: "YARN", State: api.ComponentUnused, Detail: "no Hadoop configuration found"},
		{Name: "HDFS", State: api.ComponentSlow, Detail: "hdfs://nn:8020 as ann", LastSeen: now.Add(-time.Minute), Latency: api.Duration(2 * time.Second)},
	}}
	var out bytes.Buffer
	a := newApp(Config{Stdout: &out})
	require.NoError(t, (&remoteOutput{app: a}).writeHealth(found))
	require.Equal(t, `STATE     COMPONENT  LAST SEEN  TOOK
ok        scheduler  0s ago     1ms  5 tasks
not used  YARN       -          -    no Hadoop configuration found
slow      HDFS       1m0s ago   2s   hdfs://nn:8020 as ann
`, out.String())

	out.Reset()
	found.Components[2] = api.Component{Name: "HDFS", State: api.ComponentFailing, Detail: "connection refused\nand again", Mend: "start it"}
	require.Equal(t, ExitCode(orchestrate.ExitError), (&remoteOutput{app: a}).writeHealth(found))
	require.Regexp(t, `(?m)^failing +HDFS +- +- +connection refused\n +and again\n +mend: start it\n`, out.String())

	out.Reset()
	require.Equal(t, ExitCode(orchestrate.ExitError), (&remoteOutput{app: a, json: true}).writeHealth(found))
	var document api.Components
	require.NoError(t, json.Unmarshal(out.Bytes(), &document))
	require.Equal(t, api.ComponentFailing, document.Components[2].State)
}

func TestLoadCells(t *testing.T) {
	busy := 0.256
	cpu, memory, disk := loadCells(&api.Load{CPU: &busy, MemoryUsed: 3_210_000_000, MemoryTotal: 16e9, DiskFree: 5e9, DiskTotal: 10e9})
	require.Equal(t, []string{"26%", "3.2 of 16.0 GB", "5.0 GB free"}, []string{cpu, memory, disk})
	cpu, memory, disk = loadCells(&api.Load{})
	require.Equal(t, []string{"-", "-", "-"}, []string{cpu, memory, disk})
	cpu, _, _ = loadCells(nil)
	require.Equal(t, "-", cpu)
}
