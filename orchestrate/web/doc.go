// Package web has the pages of a server, as files that are part of the program.
//
//	server.New(ctx, server.Options{…, Pages: web.Handler})
//
// # Model
//
// Folder app has the source, in TypeScript with Preact; "make web" bundles it into folder dist, which is
// kept beside it so that a program is built without npm. What a browser gets is one small document for
// each page's address (see [Handler]), the same script and the same style sheet. All that a page shows
// and does is a call of the API, with the token of whoever looks, and so bound to their role.
//
// Pages below /plain need no script: they are made here, by asking the API in this process as whoever
// looks.
//
// A page loads nothing from elsewhere and has no script or style of its own inside: the policy that is
// sent with it ([policy]) has the browser refuse both. What tasks are called and write is text, never
// markup, since Preact makes text of all that it is given.
package web
