package scheduler

import (
	"context"
	"fmt"
)

// An attempt is its worker's: nobody else may tell that it is alive, commit, end it, or have it wait. Who
// asks is known by the name of a token, which is in the context of a request.

type tokenKey struct{}

// WithToken returns a context for the requests of a worker that has the token of a name. Requests
// without one are trusted: they come from this process, or from a server that asks for no tokens.
func WithToken(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, tokenKey{}, name)
}

func tokenOf(ctx context.Context) string {
	name, _ := ctx.Value(tokenKey{}).(string)
	return name
}

// A HolderError is a request about an attempt that is another worker's, as the token tells.
type HolderError struct {
	Fence  int64
	Worker string // whose it is
}

func (e *HolderError) Error() string {
	return fmt.Sprintf("attempt %d is of the worker %s, which had another token when it got it: use that token, or let the attempt be given up, which a lease without a sign of life does", e.Fence, e.Worker)
}

// heldBy returns a [*HolderError] unless an attempt is of a worker with the token. One that was given to
// a worker without a token is anybody's.
func (a *attempt) heldBy(token string) error {
	if token == "" || a.Token == "" || a.Token == token {
		return nil
	}
	return &HolderError{a.Fence, a.Worker}
}

// held returns an attempt that is under way, or leads it, for its worker. The error may be a
// [*FencedError] or a [*HolderError].
func (c *core) held(fence int64, token string) (*attempt, error) {
	a, err := c.find(fence)
	if err != nil {
		return nil, err
	}
	return a, a.heldBy(token)
}

// CheckHolder reports whether an attempt is under way, and returns a [*HolderError] where it is not that of the worker
// whose token is in the context.
func (s *Scheduler) CheckHolder(ctx context.Context, fence int64) (underWay bool, err error) {
	token := tokenOf(ctx)
	return askFor(ctx, s, func(c *core) (bool, error) {
		a := c.attempts[fence]
		if a == nil {
			return false, nil
		}
		return true, a.leader().heldBy(token)
	})
}
