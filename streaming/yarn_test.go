package streaming

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
)

// recordedApp is the application whose answers are in testdata/yarn: a job of two map
// tasks, one of which failed twice.
const recordedApp = "application_1795527406289_0008"

// replay serves the recorded answers of the resource manager, the history server and
// the node manager, all at one address.
func replay(t *testing.T, extra map[string]http.HandlerFunc) *yarnClient {
	t.Helper()
	job := "/ws/v1/history/mapreduce/jobs/" + jobOf(recordedApp)
	files := map[string]string{
		"/ws/v1/cluster/apps/" + recordedApp: "app.json",
		job + "/tasks":                       "tasks.json",
	}
	for _, task := range []string{"m_000000", "m_000001", "r_000000"} {
		files[job+"/tasks/task_1795527406289_0008_"+task+"/attempts"] = "attempts-" + task + ".json"
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	serve := func(w http.ResponseWriter, name, contentType string) {
		text, err := os.ReadFile(filepath.Join("testdata", "yarn", name))
		if err != nil {
			http.NotFound(w, nil)
			return
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(bytes.ReplaceAll(text, []byte("localhost:8042"), []byte(strings.TrimPrefix(server.URL, "http://"))))
	}
	for path, name := range files {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "ann", r.URL.Query().Get("user.name"))
			serve(w, name, "application/json; charset=utf-8")
		})
	}
	mux.HandleFunc("/ws/v1/node/containerlogs/{container}/stderr", func(w http.ResponseWriter, r *http.Request) {
		serve(w, "stderr-"+r.PathValue("container")+".txt", "text/plain;charset=utf-8")
	})
	for path, handler := range extra {
		mux.HandleFunc(path, handler)
	}
	yarn := newYARNClient(hdfs.Properties{}, "ann")
	yarn.resourceManagers, yarn.history = []string{server.URL}, server.URL
	t.Cleanup(yarn.close)
	return yarn
}

func answer(status int, contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func TestTheFailedAttemptTellsItsCause(t *testing.T) {
	yarn := replay(t, nil)
	app, err := yarn.application(t.Context(), recordedApp)
	require.NoError(t, err)
	require.Equal(t, stateFinished, app.State)
	require.Equal(t, stateFailed, app.FinalStatus)

	r := &run{cluster: &Cluster{yarn: yarn}}
	for name, diagnostics := range map[string]string{"named task": app.Diagnostics, "no named task": "broken"} {
		failed, err := r.failedAttempts(t.Context(), diagnostics, recordedApp)
		require.NoError(t, err, name)
		require.Len(t, failed, 2, "%s: attempts that were killed don't count", name)
		require.Equal(t, "attempt_1795527406289_0008_m_000000_1", failed[0].ID, "the last one first")
		stderr, err := yarn.stderrOf(t.Context(), recordedApp, failed[0])
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(stderr, FailurePrefix))
		require.True(t, strings.HasSuffix(stderr, "\n"))
		cause := lastTaskFailure(stderr)
		require.Contains(t, cause.Message, "index out of range [0] with length 0")
		require.EqualValues(t, 3462, cause.RecordNumber)
		require.Contains(t, cause.Stack, "main.panics")
	}
}

func TestLogsComeFromTheHistoryServerWhenTheNodeHasThemNoMore(t *testing.T) {
	recorded, err := os.ReadFile("testdata/yarn/stderr-container_1795527406289_0008_01_000005.txt")
	require.NoError(t, err)
	asked := 0
	yarn := replay(t, map[string]http.HandlerFunc{
		"/ws/v1/cluster/apps/application_1_0001": answer(200, "application/json", `{"app":{"logAggregationStatus":"RUNNING"}}`),
		"/ws/v1/history/containerlogs/container_1/stderr": func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, strconv.Itoa(-logTail), r.URL.Query().Get("size"))
			if asked++; asked == 1 { // not there yet
				answer(500, "text/html", "<html>java.io.IOException</html>")(w, r)
				return
			}
			aggregated := bytes.ReplaceAll(recorded, []byte("End of LogType:stderr."), []byte("\nEnd of LogType:stderr"))
			answer(200, "text/plain", string(aggregated))(w, r)
		},
	})
	stderr, err := yarn.stderrOf(t.Context(), "application_1_0001", taskAttempt{
		ID: "attempt_1", Container: "container_1", Node: strings.TrimPrefix(yarn.history, "http://")})
	require.NoError(t, err)
	require.NotNil(t, lastTaskFailure(stderr))
}

