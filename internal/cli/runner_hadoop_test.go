package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/streaming"
)

func TestFailureOf(t *testing.T) {
	cases := map[string]struct {
		err  streaming.JobError
		want *orchestrate.TaskFailure
	}{
		"a task that says why": {
			streaming.JobError{Attempt: "attempt_1", Node: "node7", Cause: &streaming.TaskFailure{Message: "no ink", Stack: "main.go:7\nmain.go:9\n"}},
			&orchestrate.TaskFailure{Attempt: "attempt_1", Node: "node7", Output: []string{"no ink", "main.go:7", "main.go:9"}},
		},
		"a task that only wrote": {
			streaming.JobError{Attempt: "attempt_1", Reason: "exit status 7", Output: []string{"out of memory"}},
			&orchestrate.TaskFailure{Attempt: "attempt_1", Output: []string{"out of memory"}},
		},
		"no task is to blame": {streaming.JobError{Reason: "no queue of that name", Output: []string{"what hadoop printed"}}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, failureOf(&c.err)) })
	}
}
