package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/streaming"
)

// probes look at the cluster of a server's tasks.
func (p *placeFlags) probes() []server.Probe {
	if p.runner == local {
		root, _ := filepath.Abs(p.root) // it is only shown
		unused := server.Found{Unused: true, Detail: "the data of this server is in " + root + ", for --runner is local"}
		look := func(context.Context, string) server.Found { return unused }
		return []server.Probe{&clusterProbe{name: "HDFS", look: look}, &clusterProbe{name: "YARN", look: look}}
	}
	return []server.Probe{
		&clusterProbe{name: "HDFS", find: hdfs.FindConfDir, look: new(longCall).lookAtHDFS},
		&clusterProbe{name: "YARN", find: hdfs.FindConfDir, look: lookAtYARN},
	}
}

// A clusterProbe looks at a part of a Hadoop cluster.
type clusterProbe struct {
	name string
	find func() (confDir string, err error) // nil where there is none to find
	look func(ctx context.Context, confDir string) server.Found
}

// Name implements [server.Probe].
func (p *clusterProbe) Name() string { return p.name }

// Look implements [server.Probe].
func (p *clusterProbe) Look(ctx context.Context) server.Found {
	if p.find == nil {
		return p.look(ctx, "")
	}
	confDir, err := p.find()
	if err != nil {
		return server.Found{Unused: true, Detail: err.Error()}
	}
	return p.look(ctx, confDir)
}

// A longCall makes calls that can't be cut short, in a goroutine that ends when the call does. While one is under way,
// no other begins, so that a namenode that hangs has one goroutine.
type longCall struct {
	answer chan server.Found // of the call under way, with room for it; nil where none is
}

func (c *longCall) lookAtHDFS(ctx context.Context, confDir string) server.Found {
	found := c.do(ctx, func() server.Found { return foundOf(streaming.CheckHDFS(confDir)) })
	if found.Err != nil && found.Mend == "" {
		found.Mend = "the namenode hangs, or the way to it: hdfs dfsadmin -report"
	}
	return found
}

// do makes a call, and waits for its answer until ctx ends.
func (c *longCall) do(ctx context.Context, call func() server.Found) server.Found {
	select {
	case <-c.answer: // to somebody who has waited long enough: that is no news any more
		c.answer = nil
	default:
	}
	if c.answer == nil {
		answer := make(chan server.Found, 1)
		c.answer = answer
		go func() { answer <- call() }()
	}
	select {
	case found := <-c.answer:
		c.answer = nil
		return found
	case <-ctx.Done():
		return server.Found{Err: context.Cause(ctx)}
	}
}

func lookAtYARN(ctx context.Context, confDir string) server.Found {
	properties, err := hdfs.LoadProperties(confDir)
	if err != nil {
		return server.Found{Err: err, Mend: "see that the server may read " + confDir}
	}
	if !namesYARN(properties) {
		return server.Found{Unused: true, Detail: "the configuration in " + confDir + " names no resource manager"}
	}
	checks, err := streaming.CheckYARN(ctx, confDir)
	if err != nil {
		return server.Found{Err: err}
	}
	return foundOf(checks...)
}

func namesYARN(properties hdfs.Properties) bool {
	for name := range properties {
		if strings.HasPrefix(name, "yarn.resourcemanager.") {
			return true
		}
	}
	return false
}

// foundOf returns what checks have found: what is wrong with the first one that is not in order.
func foundOf(checks ...streaming.Check) server.Found {
	var details []string
	for _, check := range checks {
		if !check.OK {
			return server.Found{Err: errors.New(check.Detail), Mend: check.Mend}
		}
		details = append(details, check.Detail)
	}
	return server.Found{Detail: strings.Join(details, "; ")}
}
