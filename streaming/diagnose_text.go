package streaming

import (
	"regexp"
	"strings"
	"sync"
)

// A failure is a kind of failure that Hadoop tells in a text. Reason and mend may
// hold what groups of the pattern found, as in [regexp.Regexp.Expand].
type failure struct {
	pattern *regexp.Regexp
	reason  string
	mend    string
}

// clientFailures are what the hadoop command and the resource manager say of a job
// that did not come to run. The first that is found counts. They are compiled when the first
// job fails: every task of every job would wait for it when it starts.
var clientFailures = sync.OnceValue(func() []failure {
	return []failure{
		{regexp.MustCompile(`Output directory (\S+) already exists`),
			"the output folder ${1} exists already", "another run has made it meanwhile"},
		{regexp.MustCompile(`Input path does not exist: (\S+)`), "the input ${1} does not exist", ""},
		{regexp.MustCompile(`Input Pattern (\S+) matches 0 files`), "the input pattern ${1} matches no files", ""},
		{regexp.MustCompile(`Not a file: (\S+)`),
			"the input ${1} is a folder within an input folder",
			"leave it out, or set -D mapreduce.input.fileinputformat.input.dir.recursive=true"},
		{regexp.MustCompile(`(?i)submitted by user (\S+) to unknown queue: ?(\S+)`),
			"the queue ${2} does not exist", "name another one with -D mapreduce.job.queuename=…; mapred queue -list lists them"},
		{regexp.MustCompile(`(?i)user '?(\S+?)'? (?:cannot submit|does not have permission to submit)(?: applications?| \S+)? to (?:the )?queue:? ?(\S+)`),
			"user ${1} may not submit to the queue ${2}", "name another one with -D mapreduce.job.queuename=…; mapred queue -showacls lists yours"},
		{regexp.MustCompile(`Permission denied: user=(\S+), access=(\w+), inode="([^"]+)"(\S*)`),
			"user ${1} has no ${2} permission for ${3} in HDFS (${4})", "ask its owner"},
		{regexp.MustCompile(`SafeModeException|[Nn]ame ?[Nn]ode is in safe ?mode`),
			"HDFS is in safe mode and takes no changes", "wait until it has started, or ask: hdfs dfsadmin -safemode get"},
		{regexp.MustCompile(`(?:DS|NS)QuotaExceededException: ([^\n]+)`), "a quota of HDFS is used up: ${1}", "remove files, or ask for more"},
		{regexp.MustCompile(`could only be (?:replicated|written) to 0 (?:nodes|of)[^\n]*`),
			"HDFS can't store data: ${0}", "look at hdfs dfsadmin -report: the datanodes are full or down"},
		{regexp.MustCompile(`GSS initiate failed|No valid credentials provided|Client cannot authenticate via:\s*\[[^\]]*KERBEROS`),
			"the cluster asks for Kerberos, and there is no valid ticket", "get one with kinit"},
		{regexp.MustCompile(`Call From \S+ to (\S+) failed on connection exception: \S*ConnectException`),
			"nothing answers at ${1}", "see that the service runs, and that HADOOP_CONF_DIR is the configuration of this cluster"},
		{regexp.MustCompile(`java\.net\.UnknownHostException: ?([^\s;]+)`),
			"the host ${1} of the Hadoop configuration is not known", "see HADOOP_CONF_DIR, and the name service"},
		{regexp.MustCompile(`(MAP|REDUCE) capability (?:required )?is more than the supported max container capability`),
			"a ${1} task needs a larger container than the cluster gives", "lower --memory, or -D mapreduce.map.memory.mb and mapreduce.reduce.memory.mb"},
		{regexp.MustCompile(`InvalidResourceRequestException: ([^\n]+)`),
			"the cluster does not give containers of this size: ${1}", "lower --memory, or -D mapreduce.map.memory.mb and mapreduce.reduce.memory.mb"},
		{regexp.MustCompile(`Could not find or load main class org\.apache\.hadoop\.mapreduce\.v2\.app\.MRAppMaster`),
			"the nodes don't find the jars of MapReduce", "set -D yarn.app.mapreduce.am.env=HADOOP_MAPRED_HOME=…, and mapreduce.map.env and mapreduce.reduce.env alike"},
		{regexp.MustCompile(`ERROR: JAVA_HOME is not set|JAVA_HOME is not set and could not be found`),
			"the hadoop command finds no Java", "set JAVA_HOME"},
		{regexp.MustCompile(`streaming\.StreamJob: Unrecognized option: (\S+)`), "this version of Hadoop Streaming does not know the option ${1}", ""},
		{regexp.MustCompile(`java\.lang\.OutOfMemoryError: ([^\n]+)`), "the hadoop command ran out of memory: ${1}", "set HADOOP_CLIENT_OPTS=-Xmx1g"},
	}
})