func TestLogsThatNeverCome(t *testing.T) {
	yarn := replay(t, map[string]http.HandlerFunc{
		"/ws/v1/cluster/apps/application_1_0001": answer(200, "application/json", `{"app":{"logAggregationStatus":"DISABLED"}}`),
	})
	_, err := yarn.stderrOf(t.Context(), "application_1_0001", taskAttempt{ID: "attempt_1", Container: "c", Node: "127.0.0.1:1"})
	require.ErrorContains(t, err, "log of attempt_1")
}

func TestLogContents(t *testing.T) {
	cases := map[string]struct{ answer, want string }{
		"whole":      {"Container: c\nLogType:stderr\nLogLength:3\nLogContents:\na\nb\nEnd of LogType:stderr.\n***\n", "a\nb"},
		"its end":    {"LogType:stderr\nLogLength:999\nLogContents:\na\nEnd of LogType:stderr\n***\n", "a\n"},
		"empty":      {"LogType:stderr\nLogLength:0\nLogContents:\n\nEnd of LogType:stderr.\n", ""},
		"no log":     {"nothing", ""},
		"cut off":    {"LogType:stderr\nLogLength:999\nLogContents:\nabc", "abc"},
		"its header": {"LogType:stderr\nLogLength:28\nLogContents:\nx\nEnd of LogType:stderr.\ny\n\nEnd of LogType:stderr.\n", "x\nEnd of LogType:stderr.\ny\n\n"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, string(logContents([]byte(c.answer)))) })
	}
}

func TestARunningJobIsAskedThroughTheProxy(t *testing.T) {
	yarn := replay(t, map[string]http.HandlerFunc{
		"/proxy/application_1_0001/ws/v1/mapreduce/jobs/job_1_0001/tasks": answer(200, "application/json", `{"tasks":{"task":[{"id":"task_1","state":"RUNNING"}]}}`),
		"/proxy/application_2_0001/":                                      answer(200, "text/html", "<html>the job is no more</html>"),
	})
	tasks, err := yarn.tasks(t.Context(), "application_1_0001")
	require.NoError(t, err)
	require.Equal(t, []jobTask{{ID: "task_1", State: "RUNNING"}}, tasks)
	_, err = yarn.tasks(t.Context(), "application_2_0001")
	require.True(t, hasStatus(err, http.StatusNotFound), err)
}

func TestTimesOfReduceTasks(t *testing.T) {
	yarn := replay(t, map[string]http.HandlerFunc{
		"/ws/v1/history/mapreduce/jobs/job_1_0001/tasks": func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "r", r.URL.Query().Get("type"))
			answer(200, "application/json", `{"tasks":{"task":[{"id":"task_1_0001_r_1000000","elapsedTime":3},
				{"id":"task_1_0001_r_000001","elapsedTime":1500},{"id":"task_1_0001_r_000000","elapsedTime":20}]}}`)(w, r)
		},
	})
	r := &run{
		Submission: Submission{Log: slog.New(slog.DiscardHandler)}, cluster: &Cluster{yarn: yarn},
		steps: []*mr.Step{{Reducers: 3}, {Reducers: 1}},
	}
	want := []time.Duration{20 * time.Millisecond, 1500 * time.Millisecond, 3 * time.Millisecond}
	require.Equal(t, want, r.timeReduces(t.Context(), 0, "application_1_0001"))
	require.Nil(t, r.timeReduces(t.Context(), 1, "application_1_0001"), "there is none to compare with")
	require.Nil(t, r.timeReduces(t.Context(), 0, "application_1_0002"), "the history server does not know it")
}

