package streaming

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatTheClientSaysIsShortened(t *testing.T) {
	for name, want := range map[string]string{
		"output-exists":       "the output folder hdfs://127.0.0.1:8020/gomr-test/rec/o1 exists already",
		"missing-input":       "the input hdfs://127.0.0.1:8020/gomr-test/rec/nothing does not exist",
		"missing-pattern":     "the input pattern hdfs://127.0.0.1:8020/gomr-test/rec/*.gz matches no files",
		"folder-in-folder":    "the input hdfs://127.0.0.1:8020/gomr-test/in is a folder within an input folder",
		"unknown-queue":       "the queue night does not exist",
		"permission":          `user nobody2 has no EXECUTE permission for /tmp in HDFS (:root:supergroup:drwxrwx---)`,
		"no-namenode":         "nothing answers at localhost:1",
		"unknown-host":        "the host nowhere.invalid of the Hadoop configuration is not known",
		"container-too-large": "a MAP task needs a larger container than the cluster gives",
	} {
		t.Run(name, func(t *testing.T) {
			_, lines := clientSays(t, name)
			var e JobError
			require.True(t, e.explain(clientFailures(), strings.Join(lines, "\n")))
			require.Equal(t, want, e.Reason)
		})
	}
}

func TestWhatHadoopSaysOfAnAttemptIsShortened(t *testing.T) {
	recorded := func(name string) string {
		text, err := os.ReadFile(filepath.Join("testdata", "diagnostics", name+".txt"))
		require.NoError(t, err)
		return string(text)
	}
	cases := map[string]struct{ text, want, mend string }{
		"killed":                   {recorded("killed-program"), "the program of a task was killed (code 137), most likely because the node ran out of memory", "--memory"},
		"not there":                {recorded("missing-program"), "the nodes can't execute the program ./nothere: error=2, No such file or directory", ""},
		"exits early":              {recorded("early-exit"), "the program of a task ended before it had read all of its input", "os.Exit"},
		"memory limit":             {"Container [pid=4711,containerID=container_1_0001_01_000002] is running 53944320B beyond the 'PHYSICAL' memory limit. Current usage: 1.1 GB of 1 GB physical memory used; 2.9 GB of 2.1 GB virtual memory used. Killing container.", "a task used more memory than its container has (1.1 GB of 1 GB physical memory used)", "--memory"},
		"memory limit of Hadoop 2": {"Container [pid=1,containerID=c] is running beyond physical memory limits. Current usage: 1.0 GB of 1 GB physical memory used; 2.7 GB of 2.1 GB virtual memory used. Killing container.", "a task used more memory than its container has (1.0 GB of 1 GB physical memory used)", "--memory"},
		"virtual memory":           {"Container [pid=1,containerID=c] is running 9B beyond the 'VIRTUAL' memory limit.", "a task used more virtual memory than its container may", "vmem-check-enabled"},
		"timeout":                  {"AttemptID:attempt_1_0001_m_000000_0 task timeout set: 600s, taskTimedOut: true; task stuck timeout set: 600s, taskStuck: false", "a task did nothing for 600 seconds", "mapreduce.task.timeout"},
		"timeout of Hadoop 2":      {"AttemptID:attempt_1_0001_m_000000_0 Timed out after 600 secs", "a task did nothing for 600 seconds", "mapreduce.task.timeout"},
		"wrong processor":          {`Caused by: java.io.IOException: Cannot run program "./gomr-1": error=8, Exec format error`, "the nodes can't execute the program: it is for another processor", "--arch"},
		"large environment":        {`java.io.IOException: Cannot run program "./gomr-1": error=7, Argument list too long`, "the job's properties make an environment that is too large to start a program", "shorten"},
		"counters":                 {"Error: org.apache.hadoop.mapreduce.counters.LimitExceededException: Too many counters: 121 max=120", "the job has more than 120 counters", "fewer names"},
		"crash":                    {"Error: java.lang.RuntimeException: PipeMapRed.waitOutputThreads(): subprocess failed with code 139", "the program of a task crashed (segmentation fault)", "output"},
		"any code":                 {"Error: java.lang.RuntimeException: PipeMapRed.waitOutputThreads(): subprocess failed with code 3", "the program of a task ended with code 3 and gave no reason", "output"},
		"heap":                     {"Error: Java heap space", "the JVM of a task ran out of memory", "java.opts"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var e JobError
			require.True(t, e.explain(attemptFailures(), c.text))
			require.Equal(t, c.want, e.Reason)
			require.Contains(t, e.Mend, c.mend)
		})
	}
}

