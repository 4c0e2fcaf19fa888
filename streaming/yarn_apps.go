package streaming

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// States of an application. A job that failed is FINISHED; its final status tells.
const (
	stateFinished = "FINISHED"
	stateFailed   = "FAILED"
	stateKilled   = "KILLED"
)

// liveStates are those of an application that may still do something.
const liveStates = "NEW,NEW_SAVING,SUBMITTED,ACCEPTED,RUNNING"

// An application is what the resource manager tells of one.
type application struct {
	ID             string `json:"id"`
	State          string `json:"state"`
	FinalStatus    string `json:"finalStatus"`
	Diagnostics    string `json:"diagnostics"`
	LogAggregation string `json:"logAggregationStatus"`
}

func isOver(state string) bool {
	return state == stateFinished || state == stateFailed || state == stateKilled
}

// application returns an application.
func (y *yarnClient) application(ctx context.Context, id string) (*application, error) {
	var answer struct {
		App application `json:"app"`
	}
	err := y.askRM(ctx, http.MethodGet, "/ws/v1/cluster/apps/"+url.PathEscape(id), nil, &answer)
	return &answer.App, err
}

// liveApplications returns the user's applications with a tag that are not over.
func (y *yarnClient) liveApplications(ctx context.Context, tag string) ([]application, error) {
	query := url.Values{"applicationTags": {tag}, "states": {liveStates}, "user": {y.user}}
	var answer struct {
		Apps struct {
			App []application `json:"app"`
		} `json:"apps"`
	}
	err := y.askRM(ctx, http.MethodGet, "/ws/v1/cluster/apps?"+query.Encode(), nil, &answer)
	return answer.Apps.App, err
}

// killPoll is the time between looks at an application that is being killed.
const killPoll = 200 * time.Millisecond

// kill kills an application and returns when it is over.
func (y *yarnClient) kill(ctx context.Context, id string) error {
	path := "/ws/v1/cluster/apps/" + url.PathEscape(id) + "/state"
	for {
		var answer struct {
			State string `json:"state"`
		}
		// Asking for it again tells how far it is.
		err := y.askRM(ctx, http.MethodPut, path, map[string]string{"state": stateKilled}, &answer)
		if err != nil {
			return fmt.Errorf("kill %s: %w", id, err)
		}
		if isOver(answer.State) {
			return nil
		}
		select {
		case <-time.After(killPoll):
		case <-ctx.Done():
			return fmt.Errorf("kill %s: it is still %s: %w", id, answer.State, context.Cause(ctx))
		}
	}
}

// kill kills an application and returns when it is over: by the resource manager's
// web service, and where that refuses, by the yarn command.
func (c *Cluster) kill(ctx context.Context, id string) error {
	err := c.yarn.kill(ctx, id)
	if err == nil || ctx.Err() != nil || isUnreachable(err) {
		return err
	}
	if _, commandErr := c.runYARN(ctx, "application", "-kill", id); commandErr != nil {
		return errors.Join(err, commandErr)
	}
	return nil
}

// liveApplications returns the ids of the applications with a tag that are not
// over: from the resource manager's web service, and where that refuses, from the
// yarn command.
func (c *Cluster) liveApplications(ctx context.Context, tag string) ([]string, error) {
	apps, err := c.yarn.liveApplications(ctx, tag)
	if err == nil {
		ids := make([]string, len(apps))
		for i, app := range apps {
			ids[i] = app.ID
		}
		return ids, nil
	}
	if ctx.Err() != nil || isUnreachable(err) {
		return nil, fmt.Errorf("the resource manager of YARN does not answer: %w: "+
			"see that it runs, and yarn.resourcemanager.webapp.address in yarn-site.xml", err)
	}
	out, commandErr := c.runYARN(ctx, "application", "-list", "-appTags", tag, "-appStates", liveStates)
	if commandErr != nil {
		return nil, errors.Join(err, commandErr)
	}
	return listedApplications(out), nil
}

// isUnreachable tells that nothing answers at an address: the yarn command would
// only try for a quarter of an hour.
func isUnreachable(err error) bool {
	dial, ok := errors.AsType[*net.OpError](err)
	return ok && dial.Op == "dial"
}

// listedApplications returns the ids in the first column of the yarn command's list.
func listedApplications(out string) []string {
	var ids []string
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) > 1 && strings.HasPrefix(fields[0], "application_") {
			ids = append(ids, fields[0])
		}
	}
	return ids
}
