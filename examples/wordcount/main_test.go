package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr/mrtest"
	"github.com/gomr/gomr/orchestrate"
)

// A mapper needs no test kit: it is called with a function that collects what it emits.
func TestMapEmitsEveryWord(t *testing.T) {
	counts := make(map[string]int)
	err := WordCount{}.Map(" the cat\tthe  dog ", func(word string, n int) { counts[word] += n })
	require.NoError(t, err)
	require.Equal(t, map[string]int{"the": 2, "cat": 1, "dog": 1}, counts)
}

func TestJobCountsOverAllDays(t *testing.T) {
	got := mrtest.Run(t, WordCount{}.Job(), map[string]string{
		"/data/text/2014-06-01.txt": "the cat\nthe dog\n",
		"/data/text/2014-06-02.txt": "a dog",
	})
	// One part follows the other, and each is sorted.
	require.Equal(t, "a\t1\nthe\t2\ncat\t1\ndog\t2\n", got)
}

func TestEachDayOfTheMonthIsRequired(t *testing.T) {
	june, err := orchestrate.ParseDateInterval("2014-06")
	require.NoError(t, err)
	w := WordCount{DateInterval: june}
	require.Len(t, w.Requires(), 30)
	require.Equal(t, InputText{Date: orchestrate.NewDate(2014, 6, 1)}, w.Requires()[0])
	require.Equal(t, "/data/text/2014-06-01.txt", w.Requires()[0].Output().String())
	require.Equal(t, "/data/text-count/2014-06/", w.Output().String())
}
