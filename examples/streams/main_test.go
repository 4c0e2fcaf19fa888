package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gomr/gomr/mr/mrtest"
)

func TestAggregateArtists(t *testing.T) {
	got := mrtest.Run(t, AggregateArtists{}.Job(), map[string]string{
		"/data/streams/2014-06-01.tsv": "1401580800\tAbba\tWaterloo\n1401580801\tRobyn\tWith Every Heartbeat\n",
		"/data/streams/2014-06-02.tsv": "1401667200\tAbba\tFernando\nthis line is broken\n",
	})
	if want := "Abba\t2\nRobyn\t1\n"; got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestTop10(t *testing.T) {
	var lines strings.Builder
	for i := range 15 {
		fmt.Fprintf(&lines, "artist %c\t%d\n", 'a'+i, 100+i%13)
	}
	got := mrtest.Run(t, Top10{}.Job(), map[string]string{"/data/artist-plays/2014-06/part-00000": lines.String()})
	want := "artist m\t112\nartist l\t111\nartist k\t110\nartist j\t109\nartist i\t108\n" +
		"artist h\t107\nartist g\t106\nartist f\t105\nartist e\t104\nartist d\t103\n"
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestPlaysByCountry(t *testing.T) {
	got := mrtest.Run(t, PlaysByCountry{}.Job(), map[string]string{
		"/data/artists.tsv":                     "Abba\tSweden\nRobyn\tSweden\nAdele\tEngland\n",
		"/data/artist-plays/2014-06/part-00000": "Abba\t5\nnobody\t7\n",
		"/data/artist-plays/2014-06/part-00001": "Adele\t2\nRobyn\t1\n",
	})
	if want := "England\t2\nSweden\t6\nunknown\t7\n"; got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}
