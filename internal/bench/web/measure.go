package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"time"
)

// A page is how long a page took in the browser, in milliseconds. All are medians.
type page struct {
	Name   string  `json:"name"`
	Paint  float64 `json:"paint"`  // until something was painted
	Full   float64 `json:"full"`   // until all was there that it asks for
	Answer float64 `json:"answer"` // the slowest request to the server
	Bytes  float64 `json:"bytes"`  // of all answers, compressed
}

// scrolling is how the grid moved.
type scrolling struct {
	Frames  float64 `json:"frames"`  // a second
	Longest float64 `json:"longest"` // between two, in milliseconds
}

// A browsed is what was measured in the browser alone.
type browsed struct {
	Pages  []page    `json:"pages"`
	Scroll scrolling `json:"scroll"`
	Live   []float64 `json:"live"`   // milliseconds from a change until it was seen
	Bundle float64   `json:"bundle"` // bytes of the script and the style, compressed
}

// A beside is what work took without pages, with what they ask for from elsewhere, and with them on this machine.
type beside struct {
	without, asked, with worked
	used                 float64 // by the server in the second case, part of a core
}

// measured is all that was.
type measured struct {
	browsed

	Tasks     int
	Asking    []beside // a round each
	Followers float64  // processor time of the server for those that follow, part of a core
}

const (
	openPages = 20
	followers = 200
	span      = 20 * time.Second // of each measurement beside work
)

func measure(ctx context.Context, s *server, rounds int, only string) (m *measured, err error) {
	m = &measured{}
	if only == "" || only == "pages" {
		if err := m.measurePages(ctx, s); err != nil {
			return nil, err
		}
	}
	if only == "" || only == "followers" {
		if m.Followers, err = costOfFollowers(ctx, s, rounds); err != nil {
			return nil, err
		}
	}
	if only != "" && only != "work" {
		rounds = 0
	}
	for range rounds {
		b, err := besidePages(ctx, s)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(os.Stderr, "work p99 %v without pages, %v with what %d ask for, %v with them here; server: %.0f%% of a core\n", p99(b.without.asks), p99(b.asked.asks), openPages, p99(b.with.asks), 100*b.used)
		m.Asking = append(m.Asking, b)
	}
	return m, nil
}

func (m *measured) measurePages(ctx context.Context, s *server) error {
	out, err := browser(ctx, []string{"chrt", "--idle", "0"}, "pages", s.url, strconv.Itoa(smallRun), strconv.Itoa(largeRun)).Output()
	if err != nil {
		return fmt.Errorf("browser: %w", err)
	}
	return json.Unmarshal(out, &m.browsed)
}

// browser runs the part that is in a browser, which gets the processors that the server leaves: that of users is on a
// machine of its own.
func browser(ctx context.Context, under []string, args ...string) *exec.Cmd {
	args = slices.Concat(under[1:], []string{"node", "measure.mjs"}, args)
	cmd := exec.CommandContext(ctx, under[0], args...)
	cmd.Dir, cmd.Stderr = "orchestrate/web/app", os.Stderr
	cmd.Env = append(os.Environ(), "TMPDIR=/dev/shm") // its files are in memory: the disk is the server's
	return cmd
}

// elsewhere begins a command that keeps off the first processor, so that one is left for the server as if the command ran on
// another machine. In the idle class it would have both: the kernel takes a processor with such a thread for a free one, and
// does not interrupt the thread wherever it is.
var elsewhere = []string{"taskset", "--cpu-list", "1"}

// besidePages measures requests for work without pages, with many that show it, and with what those ask for.
func besidePages(ctx context.Context, s *server) (b beside, err error) {
	if err := s.workFor(ctx, &b.without); err != nil {
		return b, err
	}
	pages, err := withPages(ctx, s, func() error { return s.workFor(ctx, &b.with) })
	if err != nil {
		return b, err
	}
	end, err := askElsewhere(ctx, s.url, pages)
	if err != nil {
		return b, err
	}
	before, err := s.processorTime()
	if err != nil {
		return b, errors.Join(err, end())
	}
	if err := s.workFor(ctx, &b.asked); err != nil {
		return b, errors.Join(err, end())
	}
	after, err := s.processorTime()
	b.used = (after - before).Seconds() / span.Seconds()
	return b, errors.Join(err, end())
}

// workFor runs tasks, and adds how long requests took.
func (s *server) workFor(ctx context.Context, all *worked) error {
	some, err := work(ctx, s.url, s.idleURL)
	if err != nil {
		return err
	}
	all.add(some)
	return nil
}

// askElsewhere asks for what pages show in a process of its own.
func askElsewhere(ctx context.Context, url string, pages [][]string) (end func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(pages)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, elsewhere[0], append(elsewhere[1:], self, "-ask", url)...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // it ends when this does
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	_, err = in.Write(append(text, '\n'))
	end = func() error { return errors.Join(in.Close(), cmd.Wait()) }
	if err != nil {
		return nil, errors.Join(err, end())
	}
	return end, nil
}

// withPages does something while pages are open in the browser, and returns the addresses that each asked for meanwhile.
func withPages(ctx context.Context, s *server, do func() error) (pages [][]string, err error) {
	cmd := browser(ctx, elsewhere, "open", s.url, strconv.Itoa(openPages))
	in, err := cmd.StdinPipe() // it ends when this does
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	endInput := sync.OnceValue(in.Close)
	defer func() { err = errors.Join(err, endInput(), cmd.Wait()) }()
	lines := bufio.NewReader(out)
	if _, err := lines.ReadString('\n'); err != nil {
		return nil, fmt.Errorf("the browser opened no pages: %w", err)
	}
	if err := do(); err != nil {
		return nil, err
	}
	if err := endInput(); err != nil {
		return nil, err
	}
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("the browser does not tell what it has asked for: %w", err)
	}
	err = json.Unmarshal(line, &pages)
	return pages, err
}

// costOfFollowers returns the part of a core that clients cost who follow the changes of work, as the difference
// between the least of some rounds with them and without: what else the machine does only adds to either.
func costOfFollowers(ctx context.Context, s *server, rounds int) (float64, error) {
	leastAlone, leastBoth := math.Inf(1), math.Inf(1)
	for range rounds {
		alone, err := costOfWork(ctx, s)
		if err != nil {
			return 0, err
		}
		following, cancel := context.WithCancel(ctx)
		wait, err := follow(following, s.url, followers)
		both := 0.0
		if err == nil {
			both, err = costOfWork(ctx, s)
		}
		cancel()
		wait()
		if err != nil {
			return 0, err
		}
		fmt.Fprintf(os.Stderr, "server: %.1f%% of a core for work, %.1f%% with %d clients that follow\n", 100*alone, 100*both, followers)
		leastAlone, leastBoth = min(leastAlone, alone), min(leastBoth, both)
	}
	return leastBoth - leastAlone, nil
}

// costOfWork returns the part of a core that the server uses while there is work.
func costOfWork(ctx context.Context, s *server) (float64, error) {
	before, err := s.processorTime()
	if err != nil {
		return 0, err
	}
	started := time.Now()
	if err := s.workFor(ctx, &worked{}); err != nil {
		return 0, err
	}
	after, err := s.processorTime()
	return (after - before).Seconds() / time.Since(started).Seconds(), err
}
