package cli

import (
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/store"
)

func TestWriteTimeline(t *testing.T) {
	minute := func(n int) time.Time { return time.Date(2014, 6, 2, 5, n, 0, 0, time.Local) }
	minutes := func(n int) api.Duration { return api.Duration(time.Duration(n) * time.Minute) }
	found := &api.Timeline{
		Run: &api.Run{Key: 17, At: minute(0)}, Now: minute(40), Begin: minute(0), End: minute(40),
		Took: minutes(40), Wait: minutes(5), Ran: minutes(35), Total: 9,
		Path: []api.TimelineStep{{ID: "Load(1)"}, {ID: "Sum(1)"}},
		Tasks: []api.TimelineTask{
			{ID: "Old(1)", State: store.Done, Ready: minute(-9), Started: minute(-9), Ended: minute(-3)},
			{ID: "Load(1)", State: store.Done, Critical: true, Ready: minute(0), Started: minute(1), Ended: minute(20)},
			{ID: "Load(2)", State: store.Failed, Ready: minute(0), Started: minute(10), Ended: minute(12)},
			{ID: "All()", State: store.Done, Ready: minute(12), Started: minute(12), Ended: minute(12)},
			{ID: "Sum(1)", State: store.Running, Critical: true, Ready: minute(20), Started: minute(24)},
			{ID: "Report(1)", State: store.Pending},
		},
	}
	written := func(critical bool) string {
		var b strings.Builder
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		writeTimeline(w, found, critical)
		require.NoError(t, w.Flush())
		return b.String()
	}
	require.Equal(t, `run 17 is under way
The critical path takes 40m0s: its tasks ran for 35m0s and waited for 5m0s.

   STATE    STARTED      WAITED  RAN                                                TASK
*  done     06-02 05:01  1m0s    19m0s  [.###################                    ]  Load(1)
   failed   06-02 05:10  10m0s   2m0s   [..........==                            ]  Load(2)
   done     06-02 05:12  0s      0s     [            =                           ]  All()
*  running  06-02 05:24  4m0s    16m0s  [                    ....################]  Sum(1)
   pending  -            -       -      [                                        ]  Report(1)
… and 1 that had ended before
… and 3 more, which took less time
`, written(false))
	require.Equal(t, 3+1+2, strings.Count(written(true), "\n"), "the two of the path, below four lines")

	found.Blocked = "Load(2)"
	require.Contains(t, written(false), "It won't be done before somebody acts: Load(2) has failed.")
	found.Blocked, found.Finish = "", &api.Finish{P50: minute(50), P95: minute(59)}
	require.Contains(t, written(false), "All is expected at 06-02 05:50 (p50) or 06-02 05:59 (p95).")
}
