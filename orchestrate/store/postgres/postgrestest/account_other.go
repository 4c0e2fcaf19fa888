//go:build !unix

package postgrestest

import "syscall"

// An account is the user of the server; here it is always that of the test.
type account struct{}

func findAccount() (*account, error) { return nil, nil }

func (*account) own(string) error { return nil }

func (*account) attributes() *syscall.SysProcAttr { return nil }
