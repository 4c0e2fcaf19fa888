// Package top shows a server live on a terminal: what its tasks, workers and resources do.
//
//	s, err := top.Take(ctx, client, time.Now())   // what there is to show
//	lines := top.Render(s, top.View{Width: 80, Height: 24})
//	err = top.Run(ctx, top.Options{Source: client, In: os.Stdin, Out: os.Stdout})
//
// [Take] asks for lists, and [Render] is a pure function from what they say to lines. [Run] does both again and again:
// when the server tells of changes, and every two seconds. It draws at most twice a second.
//
// # The terminal
//
// Run uses the alternate screen and raw mode, and puts the terminal back as it was however it ends:
// by a key, by its context, by a panic, and while it is stopped by ^Z. Text that comes from tasks has
// no control characters when it is shown.
//
// One goroutine owns the screen. One reads keys, one asks the server; both end with Run.
package top
