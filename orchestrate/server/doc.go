// Package server offers a scheduler over HTTP, as package api describes it.
//
//	s, err := server.New(ctx, server.Options{Scheduler: sched, Store: st})
//	if err != nil { … }
//	err = s.Serve(ctx, listener) // until the context ends
//
// A [Server] is an [http.Handler] too, for those who have their own [http.Server]. It describes itself
// as OpenAPI 3.1 at /api/openapi.json.
//
// # Who may do what
//
// As long as there is no token, whoever reaches the server may do everything, and is called "local".
// [Server.Serve] then refuses a listener that other machines reach. The first token is an admin's;
// from then on each request needs one, as a bearer token, and its name says who did it. A token is 256
// random bits, shown once; the store has its SHA-256 only.
//
//	viewer     look
//	worker     look, submit, run attempts
//	operator   look, submit, control
//	admin      look, submit, run attempts, control, and make tokens
//
// Whether the server is well, and the description of its interface, are for everybody.
//
// Browsers are no way in: a POST that comes from another site is refused, and on a listener of the
// machine itself so is a request to a host of another name, which a page may have pointed to it.
//
// # Requests that wait
//
// Requests for work, for tasks and for changes wait on the server. When it ends, they get a
// 503 or are cut off, and come again. Of more than Options.LongPolls each is looked at once, and then sent away with a
// 503 and Retry-After. A request that waits takes some 35 KiB with its connection.
//
// # Limits
//
//	a connection without a request   10 seconds, and 2 minutes after one
//	the head of a request            10 seconds, 64 KiB
//	its body                         half a minute, and 5 minutes for a submission, of which it may
//	                                 stand still for half a minute
//	its size                         1 MiB, and Options.MaxSubmission; 4 large ones are read at a time
//	what it asks for                 25 seconds where it waits for nothing, and a 503 then
//	the answer                       half a minute without a byte that is read
//	a stream                         an hour, after which it is asked for again from where it was
package server
