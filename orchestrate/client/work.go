package client

import (
	"context"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

// Submit is [scheduler.Scheduler.Submit]. Text that is not UTF-8 can't be sent, and is a
// [*scheduler.InvalidError].
func (c *Client) Submit(ctx context.Context, submission *scheduler.Submission) (scheduler.Receipt, error) {
	if err := checkText(submission); err != nil {
		return scheduler.Receipt{}, err
	}
	var receipt api.Receipt
	if err := c.post(ctx, "/submissions", api.SubmissionOf(submission), &receipt); err != nil {
		return scheduler.Receipt{}, err
	}
	return scheduler.Receipt(receipt), nil
}

// checkText returns an error where what tells tasks apart would be changed on the way.
func checkText(s *scheduler.Submission) error {
	texts := append([]string{s.Request}, s.Roots...)
	for i := range s.Nodes {
		n := &s.Nodes[i]
		texts = append(texts, n.ID, n.Family, n.Program)
		texts = append(append(texts, n.Args...), n.Requires...)
	}
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return &scheduler.InvalidError{Reason: fmt.Sprintf("%q is not UTF-8, and can't be sent to a scheduler", text)}
		}
	}
	return nil
}

// Work is [scheduler.Scheduler.Work].
func (c *Client) Work(ctx context.Context, ask *scheduler.Ask) (*scheduler.Assignment, error) {
	in := api.Ask{Worker: api.WorkerOf(&ask.Worker), Holds: ask.Holds, Wait: pollWait.Seconds()}
	var assignment api.Assignment
	err := c.persist(ctx, func() (bool, error) {
		empty, err := c.do(ctx, &call{method: http.MethodPost, path: "/work", in: in, out: &assignment, wait: pollWait})
		return !empty, err
	})
	if err != nil {
		return nil, err
	}
	return assignment.Scheduler(), nil
}

// Beat is [scheduler.Scheduler.Beat].
func (c *Client) Beat(ctx context.Context, worker scheduler.WorkerInfo, beats []scheduler.Beat) (scheduler.Pulse, error) {
	in := api.Beats{Worker: api.WorkerOf(&worker), Beats: make([]api.Beat, len(beats))}
	for i, b := range beats {
		in.Beats[i] = api.Beat(b)
	}
	var pulse api.Pulse
	if err := c.post(ctx, "/beats", in, &pulse); err != nil {
		return scheduler.Pulse{}, err
	}
	return pulse.Scheduler(), nil
}

// Commit is [scheduler.Scheduler.Commit].
func (c *Client) Commit(ctx context.Context, fence int64) (scheduler.Grant, error) {
	var grant api.Grant
	if err := c.post(ctx, ofAttempt(fence, "commit"), nil, &grant); err != nil {
		return scheduler.Grant{}, err
	}
	return scheduler.Grant{For: time.Duration(grant.For)}, nil
}

// End is [scheduler.Scheduler.End].
func (c *Client) End(ctx context.Context, end *scheduler.End) error {
	return c.post(ctx, ofAttempt(end.Fence, "end"), api.EndOf(end), nil)
}

// Await is [scheduler.Scheduler.Await].
func (c *Client) Await(ctx context.Context, fence int64, ids []string) ([]scheduler.Answer, error) {
	in := api.Await{IDs: append([]string{}, ids...), Wait: pollWait.Seconds()}
	var answers api.Answers
	err := c.persist(ctx, func() (bool, error) {
		empty, err := c.do(ctx, &call{method: http.MethodPost, path: ofAttempt(fence, "await"), in: in, out: &answers, wait: pollWait})
		return !empty, err
	})
	if err != nil {
		return nil, err
	}
	return answers.Scheduler(), nil
}

func ofAttempt(fence int64, what string) string {
	return fmt.Sprintf("/attempts/%d/%s", fence, what)
}