// attemptFailures are what Hadoop says of an attempt that did not tell itself what it failed of.
var attemptFailures = sync.OnceValue(func() []failure {
	return []failure{
		{regexp.MustCompile(`(?i)running \S*\s*beyond (?:the )?'?physical'? memory limits?\.? Current usage: ([^;\n]+)`),
			"a task used more memory than its container has (${1})", moreMemory},
		{regexp.MustCompile(`(?i)running \S*\s*beyond (?:the )?'?virtual'? memory limits?`),
			"a task used more virtual memory than its container may",
			"raise -D mapreduce.map.memory.mb and mapreduce.reduce.memory.mb, or have yarn.nodemanager.vmem-check-enabled set to false"},
		{regexp.MustCompile(`task timeout set: (\d+)s, taskTimedOut: true`), "a task did nothing for ${1} seconds", longerTimeout},
		{regexp.MustCompile(`Timed out after (\d+) secs`), "a task did nothing for ${1} seconds", longerTimeout},
		{regexp.MustCompile(`Cannot run program "([^"]+)": error=8,`),
			"the nodes can't execute the program: it is for another processor", "build it for the nodes with gomr build --arch"},
		{regexp.MustCompile(`Cannot run program "([^"]+)": error=7,`),
			"the job's properties make an environment that is too large to start a program", "shorten them, or name a folder in the place of many inputs"},
		{regexp.MustCompile(`Cannot run program "([^"]+)": (error=\d+, [^\n]+)`), "the nodes can't execute the program ${1}: ${2}", ""},
		{regexp.MustCompile(`Too many counters: (\d+) max=(\d+)`),
			"the job has more than ${2} counters", "use fewer names, or raise mapreduce.job.counters.max on the cluster"},
		{regexp.MustCompile(`subprocess failed with code (137|9)\b`),
			"the program of a task was killed (code ${1}), most likely because the node ran out of memory", moreMemory},
		{regexp.MustCompile(`subprocess failed with code 139\b`), "the program of a task crashed (segmentation fault)", "see the output of the attempt"},
		{regexp.MustCompile(`subprocess failed with code (\d+)`), "the program of a task ended with code ${1} and gave no reason", "see the output of the attempt"},
		{regexp.MustCompile(`java\.io\.IOException: (?:Broken pipe|Stream closed)`),
			"the program of a task ended before it had read all of its input",
			"a mapper or reducer must return an error and not call os.Exit"},
		{regexp.MustCompile(`Java heap space|GC overhead limit exceeded`),
			"the JVM of a task ran out of memory", "raise -D mapreduce.map.java.opts=-Xmx… and mapreduce.reduce.java.opts"},
		{regexp.MustCompile(`No space left on device`), "a disk of a node is full", ""},
		{regexp.MustCompile(`Container released on a \*lost\* node`), "nodes were lost while the job ran", "run it again"},
		{regexp.MustCompile(`MAX_FAILED_UNIQUE_FETCHES|Exceeded MAX_FAILED`),
			"reduce tasks could not fetch the output of map tasks from the nodes", "see the shuffle's log on the nodes; run it again"},
		{regexp.MustCompile(`BlockMissingException: ([^\n]+)`), "HDFS has lost a block of the input: ${1}", "look at hdfs fsck"},
		{regexp.MustCompile(`FileNotFoundException: File does not exist: (\S+)`), "the file ${1} went away while the job ran", ""},
	}
})

