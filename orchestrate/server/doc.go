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
// 503 or are cut off, and come again.
package server
