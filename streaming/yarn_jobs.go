package streaming

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// A jobTask is what the application master or the history server tells of one.
type jobTask struct {
	ID    string `json:"id"`
	State string `json:"state"`

	Elapsed int64 `json:"elapsedTime"` // milliseconds
}

// A taskAttempt is one try of a task.
type taskAttempt struct {
	ID          string `json:"id"`
	State       string `json:"state"`
	Diagnostics string `json:"diagnostics"`
	Node        string `json:"nodeHttpAddress"` // host:port of the node manager's web service
	Container   string `json:"assignedContainerId"`
	FinishTime  int64  `json:"finishTime"` // milliseconds since 1970
}

// jobOf returns the id of the job of an application: they share their numbers.
func jobOf(application string) string {
	return "job_" + strings.TrimPrefix(application, "application_")
}

// askJob asks for a part of a job: the application master as long as it runs,
// and the history server when it is over.
func (y *yarnClient) askJob(ctx context.Context, application, path string, answer any) error {
	job := url.PathEscape(jobOf(application))
	err := y.ask(ctx, http.MethodGet, y.history+"/ws/v1/history/mapreduce/jobs/"+job+path, nil, answer)
	if err == nil {
		return nil
	}
	proxied := "/proxy/" + url.PathEscape(application) + "/ws/v1/mapreduce/jobs/" + job + path
	if amErr := y.askRM(ctx, http.MethodGet, proxied, nil, answer); amErr != nil {
		return errors.Join(err, amErr)
	}
	return nil
}

func (y *yarnClient) tasks(ctx context.Context, application string) ([]jobTask, error) {
	return y.someTasks(ctx, application, "/tasks")
}

func (y *yarnClient) reduceTasks(ctx context.Context, application string) ([]jobTask, error) {
	return y.someTasks(ctx, application, "/tasks?type=r")
}

func (y *yarnClient) someTasks(ctx context.Context, application, path string) ([]jobTask, error) {
	var answer struct {
		Tasks struct {
			Task []jobTask `json:"task"`
		} `json:"tasks"`
	}
	err := y.askJob(ctx, application, path, &answer)
	return answer.Tasks.Task, err
}

func (y *yarnClient) attempts(ctx context.Context, application, task string) ([]taskAttempt, error) {
	var answer struct {
		TaskAttempts struct {
			TaskAttempt []taskAttempt `json:"taskAttempt"`
		} `json:"taskAttempts"`
	}
	err := y.askJob(ctx, application, "/tasks/"+url.PathEscape(task)+"/attempts", &answer)
	return answer.TaskAttempts.TaskAttempt, err
}