const (
	moreMemory    = "give it more with --memory or -D mapreduce.map.memory.mb and mapreduce.reduce.memory.mb, or keep less in memory"
	longerTimeout = "raise -D mapreduce.task.timeout=MILLISECONDS where it really needs that long"
)

// explain sets the reason to the first failure that the text tells, and reports
// whether there is one.
func (e *JobError) explain(failures []failure, text string) bool {
	for _, f := range failures {
		if m := f.pattern.FindStringSubmatchIndex(text); m != nil {
			e.Reason = strings.TrimSpace(string(f.pattern.ExpandString(nil, f.reason, text, m)))
			e.Mend = string(f.pattern.ExpandString(nil, f.mend, text, m))
			return true
		}
	}
	return false
}

// explainApplication finds out what Hadoop says that an application failed of.
func (e *JobError) explainApplication(app *application, failed []taskAttempt) {
	for _, a := range failed {
		if e.explain(attemptFailures(), a.Diagnostics) {
			e.Attempt, e.Node = a.ID, a.Node
			return
		}
	}
	for _, failures := range [][]failure{attemptFailures(), clientFailures()} {
		if e.explain(failures, app.Diagnostics) {
			return
		}
	}
	if app.State == stateKilled || app.FinalStatus == stateKilled {
		e.Reason = "the application was killed: " + topLine(app.Diagnostics)
		return
	}
	if len(failed) > 0 {
		e.Attempt, e.Node = failed[0].ID, failed[0].Node
		e.Reason = rootException(failed[0].Diagnostics)
		return
	}
	if diagnostics := strings.TrimSpace(app.Diagnostics); diagnostics != "" {
		e.Reason = "the application failed: " + topLine(diagnostics)
		e.Output = firstLines(strings.Join(withoutJavaFrames(strings.Split(diagnostics, "\n")[1:]), "\n"), shownOutput)
	}
}

// rootException returns the message of the innermost exception in a Java stack.
func rootException(stack string) string {
	root := topLine(stack)
	for line := range strings.Lines(stack) {
		if cause, ok := strings.CutPrefix(strings.TrimSpace(line), "Caused by: "); ok {
			root = cause
		}
	}
	return strings.TrimPrefix(strings.TrimSpace(root), "Error: ")
}

// withoutJavaFrames leaves the frames of Java stacks out.
func withoutJavaFrames(lines []string) []string {
	var kept []string
	for _, line := range lines {
		if text := strings.TrimSpace(line); text != "" && !strings.HasPrefix(text, "at ") && !strings.HasPrefix(text, "... ") {
			kept = append(kept, strings.TrimRight(line, " \t\r"))
		}
	}
	return kept
}

// crashes begin what the Go runtime says of a program that it ends itself.
var crashes = regexp.MustCompile(`(?m)^(?:panic|fatal error|runtime): .*$|^SIG[A-Z]+: .*$`)

// crash returns what the Go runtime says that a program ended of, or "".
func crash(stderr string) string { return crashes.FindString(stderr) }

// programOutput returns the end of what a program wrote to its stderr, without what
// its JVM writes there.
func programOutput(stderr string) []string {
	var kept []string
	for _, line := range withoutJavaFrames(strings.Split(stderr, "\n")) {
		if !strings.HasPrefix(line, "log4j:") && !strings.HasPrefix(line, "SLF4J:") {
			kept = append(kept, line)
		}
	}
	return lastLines(kept, shownOutput)
}

func lastLines(lines []string, n int) []string { return lines[max(0, len(lines)-n):] }