func TestKillWaitsUntilItIsDone(t *testing.T) {
	states := []string{"ACCEPTED", "KILLING", "KILLED"}
	yarn := replay(t, map[string]http.HandlerFunc{
		"PUT /ws/v1/cluster/apps/application_1_0001/state": func(w http.ResponseWriter, r *http.Request) {
			var body map[string]string
			assert.NoError(t, json.NewDecoder(r.Body).Decode(&body))
			assert.Equal(t, map[string]string{"state": "KILLED"}, body)
			answer(http.StatusAccepted, "application/json", `{"state":"`+states[0]+`"}`)(w, r)
			states = states[1:]
		},
		"PUT /ws/v1/cluster/apps/application_1_0002/state": answer(200, "application/json", `{"state":"KILLING"}`),
		"PUT /ws/v1/cluster/apps/application_1_0003/state": answer(403, "application/json",
			`{"RemoteException":{"exception":"ForbiddenException","message":"java.lang.Exception: User ann cannot modify it\n\tat x"}}`),
	})
	require.NoError(t, yarn.kill(t.Context(), "application_1_0001"))
	require.Empty(t, states)

	ctx, cancel := context.WithTimeout(t.Context(), 3*killPoll)
	defer cancel()
	require.ErrorIs(t, yarn.kill(ctx, "application_1_0002"), context.DeadlineExceeded)
	require.ErrorContains(t, yarn.kill(t.Context(), "application_1_0003"), "403 Forbidden: User ann cannot modify it")
}

func TestLiveApplicationsAreFoundByTheirTag(t *testing.T) {
	list := `{"apps":{}}`
	yarn := replay(t, map[string]http.HandlerFunc{
		"/ws/v1/cluster/apps": func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "gomr-1", r.URL.Query().Get("applicationTags"))
			assert.NotContains(t, r.URL.Query().Get("states"), "FINISHED")
			answer(200, "application/json", list)(w, r)
		},
	})
	cluster := &Cluster{yarn: yarn}
	for text, want := range map[string][]string{
		`{"apps":{}}`:   {},
		`{"apps":null}`: {},
		`{"apps":{"app":[{"id":"application_1_0001","state":"RUNNING"},{"id":"application_1_0002"}]}}`: {"application_1_0001", "application_1_0002"},
	} {
		list = text
		ids, err := cluster.liveApplications(t.Context(), "gomr-1")
		require.NoError(t, err)
		require.Equal(t, want, ids)
	}
}

func TestAnotherResourceManagerAnswers(t *testing.T) {
	yarn := replay(t, map[string]http.HandlerFunc{"/standby/": answer(503, "text/plain", "There is no active RM right now.")})
	active := yarn.resourceManagers[0]
	yarn.resourceManagers = []string{"http://127.0.0.1:1", active + "/standby", active}
	_, err := yarn.application(t.Context(), recordedApp)
	require.NoError(t, err)
}

func TestNoResourceManagerIsSaidAtOnce(t *testing.T) {
	yarn := newYARNClient(hdfs.Properties{"yarn.resourcemanager.webapp.address": "127.0.0.1:1"}, "ann")
	started := time.Now()
	_, err := (&Cluster{Hadoop: "/nowhere", yarn: yarn}).liveApplications(t.Context(), "gomr-1")
	require.ErrorContains(t, err, "yarn.resourcemanager.webapp.address")
	require.ErrorContains(t, err, "connection refused")
	require.Less(t, time.Since(started), 10*time.Second)
}

func TestTheListOfTheYarnCommand(t *testing.T) {
	out := "Total number of applications (application-types: [], states: [RUNNING] and tags: [x]):1\n" +
		"                Application-Id\t    Application-Name\t    Application-Type\n" +
		"application_1795527406289_0008\t                slow\t           MAPREDUCE\n"
	require.Equal(t, []string{"application_1795527406289_0008"}, listedApplications(out))
}

func TestOutputTag(t *testing.T) {
	tag := outputTag("hdfs://nn:8020", "/data/Out")
	require.Equal(t, strings.ToLower(tag), tag, "YARN makes tags lower case")
	require.Less(t, len(tag), 100, "YARN takes no longer ones")
	require.NotEqual(t, tag, outputTag("hdfs://nn:8020", "/data/out"))
	require.NotContains(t, tag, path.Base("/data/Out"))
}
