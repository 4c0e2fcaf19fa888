//go:build unix

package worker

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/rpc"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

var (
	errDown   = errors.New("the server is down")
	errNoWork = errors.New("there is no work now")
)

// A server is a Scheduler that does as it is told. It gives each assignment out until the worker holds it.
type server struct {
	load *scheduler.Load // of the last beat

	mu      sync.Mutex
	changed chan struct{} // closed with each change
	last    int64
	waiting []*scheduler.Assignment
	given   map[int64]*scheduler.Assignment // attempts under way
	most    int                             // of them at one time
	holds   []int64                         // of the last ask
	logs    map[int64][]byte
	ends    map[int64][]scheduler.End
	details map[int64]map[string]string
	kill    map[int64]string
	failing func(method string) error // nil fails none
}

func newServer() *server {
	return &server{
		changed: make(chan struct{}), given: map[int64]*scheduler.Assignment{}, logs: map[int64][]byte{}, ends: map[int64][]scheduler.End{},
		details: map[int64]map[string]string{}, kill: map[int64]string{},
	}
}

// do changes the server.
func (s *server) do(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	close(s.changed)
	s.changed = make(chan struct{})
}

// await waits until something holds of the server.
func (s *server) await(t *testing.T, condition func() bool) {
	t.Helper()
	eventually(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return condition()
	})
}

// add adds an attempt and returns its fence.
func (s *server) add(a *scheduler.Assignment) (fence int64) {
	s.do(func() {
		s.last++
		fence = s.last
		a.Fence = fence
		s.waiting = append(s.waiting, a)
	})
	return fence
}

// end waits for the one end of an attempt.
func (s *server) end(t *testing.T, fence int64) (end scheduler.End) {
	t.Helper()
	s.await(t, func() bool { return len(s.ends[fence]) > 0 })
	s.mu.Lock()
	defer s.mu.Unlock()
	assert.Len(t, s.ends[fence], 1)
	return s.ends[fence][0]
}

func (s *server) log(fence int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.logs[fence])
}

// fail makes the next requests fail, or all where n is negative.
func (s *server) fail(n int) {
	s.do(func() {
		s.failing = func(string) error {
			if n == 0 {
				return nil
			}
			n--
			return errDown
		}
	})
}

// request does a request, unless it is to fail.
func (s *server) request(method string, do func() error) (err error) {
	s.do(func() {
		if s.failing != nil {
			err = s.failing(method)
		}
		if err == nil {
			err = do()
		}
	})
	return err
}

func (s *server) Work(ctx context.Context, ask *scheduler.Ask) (got *scheduler.Assignment, err error) {
	s.do(func() { s.holds = ask.Holds })
	for {
		s.mu.Lock()
		changed := s.changed
		if s.failing != nil {
			err = s.failing("work")
		}
		if err == nil {
			got = s.next(ask.Holds)
		}
		s.mu.Unlock()
		if errors.Is(err, errNoWork) {
			return nil, nil
		}
		if got != nil || err != nil {
			return got, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// next returns an attempt that was given to the worker and that it doesn't hold, or another one, or nil.
func (s *server) next(holds []int64) *scheduler.Assignment {
	for fence, a := range s.given {
		if !slices.Contains(holds, fence) {
			return a
		}
	}
	if len(s.waiting) == 0 {
		return nil
	}
	next := s.waiting[0]
	s.waiting = s.waiting[1:]
	s.given[next.Fence] = next
	s.most = max(s.most, len(s.given))
	return next
}

func (s *server) Beat(_ context.Context, info scheduler.WorkerInfo, beats []scheduler.Beat) (pulse scheduler.Pulse, err error) {
	err = s.request("beat", func() error {
		s.load = info.Load
		pulse.Kill = map[int64]string{}
		for _, b := range beats {
			if by, ok := s.kill[b.Fence]; ok {
				pulse.Kill[b.Fence] = by
			}
			if s.given[b.Fence] == nil {
				pulse.Gone = append(pulse.Gone, b.Fence)
			}
			for name, value := range b.Details {
				if s.details[b.Fence] == nil {
					s.details[b.Fence] = map[string]string{}
				}
				s.details[b.Fence][name] = value
			}
		}
		return nil
	})
	return pulse, err
}

func (s *server) End(_ context.Context, end *scheduler.End) error {
	return s.request("end", func() error {
		if s.given[end.Fence] == nil {
			return &scheduler.FencedError{Fence: end.Fence, Outcome: store.Lost}
		}
		delete(s.given, end.Fence)
		s.ends[end.Fence] = append(s.ends[end.Fence], *end)
		return nil
	})
}

func (s *server) AppendLog(_ context.Context, fence, offset int64, chunk []byte) error {
	return s.request("log", func() error {
		have := int64(len(s.logs[fence]))
		if offset > have {
			return &store.GapError{Fence: fence, Offset: offset, Expected: have}
		}
		if fresh := have - offset; fresh < int64(len(chunk)) {
			s.logs[fence] = append(s.logs[fence], bytes.Clone(chunk[fresh:])...)
		}
		return nil
	})
}

// listen serves workers in other processes.
func (s *server) listen(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := rpc.NewServer()
	require.NoError(t, served.RegisterName("Server", &endpoint{ctx, s}))
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { served.ServeConn(conn) }) // until the worker is killed
		}
	})
	t.Cleanup(func() {
		cancel()
		listener.Close()
		running.Wait()
	})
	return listener.Addr().String()
}

