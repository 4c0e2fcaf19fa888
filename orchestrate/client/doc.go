// Package client is a scheduler that is elsewhere, and asked over HTTP.
//
//	c, err := client.New("127.0.0.1:8082", client.Options{Token: token})
//	if err != nil { … }
//	defer c.Close()
//	receipt, err := c.Submit(ctx, &scheduler.Submission{Nodes: nodes, Roots: roots})
//
// A [Client] has the methods of a scheduler.Scheduler that workers and people call, and those of a
// store.Store that read the history and logs; they return the same errors. Where a method says who asks, the server knows
// better, from the token, and what the caller says of it is not sent.
//
// A server that can't be reached is an [*UnreachableError]. Calls that wait for something, which
// are Work, Await, FollowLog and Changes, bear with that for a while, and with a server that is
// started again.
package client
