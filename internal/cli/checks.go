package cli

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/details"
	"github.com/gomr/gomr/orchestrate/store"
)

// checkJob makes the checks of a job's task, where it has one.
func checkJob(ctx context.Context, run orchestrate.JobRun, made orchestrate.Size) error {
	if run.Check == nil {
		return nil
	}
	return run.Check(ctx, made)
}

// acceptOnly accepts the output of a task, and of no other.
func acceptOnly(task orchestrate.Task) func(context.Context, string) (bool, error) {
	accepted := orchestrate.ID(task)
	return func(_ context.Context, id string) (bool, error) { return id == accepted, nil }
}

// sizesOf returns the sizes that tasks had in a place when they were run from here.
func (a *app) sizesOf(p *place) orchestrate.SizeHistory {
	return &sizeFiles{filepath.Join(stateDir(a.getenv), "sizes", fmt.Sprintf("%x", sha256.Sum256([]byte(p.name)))[:16])}
}

// sizeFiles is a folder with a file for each family, that has a line for each success:
//
//	{"task":"WordCount(date-interval=2014-06)","rows":5120,"bytes":61440}
//
// A line is written at once, so that several processes can. What is no such line is left out.
type sizeFiles struct{ folder string }

const (
	// sizesRead is how much of the end of a file is read, and sizesKept is the length from which on the rest is
	// cut off.
	sizesRead = 64 << 10
	sizesKept = 256 << 10
)

// A madeSize is a line.
type madeSize struct {
	Task string `json:"task"`
	orchestrate.Size
}

func (s *sizeFiles) path(family string) string {
	return filepath.Join(s.folder, url.PathEscape(family)+".jsonl")
}

// Sizes implements [orchestrate.SizeHistory].
func (s *sizeFiles) Sizes(_ context.Context, family string) (sizes []orchestrate.Size, err error) {
	file, err := os.Open(s.path(family))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if _, err := file.Seek(max(0, info.Size()-sizesRead), 0); err != nil {
		return nil, err
	}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var one madeSize
		if json.Unmarshal(lines.Bytes(), &one) == nil && one.Task != "" {
			sizes = append(sizes, one.Size)
		}
	}
	return sizes, nil
}

// Add implements [orchestrate.SizeHistory].
func (s *sizeFiles) Add(_ context.Context, family, id string, made orchestrate.Size) error {
	line, err := json.Marshal(madeSize{id, made})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.folder, 0o777); err != nil {
		return err
	}
	file, err := os.OpenFile(s.path(family), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return s.shorten(family)
}

// shorten cuts off the beginning of a file that has become long.
func (s *sizeFiles) shorten(family string) error {
	info, err := os.Stat(s.path(family))
	if err != nil || info.Size() < sizesKept {
		return err
	}
	text, err := os.ReadFile(s.path(family))
	if err != nil {
		return err
	}
	text = text[max(0, len(text)-sizesRead):]
	text = text[bytes.IndexByte(text, '\n')+1:]
	shorter := s.path(family) + ".shorter"
	if err := os.WriteFile(shorter, text, 0o666); err != nil {
		return err
	}
	return os.Rename(shorter, s.path(family))
}

// checkRemotely has the checks of an attempt use what a server knows.
func (a *app) checkRemotely(config *orchestrate.Config, remote *client.Client, address string) {
	config.History = remoteSizes{remote}
	config.Accept = func(ctx context.Context, id string) (accepted bool, err error) {
		err = insist(ctx, func() error {
			var answer api.Acceptance
			answer, err := remote.Accepted(ctx, id)
			accepted = answer.Accepted
			return err
		})
		return accepted, err
	}
	config.AcceptCommand = func(t orchestrate.Task) string {
		return a.name + " accept " + shellQuote(orchestrate.ID(t)) + " --server " + shellQuote(address)
	}
}

// remoteSizes are the sizes in the details of attempts that a server knows.
type remoteSizes struct{ remote *client.Client }

// sizesAsked is how many attempts are looked at for sizes.
const sizesAsked = 100

// Sizes implements [orchestrate.SizeHistory].
func (r remoteSizes) Sizes(ctx context.Context, family string) (sizes []orchestrate.Size, err error) {
	var attempts []store.Attempt
	err = insist(ctx, func() (err error) {
		attempts, err = r.remote.Attempts(ctx, store.AttemptQuery{Family: family, Limit: sizesAsked})
		return err
	})
	for _, attempt := range slices.Backward(attempts) { // the newest are first
		if made, ok := sizeOf(&attempt); ok {
			sizes = append(sizes, made)
		}
	}
	return sizes, err
}

// sizeOf returns how much an attempt that has succeeded has made.
func sizeOf(a *store.Attempt) (made orchestrate.Size, ok bool) {
	made, ok = details.Made(a.Details)
	return made, ok && a.Outcome == store.Succeeded
}

// Add implements [orchestrate.SizeHistory]: the worker tells the size with the end of the attempt.
func (remoteSizes) Add(context.Context, string, string, orchestrate.Size) error { return nil }
