package streaming

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"strings"

	"github.com/gomr/gomr/hdfs"
)

// A Check is one thing that must be in order for jobs to run on a cluster.
type Check struct {
	Name   string // such as "hadoop command"
	OK     bool
	Detail string // what was found, or what is wrong
	Mend   string // what to do about it; empty where OK
}

// Diagnose checks all that a job needs of a cluster, in the order in which a job
// would need it. It starts no JVM. A check that needs what is missing is left out.
func Diagnose(ctx context.Context, config FindConfig) []Check {
	f := finder{getenv: os.Getenv, root: "/"}
	d := &doctor{}
	dir, properties, err := f.configuration(config.ConfDir)
	d.add("configuration", dir, err, "set HADOOP_CONF_DIR to the folder with core-site.xml and yarn-site.xml")
	command, commandErr := f.hadoop(config.Hadoop)
	d.add("hadoop command", command, commandErr, "")
	jar, jarErr := f.streamingJar(config.StreamingJar, command)
	d.add("streaming jar", jar, jarErr, "")
	if err == nil {
		d.checkHDFS(dir)
		d.checkYARN(ctx, newYARNClient(properties, userName(os.Getenv)))
	}
	return d.checks
}

// A doctor collects checks.
type doctor struct{ checks []Check }

// add adds what a check has found: detail where err is nil.
func (d *doctor) add(name, detail string, err error, mend string) {
	if err == nil {
		d.checks = append(d.checks, Check{Name: name, OK: true, Detail: detail})
		return
	}
	if missing, ok := errors.AsType[*MissingError](err); ok {
		mend = missing.Mend
		err = fmt.Errorf("not found in %s", strings.Join(missing.Looked, ", "))
	}
	d.checks = append(d.checks, Check{Name: name, Detail: err.Error(), Mend: mend})
}

// CheckHDFS checks that a namenode answers and is not in safe mode. It takes as long as that takes, and changes nothing.
func CheckHDFS(confDir string) Check {
	d := &doctor{}
	if client := d.connect(confDir); client != nil {
		d.checkSafeMode(client)
		client.Close()
	}
	return d.checks[len(d.checks)-1]
}

// CheckYARN checks that a resource manager answers, and where it does, that there are nodes. It changes nothing.
func CheckYARN(ctx context.Context, confDir string) ([]Check, error) {
	properties, err := hdfs.LoadProperties(confDir)
	if err != nil {
		return nil, err
	}
	yarn := newYARNClient(properties, userName(os.Getenv))
	defer yarn.close()
	d := &doctor{}
	d.checkCluster(ctx, yarn)
	return d.checks, nil
}

// connect checks that a namenode answers, and returns nil where none does.
func (d *doctor) connect(confDir string) *hdfs.Client {
	client, err := hdfs.Connect(hdfs.Config{ConfDir: confDir})
	if err != nil {
		d.add("HDFS", "", err, "see that the namenode runs: hdfs dfsadmin -report")
		return nil
	}
	d.add("HDFS", client.DefaultFS()+" as "+client.User(), nil, "")
	return client
}

// checkSafeMode adds a check where the namenode lets nothing be changed, and reports whether it lets that.
func (d *doctor) checkSafeMode(client *hdfs.Client) bool {
	on, err := client.InSafeMode()
	if _, refused := errors.AsType[*hdfs.RemoteError](err); refused {
		return true // some proxies of namenodes don't tell; what is changed will
	}
	if err == nil && on {
		err = fmt.Errorf("the namenode of %s is in safe mode: files can be read, and nothing can be changed", client.DefaultFS())
	}
	if err != nil {
		d.add("safe mode", "", err, "after a start it ends by itself once enough blocks are reported: hdfs dfsadmin -safemode get, and hdfs dfsadmin -report; "+
			"else end it, as an administrator: hdfs dfsadmin -safemode leave")
	}
	return err == nil
}

