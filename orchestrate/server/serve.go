package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// An ExposedError is a listener that other machines reach, on a server that asks for no token.
type ExposedError struct{ Address string }

func (e *ExposedError) Error() string {
	return fmt.Sprintf("whoever reaches %s could do everything, as there is no token: listen on 127.0.0.1, make a token for an admin first, or say that it is to be insecure", e.Address)
}

// MayListen tells whether the server may be reached at an address. The error is an [*ExposedError].
func (s *Server) MayListen(address net.Addr) error {
	if !isLoopback(address) && !s.options.Insecure && s.tokens.none() {
		return &ExposedError{address.String()}
	}
	return nil
}

// Serve answers requests from a listener, which it closes, until the context ends. Requests that
// wait get a problem then, and others may go on for Options.Grace. The error is nil after such an
// end, which is one for good: to serve again takes another server. It may be an [*ExposedError].
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	if err := s.MayListen(listener.Addr()); err != nil {
		return errors.Join(err, listener.Close())
	}
	if !isLoopback(listener.Addr()) && !s.options.Insecure {
		s.exposed.Store(true) // so that it stays closed when the last token is revoked
	}
	defer s.Close()
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.options.Logger.Handler(), slog.LevelWarn),
	}
	working, enough := context.WithCancel(ctx)
	var engines sync.WaitGroup
	defer engines.Wait()
	defer enough()
	engines.Go(func() { s.keepTidy(working) })
	engines.Go(func() { s.deadlines.Run(working) })
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.Close()
	err := shutDown(ctx, server, s.options.Grace)
	<-ended
	return err
}

// shutDown lets requests go on for a while, and then cuts them off.
func shutDown(ctx context.Context, server *http.Server, grace time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return server.Close()
}