// A endpoint is a server with methods for package rpc.
type endpoint struct {
	ctx    context.Context
	server *server
}

// A call is all that a request says, and an answer what comes back.
type (
	Call struct {
		Ask    *scheduler.Ask
		Info   scheduler.WorkerInfo
		Beats  []scheduler.Beat
		End    *scheduler.End
		Fence  int64
		Offset int64
		Chunk  []byte
	}
	Reply struct {
		Assignment *scheduler.Assignment
		Pulse      scheduler.Pulse
		Gap        *store.GapError
		Fenced     *scheduler.FencedError
	}
)

func (s *endpoint) Do(call *Call, reply *Reply) (err error) {
	switch {
	case call.Ask != nil:
		reply.Assignment, err = s.server.Work(s.ctx, call.Ask)
	case call.End != nil:
		err = s.server.End(s.ctx, call.End)
	case call.Fence != 0:
		err = s.server.AppendLog(s.ctx, call.Fence, call.Offset, call.Chunk)
	default:
		reply.Pulse, err = s.server.Beat(s.ctx, call.Info, call.Beats)
	}
	if errors.As(err, &reply.Gap) || errors.As(err, &reply.Fenced) {
		return nil
	}
	return err
}

// A remote is a server in another process.
type remote struct{ client *rpc.Client }

func (r *remote) do(ctx context.Context, call *Call) (*Reply, error) {
	reply := new(Reply)
	select {
	case done := <-r.client.Go("Server.Do", call, reply, make(chan *rpc.Call, 1)).Done:
		if reply.Gap != nil {
			return nil, reply.Gap
		}
		if reply.Fenced != nil {
			return nil, reply.Fenced
		}
		return reply, done.Error
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *remote) Work(ctx context.Context, ask *scheduler.Ask) (*scheduler.Assignment, error) {
	reply, err := r.do(ctx, &Call{Ask: ask})
	if err != nil {
		return nil, err
	}
	return reply.Assignment, nil
}

func (r *remote) Beat(ctx context.Context, info scheduler.WorkerInfo, beats []scheduler.Beat) (scheduler.Pulse, error) {
	reply, err := r.do(ctx, &Call{Info: info, Beats: beats})
	if err != nil {
		return scheduler.Pulse{}, err
	}
	return reply.Pulse, nil
}

func (r *remote) End(ctx context.Context, end *scheduler.End) error {
	_, err := r.do(ctx, &Call{End: end})
	return err
}

func (r *remote) AppendLog(ctx context.Context, fence, offset int64, chunk []byte) error {
	_, err := r.do(ctx, &Call{Fence: fence, Offset: offset, Chunk: bytes.Clone(chunk)})
	return err
}
