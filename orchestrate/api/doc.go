// Package api has what a scheduler and its clients say to each other over HTTP: the types of
// requests, answers and errors, in JSON, and how they become those of packages scheduler and store.
//
//	POST /api/v1/submissions
//	{"nodes": [{"id": "A", "program": "p"}], "roots": ["A"]}
//
//	200 OK
//	{"run": 1, "added": 1}
//
// # Version
//
// All paths begin with [Prefix], but for those that tell whether a server is up. A version only gets
// new paths, new fields that may be left out, and new fields in answers. Whoever reads an answer
// passes over fields that it doesn't know. A request with fields that the server doesn't know is
// refused: it asks for something that would not be done.
//
// # Values
//
// Times are RFC 3339, with up to six digits of a second. Durations are as Go writes them, such as "1h30m" or "250ms", so that they
// are exact. Times and durations that are zero are left out. Text is UTF-8; tasks whose IDs or
// arguments are other bytes can't be sent. The ID of a task may have any characters, so it is
// never part of a path.
//
// # Errors
//
// What goes wrong is a [Problem], as of RFC 9457, with a code and the fields that belong to it.
// [Problem.Err] makes the error of it that the scheduler had returned, so that
//
//	var fenced *scheduler.FencedError
//	if errors.As(err, &fenced) { … }
//
// says the same on both sides.
package api

// Prefix is what the paths of this version begin with.
const Prefix = "/api/v1"
