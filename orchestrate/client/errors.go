package client

import (
	"errors"
	"fmt"

	"github.com/gomr/gomr/orchestrate/api"
)

// An UnreachableError says that a server gave no answer.
type UnreachableError struct {
	Address string
	Err     error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("the scheduler at %s can't be reached: %s: see that it runs, and that the address is right", e.Address, e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// Passes tells whether an error may go away by itself: the server can't be reached, or it is ending,
// too much is asked of it, or its database fails.
func Passes(err error) bool {
	if p := new(api.Problem); errors.As(err, &p) {
		return p.Code == api.Unavailable
	}
	return errors.As(err, new(*UnreachableError))
}
