package details_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/details"
	"github.com/gomr/gomr/orchestrate/fingerprint"
)

func TestProgress(t *testing.T) {
	cases := map[string]struct {
		progress orchestrate.Progress
		want     details.Details
	}{
		"of a job on a cluster": {
			orchestrate.Progress{
				Fraction: 0.25, Message: "step 1 of 2: map 45% reduce 5%", TrackingURL: "http://rm:8088/proxy/application_1_2",
				Job: &orchestrate.JobProgress{Step: 1, Steps: 2, Map: 0.45, Reduce: 0.05, Application: "application_1_2"},
			},
			details.Details{
				"progress": "25% step 1 of 2: map 45% reduce 5%", "step": "1 of 2", "map": "45%", "reduce": "5%",
				"application": "application_1_2", "tracking url": "http://rm:8088/proxy/application_1_2",
			},
		},
		"of a job in this process": {
			orchestrate.Progress{Fraction: 0.5, Job: &orchestrate.JobProgress{Step: 1, Steps: 1, Map: 1}},
			details.Details{"progress": "50%", "step": "1 of 1", "map": "100%", "reduce": "0%"},
		},
		"nearly all is not all": {
			orchestrate.Progress{Fraction: 0.999, Job: &orchestrate.JobProgress{Step: 1, Steps: 1, Map: 0.9999, Reduce: 2}},
			details.Details{"progress": "99%", "step": "1 of 1", "map": "99%", "reduce": "100%"},
		},
		"not known how far": {
			orchestrate.Progress{Fraction: -1, Message: "waits for a day"},
			details.Details{"progress": "waits for a day"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, details.OfProgress(c.progress)) })
	}
}

func TestResult(t *testing.T) {
	got := details.OfResult(&orchestrate.JobResult{
		Counters:    []mr.CounterValue{{Group: "words", Name: "long: ones", Value: 7}, {Group: "words", Name: "none", Value: 0}},
		TrackingURL: "http://rm:8088/proxy/application_1_2", Applications: []string{"application_1_1", "application_1_2"},
		ReduceRecords: [][]int64{{500, 400, 1200, 600}},
		Made:          orchestrate.Size{Rows: 3, Bytes: 40}, Accepted: "too few rows",
	})
	require.Equal(t, details.Details{
		"words: long: ones": "7", "words: none": "0",
		"tracking url": "http://rm:8088/proxy/application_1_2", "applications": "application_1_1, application_1_2",
		"skew":        "2.4 times the median: reduce task 3 of 4 read 1200 records, the median 500 records",
		"output rows": "3", "output bytes": "40", "accepted in spite of a check": "too few rows",
	}, got)
	size, ok := details.Made(got)
	require.True(t, ok)
	require.Equal(t, orchestrate.Size{Rows: 3, Bytes: 40}, size)

	require.Empty(t, details.OfResult(&orchestrate.JobResult{}), "of a task that was no job")
	_, ok = details.Made(map[string]string{"output bytes": "40"})
	require.False(t, ok, "nobody has counted rows")
}

func TestFailure(t *testing.T) {
	require.Equal(t, details.Details{
		"failed task": "attempt_1_0001_m_000000_0", "failed task node": "node7:8042", "failed task stderr": "no such word\nline 2",
	}, details.OfResult(&orchestrate.JobResult{Failure: &orchestrate.TaskFailure{
		Attempt: "attempt_1_0001_m_000000_0", Node: "node7:8042", Output: []string{"no such word", "line 2"},
	}}))
}

func TestSkew(t *testing.T) {
	cases := map[string]struct {
		result orchestrate.JobResult
		want   string
	}{
		"of the step where it is largest": {
			orchestrate.JobResult{ReduceRecords: [][]int64{{10, 10}, nil, {1, 30, 2}}},
			"15.0 times the median: reduce task 2 of 3 of step 3 read 30 records, the median 2 records",
		},
		"of time where records are not known": {
			orchestrate.JobResult{ReduceTimes: [][]time.Duration{{2 * time.Second, 3500 * time.Millisecond, time.Second}}},
			"1.8 times the median: reduce task 2 of 3 took 3.5s, the median 2s",
		},
		"most have nothing": {
			orchestrate.JobResult{ReduceRecords: [][]int64{{0, 0, 5}}},
			"5.0 times the median: reduce task 3 of 3 read 5 records, the median 0 records",
		},
		"one has all there is":     {orchestrate.JobResult{ReduceRecords: [][]int64{{0, 1}}}, "1.0 times the median: reduce task 2 of 2 read 1 record, the median 0 records"},
		"a single task":            {orchestrate.JobResult{ReduceRecords: [][]int64{{5}}}, ""},
		"none has read anything":   {orchestrate.JobResult{ReduceRecords: [][]int64{{0, 0}}}, ""},
		"a job without any reduce": {orchestrate.JobResult{ReduceRecords: [][]int64{nil}}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, details.OfResult(&c.result)[details.Skew]) })
	}
}

func TestProgram(t *testing.T) {
	require.Equal(t, details.Details{
		"program version": "v1.2.0", "program revision": "4c9d with changes", "program build": "b1",
	}, details.OfProgram(fingerprint.Program{Path: "example.com/words", Version: "v1.2.0", Revision: "4c9d", Modified: true, Build: "b1"}))
	require.Empty(t, details.OfProgram(fingerprint.Program{Path: "example.com/words", Modified: true}), "changes of what is not known say nothing")
}

func TestInputs(t *testing.T) {
	modified := time.Date(2014, 6, 2, 2, 10, 0, 7, time.FixedZone("", 2*3600))
	require.Equal(t, details.Details{
		"inputs": "3", "input bytes": "5120",
		"input bytes: /text/a": "5120", "input modified: /text/a": "2014-06-02T00:10:00Z",
		"input bytes: /text/b": "missing", "input bytes: a table": "not known",
	}, details.OfInputs([]fingerprint.State{
		{Path: "/text/a", Kind: fingerprint.Folder, Files: 2, Bytes: 5120, Modified: modified},
		{Path: "/text/b", Kind: fingerprint.Missing}, {Path: "a table", Kind: fingerprint.Other},
	}))
	require.Empty(t, details.OfInputs(nil))
}

func TestOfManyOutputsSomeAreNamed(t *testing.T) {
	var states []fingerprint.State
	for n := range 31 {
		states = append(states, fingerprint.State{Path: fmt.Sprintf("/out/%02d", n), Kind: fingerprint.File, Bytes: 10})
	}
	got := details.OfOutputs(states)
	require.Equal(t, "31", got["outputs"])
	require.Equal(t, "310", got["output bytes"], "all are counted")
	require.Equal(t, "10", got["output bytes: /out/19"])
	require.NotContains(t, got, "output bytes: /out/20")
}
