package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
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
		"requests to a server that does nothing but write a page to the disk: what they take more is the machine's. p99 in ms, rounds in turn.\n\n", pace, openPages)
	fmt.Fprintln(w, "| round | without | page written | pages elsewhere | page written | server then, % of a core | pages in Chromium here | page written |")
	fmt.Fprintln(w, "|--:|--:|--:|--:|--:|--:|--:|--:|")
	columns := make([][]float64, 7)
	row := func(name string, figure func(column int) float64) {
		fmt.Fprintf(w, "| %s | %.2f | %.2f | %.2f | %.2f | %.0f | %.2f | %.2f |\n", name, figure(0), figure(1), figure(2), figure(3), figure(4), figure(5), figure(6))
	}
	for i, b := range m.Asking {
		figures := b.figures()
		for column, figure := range figures {
			columns[column] = append(columns[column], figure)
		}
		row(strconv.Itoa(i+1), func(column int) float64 { return figures[column] })
	}
	row("median", func(column int) float64 { return median(columns[column]) })
}

// figures returns what a row tells.
func (b *beside) figures() (figures [7]float64) {
	ms := func(all []time.Duration) float64 { return p99(all).Seconds() * 1e3 }
	return [...]float64{
		ms(b.without.asks), ms(b.without.idle), ms(b.asked.asks), ms(b.asked.idle), 100 * b.used, ms(b.with.asks), ms(b.with.idle),
	}
}

func median(all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}
