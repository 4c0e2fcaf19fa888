package streaming

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	logTail         = 256 << 10        // bytes of the end of a log that are read
	aggregationWait = 20 * time.Second // how long logs on their way to HDFS are waited for
	aggregationPoll = time.Second
)

// stderrOf returns the end of what the program of an attempt wrote to its standard
// error: from the node while it has it, then from the history server.
func (y *yarnClient) stderrOf(ctx context.Context, application string, a taskAttempt) (string, error) {
	deadline := time.Now().Add(aggregationWait)
	for {
		text, err := y.stderrOnce(ctx, a)
		if err == nil {
			return text, nil
		}
		app, appErr := y.application(ctx, application)
		if appErr != nil || !logsMayCome(app.LogAggregation) || time.Now().After(deadline) {
			return "", err
		}
		select {
		case <-time.After(aggregationPoll):
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// logsMayCome tells by the status of the collection of logs whether they may
// still appear on the history server.
func logsMayCome(status string) bool {
	switch status {
	case "NOT_START", "RUNNING", "RUNNING_WITH_FAILURE", "SUCCEEDED":
		return true
	}
	return false
}

func (y *yarnClient) stderrOnce(ctx context.Context, a taskAttempt) (string, error) {
	container := url.PathEscape(a.Container)
	var err error
	if a.Node != "" {
		scheme := "http"
		if strings.HasPrefix(y.resourceManagers[0], "https:") { // one policy for all of YARN
			scheme = "https"
		}
		var text string
		text, err = y.log(ctx, scheme+"://"+a.Node+"/ws/v1/node/containerlogs/"+container+"/stderr")
		if err == nil {
			return text, nil
		}
	}
	text, historyErr := y.log(ctx, y.history+"/ws/v1/history/containerlogs/"+container+"/stderr")
	if historyErr != nil {
		return "", fmt.Errorf("log of %s: %w", a.ID, firstError(err, historyErr))
	}
	return text, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (y *yarnClient) log(ctx context.Context, address string) (string, error) {
	text, _, err := y.send(ctx, http.MethodGet, fmt.Sprintf("%s?size=-%d", address, logTail), nil)
	if err != nil {
		return "", err
	}
	return string(logContents(text)), nil
}

// logContents returns the log in an answer, which stands between a header, which
// tells its length, and a footer.
func logContents(answer []byte) []byte {
	header, contents, found := bytes.Cut(answer, []byte("\nLogContents:\n"))
	if !found {
		return nil // an empty log has no contents
	}
	_, after, found := bytes.Cut(header, []byte("\nLogLength:"))
	line, _, _ := bytes.Cut(after, []byte("\n"))
	length, err := strconv.Atoi(string(bytes.TrimSpace(line)))
	if found && err == nil && length <= logTail && length <= len(contents) {
		return contents[:length]
	}
	if end := bytes.LastIndex(contents, []byte("End of LogType:stderr")); end >= 0 {
		return contents[:end]
	}
	return contents
}
