package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

const (
	// workers work at the same time; pace is how many tasks they begin in a second, and so twice as
	// many changes of tasks.
	workers = 10
	pace    = 25
)

// worked is how long requests took: those for work, and those to a server that does next to nothing, see [serveIdle].
type worked struct{ asks, idle []time.Duration }

// add adds requests.
func (w *worked) add(other *worked) {
	w.asks, w.idle = append(w.asks, other.asks...), append(w.idle, other.idle...)
}

// work runs tasks at the pace for the span.
func work(ctx context.Context, url, idle string) (*worked, error) {
	c, err := client.New(url, client.Options{})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := submit(ctx, c, int(span.Seconds()*pace)+pace); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	over := errors.New("over")
	turns := make(chan struct{})
	var mu sync.Mutex
	var all worked
	transport := &http.Transport{MaxIdleConnsPerHost: workers}
	defer transport.CloseIdleConnections()
	var group sync.WaitGroup
	for i := range workers {
		group.Go(func() {
			info := scheduler.WorkerInfo{ID: fmt.Sprint("pace-", i), Programs: []string{"bench"}}
			for range turns {
				ask, err := workOnce(ctx, c, info)
				if err != nil {
					cancel(err)
					continue
				}
				none, err := idleOnce(ctx, transport, idle)
				if err != nil {
					cancel(err)
					continue
				}
				mu.Lock()
				all.add(&worked{[]time.Duration{ask}, []time.Duration{none}})
				mu.Unlock()
			}
		})
	}
	tick := time.NewTicker(time.Second / pace)
	defer tick.Stop()
	end := time.After(span)
	for ctx.Err() == nil {
		select {
		case <-tick.C:
			select {
			case turns <- struct{}{}:
			case <-ctx.Done():
			}
		case <-end:
			cancel(over)
		case <-ctx.Done():
		}
	}
	close(turns)
	group.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, over) {
		return nil, cause
	}
	return &all, nil
}

// submit adds tasks that workers of the pace can run. They are of the last hours, so that grids show what becomes of them.
func submit(ctx context.Context, c *client.Client, tasks int) error {
	s := &scheduler.Submission{Nodes: make([]scheduler.Node, tasks)}
	now := time.Now().UTC()
	for i := range tasks {
		hour := orchestrate.DateHourOf(now.Add(-time.Duration(i) * time.Hour)).String()
		s.Nodes[i].Spec = store.Spec{
			ID: fmt.Sprintf("Pace(hour=%s, n=%d)", hour, now.UnixNano()), Family: "Pace", Program: "bench", Args: []string{"--hour=" + hour},
		}
	}
	_, err := c.Submit(ctx, s)
	return err
}

func workOnce(ctx context.Context, c *client.Client, info scheduler.WorkerInfo) (time.Duration, error) {
	asked := time.Now()
	a, err := c.Work(ctx, &scheduler.Ask{Worker: info})
	took := time.Since(asked)
	if err != nil {
		return 0, err
	}
	return took, c.End(ctx, &scheduler.End{Fence: a.Fence, Outcome: store.Succeeded})
}

// serveIdle answers requests at an address once a page of a file is written and synchronised with the disk, as a server's database
// does: how long that takes tells how much the machine is to blame for what others take.
func serveIdle(ctx context.Context, address string) (err error) {
	file, err := os.Create(filepath.Join(dir, "idle"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	server := &http.Server{Addr: address, ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, err := file.WriteAt(make([]byte, 4096), 0); err != nil || file.Sync() != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func idleOnce(ctx context.Context, transport *http.Transport, address string) (time.Duration, error) {
	asked := time.Now()
	answer, err := get(ctx, transport, address)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, answer)
	return time.Since(asked), errors.Join(err, answer.Close())
}

// follow has so many clients follow the changes of tasks as pages do, until the context ends. Each is connected when it
// returns.
func follow(ctx context.Context, url string, clients int) (wait func(), err error) {
	var group sync.WaitGroup
	transport := &http.Transport{}
	for range clients {
		changes, err := get(ctx, transport, url+"/api/v1/events/live?gather=600")
		if err != nil {
			return group.Wait, err
		}
		group.Go(func() {
			defer changes.Close()
			_, _ = io.Copy(io.Discard, changes) // until it is cut off
		})
	}
	return group.Wait, nil
}

// burst is how long a page waits for changes that come together.
const burst = 50 * time.Millisecond

// askAsPages reads pages, each of which is the addresses that it asks for, and asks for all of a page whenever something
// has changed, as the page does, until the input ends.
func askAsPages(ctx context.Context, url string, in io.Reader) error {
	var pages [][]string
	input := json.NewDecoder(in)
	if err := input.Decode(&pages); err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	var group errgroup.Group
	transport := &http.Transport{MaxIdleConnsPerHost: openPages * 6} // of which a browser has six
	for _, addresses := range pages {
		group.Go(func() error {
			err := askAsPage(ctx, transport, url, addresses)
			if ctx.Err() == nil { // else it was to end
				return err
			}
			return nil
		})
	}
	_, _ = io.Copy(io.Discard, in)
	end()
	return group.Wait()
}

func askAsPage(ctx context.Context, transport *http.Transport, url string, addresses []string) error {
	changes, err := get(ctx, transport, url+"/api/v1/events/live?gather=600")
	if err != nil {
		return err
	}
	defer changes.Close()
	piece := make([]byte, 64<<10)
	versions := make([]string, len(addresses)) // of the last answers that have one
	for {
		if _, err := changes.Read(piece); err != nil {
			return err
		}
		time.Sleep(burst)
		var group errgroup.Group
		for i, address := range addresses {
			group.Go(func() (err error) {
				versions[i], err = askSince(ctx, transport, address, versions[i])
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
}

// askSince asks for what has changed since a version, where there is one, and returns that of the answer. Grids have one.
func askSince(ctx context.Context, transport *http.Transport, address, version string) (string, error) {
	if version != "" {
		address += "&since=" + url.QueryEscape(version)
	}
	answer, err := get(ctx, transport, address)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(answer)
	if err = errors.Join(err, answer.Close()); err != nil || !strings.Contains(address, "/grid?") {
		return "", err
	}
	var grid struct {
		Version string `json:"version"`
	}
	err = json.Unmarshal(text, &grid)
	return grid.Version, err
}

// get returns the body of an answer, which the caller closes.
func get(ctx context.Context, transport *http.Transport, address string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("%s answers %s", address, response.Status), response.Body.Close())
	}
	return response.Body, nil
}

// p99 returns the time that one in a hundred is longer than.
func p99(all []time.Duration) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[min(len(all)-1, len(all)*99/100)]
}
