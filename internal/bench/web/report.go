package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

const preface = `# Benchmarks of the pages

What ` + "`make bench-web`" + ` measured: pages of a server in Debian's Chromium, on the same two processors, where the browser is the
less urgent one. The server has %d tasks in families by the hour, a run of %d tasks and one of %d whose graphs are drawn,
and a history of %d attempts. Each page is opened five times in a browser that has nothing of it yet; figures are medians.
How it is measured stands in [internal/bench/web](../../internal/bench/web/main.go).
`

func (m *measured) write(w io.Writer) {
	fmt.Fprintf(w, preface, m.Tasks, smallGraph, largeGraph, attempts)
	if len(m.Pages) > 0 {
		m.writePages(w)
	}
	if m.Followers > 0 {
		fmt.Fprintf(w, "\n## Followers\n\n%d clients that follow %d changes a second cost the server %.1f%% of a core.\n", followers, 2*pace, 100*m.Followers)
	}
	if len(m.Asking) > 0 {
		m.writeAsking(w)
	}
}

func (m *measured) writePages(w io.Writer) {
	fmt.Fprint(w, "\n## Pages\n\n")
	fmt.Fprintln(w, "| page | first paint ms | all there ms | slowest answer ms | answers kB |")
	fmt.Fprintln(w, "|---|--:|--:|--:|--:|")
	for _, p := range m.Pages {
		fmt.Fprintf(w, "| %s | %.0f | %.0f | %.0f | %.0f |\n", p.Name, p.Paint, p.Full, p.Answer, p.Bytes/1e3)
	}
	slices.Sort(m.Live)
	fmt.Fprintf(w, "\nScript and style are %.1f kB compressed.\n", m.Bundle/1e3)
	fmt.Fprintf(w, "The grid scrolls at %.0f frames a second; the longest wait for one was %.0f ms.\n", m.Scroll.Frames, m.Scroll.Longest)
	fmt.Fprintf(w, "A change is seen on the page %.0f ms after it was asked for (median of %d; at most %.0f ms).\n", m.Live[len(m.Live)/2], len(m.Live), m.Live[len(m.Live)-1])
}

func (m *measured) writeAsking(w io.Writer) {
	fmt.Fprint(w, "\n## Work beside pages\n\n")
	fmt.Fprintf(w, "Requests for work while %d tasks a second are done: without pages, with what %d pages ask for at each change but without a\n"+
		"browser, as if it were on another machine, and with them in Chromium, which has one of the two processors. Beside each are\n"+
		"requests to a server that does nothing: what they take more is the machine's. p99 in ms, rounds in turn.\n\n", pace, openPages)
	fmt.Fprintln(w, "| round | without | nothing done | pages elsewhere | nothing done | server then, % of a core | pages in Chromium here | nothing done |")
	fmt.Fprintln(w, "|--:|--:|--:|--:|--:|--:|--:|--:|")
	var all beside
	for i, b := range m.Asking {
		b.write(w, strconv.Itoa(i+1))
		all.without.add(&b.without)
		all.asked.add(&b.asked)
		all.with.add(&b.with)
		all.used += b.used / float64(len(m.Asking))
	}
	all.write(w, "all")
}

func (b *beside) write(w io.Writer, name string) {
	pair := func(one *worked) string {
		return fmt.Sprintf("%.2f | %.2f", p99(one.asks).Seconds()*1e3, p99(one.idle).Seconds()*1e3)
	}
	fmt.Fprintf(w, "| %s | %s | %s | %.0f | %s |\n", name, pair(&b.without), pair(&b.asked), 100*b.used, pair(&b.with))
}