func (d *doctor) checkHDFS(confDir string) {
	client := d.connect(confDir)
	if client == nil {
		return
	}
	defer client.Close()
	if !d.checkSafeMode(client) {
		return
	}

	home := homeDir(client)
	probe := path.Join(home, ".gomr", "probe-"+newRunID())
	err := errors.Join(client.MkdirAll(path.Dir(probe), 0o755), writeFile(client, probe, 0o600, strings.NewReader("gomr\n")))
	if err == nil {
		err = client.Remove(probe)
	}
	d.add("home folder", home+" can be written", err,
		fmt.Sprintf("hdfs dfs -mkdir -p %s && hdfs dfs -chown %s %s, as an administrator", home, client.User(), home))
	d.checkStaging(client)
}

// checkStaging checks the folder in which Hadoop puts the files of a job that it submits.
func (d *doctor) checkStaging(client *hdfs.Client) {
	root := cmp.Or(client.Properties().Get("yarn.app.mapreduce.am.staging-dir"), "/tmp/hadoop-yarn/staging")
	dir := path.Join(root, client.User(), ".staging")
	// Hadoop makes it in the same way, and insists on the owner.
	err := client.MkdirAll(dir, 0o700)
	if err == nil {
		err = checkOwner(client, dir)
	}
	d.add("staging folder", dir, err, fmt.Sprintf("hdfs dfs -mkdir -p %s && hdfs dfs -chmod 1777 %s, as an administrator", root, root))
}

func checkOwner(client *hdfs.Client, dir string) error {
	info, err := client.Stat(dir)
	if err != nil {
		return err
	}
	status, ok := info.Sys().(interface{ GetOwner() string })
	if ok && status.GetOwner() != client.User() {
		return fmt.Errorf("%s belongs to %s, and Hadoop wants it to belong to %s", dir, status.GetOwner(), client.User())
	}
	return nil
}

func (d *doctor) checkYARN(ctx context.Context, yarn *yarnClient) {
	defer yarn.close()
	if !d.checkCluster(ctx, yarn) {
		return
	}
	err := yarn.ask(ctx, http.MethodGet, yarn.history+"/ws/v1/history/info", nil, new(struct{}))
	d.add("history server", yarn.history, err,
		"start it with mapred --daemon start historyserver, or see mapreduce.jobhistory.webapp.address: without it, a failed job can't tell its cause")
}

// checkCluster checks the resource manager and its nodes, and reports whether the resource manager answers.
func (d *doctor) checkCluster(ctx context.Context, yarn *yarnClient) bool {
	const rmMend = "see that the resource manager runs, and yarn.resourcemanager.webapp.address in yarn-site.xml"
	var info struct {
		ClusterInfo struct {
			State   string `json:"state"`
			Version string `json:"hadoopVersion"`
		} `json:"clusterInfo"`
	}
	err := yarn.askRM(ctx, http.MethodGet, "/ws/v1/cluster/info", nil, &info)
	if err == nil && info.ClusterInfo.State != "STARTED" {
		err = fmt.Errorf("the resource manager is %s", info.ClusterInfo.State)
	}
	d.add("resource manager", fmt.Sprintf("%s, Hadoop %s", strings.Join(yarn.resourceManagers, ", "), info.ClusterInfo.Version), err, rmMend)
	if err != nil {
		return false
	}
	d.checkNodes(ctx, yarn)
	return true
}

func (d *doctor) checkNodes(ctx context.Context, yarn *yarnClient) {
	var answer struct {
		Metrics struct {
			Active    int   `json:"activeNodes"`
			Unhealthy int   `json:"unhealthyNodes"`
			Available int64 `json:"availableMB"` //nolint:tagliatelle // Hadoop's name
			Total     int64 `json:"totalMB"`     //nolint:tagliatelle // Hadoop's name
		} `json:"clusterMetrics"`
	}
	err := yarn.askRM(ctx, http.MethodGet, "/ws/v1/cluster/metrics", nil, &answer)
	m := answer.Metrics
	if err == nil && m.Active == 0 {
		err = fmt.Errorf("no node is active, %d are unhealthy", m.Unhealthy)
	}
	d.add("nodes", fmt.Sprintf("%d active, %d of %d MB free", m.Active, m.Available, m.Total), err,
		"see that the node managers run and have free disks: yarn node -list -all")
}
