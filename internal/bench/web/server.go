package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A server is one in a process of its own.
type server struct {
	url     string
	process *exec.Cmd
	ended   chan error
	idleURL string // of a server that does nothing
	idle    *exec.Cmd
}

// patience is how long a server may take to read a million tasks.
const patience = 2 * time.Minute

func startServer(ctx context.Context, program, database string) (*server, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://" + address, ended: make(chan error, 1)}
	s.process = exec.CommandContext(ctx, program, "server", "--listen", address, "--database", database, "--keep", "0")
	s.process.Cancel = func() error { return s.process.Process.Signal(os.Interrupt) }
	s.process.Stderr = os.Stderr
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	go func() { s.ended <- s.process.Wait() }()
	if err := errors.Join(s.startIdle(ctx), s.await(ctx)); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// startIdle starts a server beside it that does nothing.
func (s *server) startIdle(ctx context.Context) error {
	s.idle = &exec.Cmd{}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	s.idleURL = "http://" + address
	s.idle = exec.CommandContext(ctx, self, "-idle", address)
	s.idle.Stderr = os.Stderr
	return s.idle.Start()
}

func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (s *server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/readyz", nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-s.ended:
			return errors.Join(errors.New("the server has ended"), err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (s *server) stop() {
	if s.idle.Process != nil {
		_ = s.idle.Process.Kill()
		_ = s.idle.Wait()
	}
	_ = s.process.Process.Signal(os.Interrupt)
	<-s.ended
}

// ticksPerSecond is the unit of Linux's /proc/PID/stat on all machines that Go runs on.
const ticksPerSecond = 100

// processorTime returns how much of it the server has used.
func (s *server) processorTime() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.process.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), ") ") // behind the name
	fields := strings.Fields(after)
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / ticksPerSecond, err
}