func TestFailuresOfTheApplicationItself(t *testing.T) {
	text, err := os.ReadFile("testdata/diagnostics/am-failed.txt")
	require.NoError(t, err)
	e := JobError{Step: 1, Steps: 1, Application: "application_1_0001"}
	e.explainApplication(&application{State: stateFailed, Diagnostics: string(text)}, nil)
	require.Equal(t, "the application failed: Application application_1795527406289_0054 failed 2 times due to "+
		"AM Container for appattempt_1795527406289_0054_000002 exited with  exitCode: 1", e.Reason)
	require.Contains(t, e.Error(), "\n    Unrecognized option: -Xnothing")

	e = JobError{}
	e.explainApplication(&application{State: stateKilled, Diagnostics: "Application application_1_0001 was killed by user ann\n"}, nil)
	require.Equal(t, "the application was killed: Application application_1_0001 was killed by user ann", e.Reason)
}

func TestUnknownFailuresShowTheInnermostException(t *testing.T) {
	stack := "Error: java.lang.RuntimeException: Error in configuring object\n\tat a.B.c(B.java:1)\n" +
		"Caused by: java.lang.reflect.InvocationTargetException\n\tat d.E.f(E.java:2)\nCaused by: java.io.IOException: odd\n\t... 9 more\n"
	var e JobError
	e.explainApplication(&application{State: stateFinished}, []taskAttempt{{ID: "attempt_1", Node: "n:1", Diagnostics: stack}})
	require.Equal(t, "java.io.IOException: odd", e.Reason)
	require.Equal(t, "attempt_1", e.Attempt)
}

func TestWhatTheGoRuntimeSays(t *testing.T) {
	for stderr, want := range map[string]string{
		"log\npanic: in the background\n\ngoroutine 17 [running]:\n": "panic: in the background",
		"fatal error: concurrent map writes\n":                       "fatal error: concurrent map writes",
		"runtime: out of memory: cannot allocate\nfatal error: x\n":  "runtime: out of memory: cannot allocate",
		"SIGSEGV: segmentation violation\nPC=0x0\n":                  "SIGSEGV: segmentation violation",
		"a line that says panic: no\n":                               "",
	} {
		require.Equal(t, want, crash(stderr), stderr)
	}
}

func TestJobErrorShowsTheRootCauseFirst(t *testing.T) {
	cases := map[string]*JobError{
		"panic": {
			Step: 1, Steps: 1, Application: "application_1_0001", TrackingURL: "http://rm:8088/proxy/application_1_0001/",
			Attempt: "attempt_1_0001_m_000000_3", Node: "node7:8042", Offset: 130000,
			Cause: &TaskFailure{
				Kind: MapTask, Message: `/in/a.txt: record 3462 of the split: record "": panic: index out of range [0] with length 0`,
				File: "/in/a.txt", SplitStart: 85000, SplitLength: 85001, RecordNumber: 3462, Record: `""`,
				Stack: "main.first(...)\n\t/home/user/wc/main.go:7\nmain.Words.Map({0x0, 0x0})\n\t/home/user/wc/main.go:21 +0x4e\n" +
					"github.com/gomr/gomr/mr.mapEach[...]({0xbb35e0})\n\t/home/user/gomr/mr/mapper.go:132 +0xd3",
			},
			Reproduce: "mkdir -p .gomr/hdfs/in && hadoop fs -get /in/a.txt .gomr/hdfs/in/a.txt && gomr local WordCount",
		},
		"reduce": {
			Step: 2, Steps: 3, Application: "application_1_0002", Attempt: "attempt_1_0002_r_000000_3", Node: "node7:8042", Offset: -1,
			Cause: &TaskFailure{Kind: ReduceTask, Message: `key "fox": foxes are not wanted`, Key: `"fox"`},
		},
		"setup": {
			Step: 1, Steps: 1, Application: "application_1_0001", Offset: -1,
			Cause: &TaskFailure{Kind: MapTask, Message: "no stop words", File: "/in/a.txt", SplitLength: 100},
		},
		"queue": {Step: 1, Steps: 1, Reason: "the queue night does not exist", Mend: "name another one"},
	}
	var all strings.Builder
	for _, name := range []string{"panic", "reduce", "setup", "queue"} {
		all.WriteString("--- " + name + "\n" + cases[name].Error() + "\n")
	}
	golden(t, "joberror.golden", all.String())
}

func TestShellQuote(t *testing.T) {
	for word, want := range map[string]string{
		"/in/a.txt": "/in/a.txt", "--date=2014-06": "--date=2014-06", "": "''", "a b": "'a b'", "it's": `'it'\''s'`,
		"$HOME": "'$HOME'", "a*": "'a*'", "x;y": "'x;y'", "<z>": "'<z>'", "[a]": "'[a]'", "~": "'~'",
	} {
		require.Equal(t, want, shellQuote(word))
	}
}
