package storetest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

// oddTexts are texts that some database, or some coding of texts, takes for something else.
var oddTexts = []string{
	"\x00", "a\x00b", "\xff", "\xc3", "a\xe2\x82", "\xed\xa0\x80", "\ufffd", "\ufeff", "\uffff", "\U0010ffff",
	`\`, `\\`, `\x`, `\x00`, `\\x00`, `\xzz`, `a\`, `\0`, `\u0000`, "'", `"`, "''; --", "?", "$1", "%s", "{key}",
	"\r\n", "\t", " ", " a ", "null", "NULL", "[]", "{}", "0", "1e3", "true", "\u2028", "<&>", "é", "e\u0301", "日本語",
}

func testEmpty(t *testing.T, opener opener) {
	s := open(t, opener)
	newContents().check(t.Context(), t, s)
	write(t, s, &store.Batch{})
	require.True(t, (&store.Batch{}).Empty())
	s = reopen(t, s, opener)
	newContents().check(t.Context(), t, s)
}

func testOddTexts(t *testing.T, opener opener) {
	s, m := open(t, opener), newContents()
	texts := oddTexts
	for b := range 256 {
		texts = append(texts, "every byte: "+string([]byte{byte(b)}))
	}
	b := &store.Batch{Settings: make(map[string]string)}
	for i, text := range texts {
		key := int64(i + 1)
		b.Tasks = append(b.Tasks, store.Task{Key: key, Spec: store.Spec{ID: text, Family: text, Owner: text, Args: []string{text, text}}})
		b.Attempts = append(b.Attempts, store.Attempt{Fence: key, Worker: text, Task: key, Details: map[string]string{text: text}})
		b.Runs = append(b.Runs, store.Run{Key: key, Request: text})
		b.Settings[text] = text
	}
	write(t, s, b)
	m.write(b)
	s = reopen(t, s, opener)
	m.check(t.Context(), t, s)
	for i, text := range texts {
		key := int64(i + 1)
		for _, q := range []store.AttemptQuery{{Worker: text}, {Family: text}} {
			found, err := s.Attempts(t.Context(), q)
			require.NoError(t, err)
			require.Equal(t, []int64{key}, keys(found, fenceOf), "%q", text)
		}
		run, ok, err := s.Run(t.Context(), text)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, key, run.Key, "%q", text)
	}
}

func testTimes(t *testing.T, opener opener) {
	s, m := open(t, opener), newContents()
	b := new(store.Batch)
	for i, at := range []time.Time{
		{}, time.Unix(0, 0), time.UnixMicro(-1), time.UnixMicro(1), time.Unix(0, -1), time.Unix(0, 1), time.Unix(0, 999),
		time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
		time.Date(2024, 2, 29, 1, 2, 3, 456_789_000, time.FixedZone("odd", 12345)), time.Now(),
	} {
		b.Events = append(b.Events, store.Event{Seq: int64(i + 1), At: at})
		b.Attempts = append(b.Attempts, store.Attempt{Fence: int64(i + 1), Ended: at})
	}
	write(t, s, b)
	m.write(b)
	m.check(t.Context(), t, s)
	require.Equal(t, []int64{1}, keys(load(t, s).Attempts, fenceOf), "only no time is none")
}

// testLongTexts has texts that a page of a database cannot hold, where they are looked up too.
func testLongTexts(t *testing.T, opener opener) {
	s, m := open(t, opener), newContents()
	var words strings.Builder
	for i := range 20_000 {
		fmt.Fprint(&words, i*i, " ")
	}
	long := words.String()
	b := &store.Batch{
		Tasks:    []store.Task{{Key: 1, Spec: store.Spec{ID: long, Family: long}}, {Key: 2, Spec: store.Spec{ID: long + "2", Family: long}}},
		Attempts: []store.Attempt{{Fence: 1, Task: 1, Worker: long, Error: long}},
		Runs:     []store.Run{{Key: 1, Request: long}},
		Events:   []store.Event{{Seq: 1, Kind: long, Message: long}},
	}
	write(t, s, b)
	m.write(b)
	m.check(t.Context(), t, s)
	found, err := s.Attempts(t.Context(), store.AttemptQuery{Family: long, Worker: long})
	require.NoError(t, err)
	require.Len(t, found, 1)
	_, ok, err := s.Run(t.Context(), long)
	require.NoError(t, err)
	require.True(t, ok)
}

func testReplaced(t *testing.T, opener opener) {
	s, m := open(t, opener), newContents()
	start := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	for _, b := range []*store.Batch{
		{
			Tasks:    []store.Task{{Key: 1, Spec: store.Spec{ID: "a", Args: []string{"x"}}, Progress: store.Progress{State: store.Running, Fence: 1}}},
			Attempts: []store.Attempt{{Fence: 1, Task: 1, Number: 1, Worker: "w", Started: start}},
		},
		{Attempts: []store.Attempt{{Fence: 1, Task: 1, Number: 1, Worker: "w", Started: start, Ended: start.Add(time.Second), Outcome: store.Errored, Exit: 3, Error: "e"}}},
		{
			Tasks:    []store.Task{{Key: 1, Spec: store.Spec{ID: "a", Program: "p"}}},
			Attempts: []store.Attempt{{Fence: 2, Task: 1, Number: 2}},
		},
	} {
		write(t, s, b)
		m.write(b)
		m.check(t.Context(), t, s)
	}
	s = reopen(t, s, opener)
	m.check(t.Context(), t, s)
}

func testProgress(t *testing.T, opener opener) {
	s, m := open(t, opener), newContents()
	now := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	b := &store.Batch{Tasks: []store.Task{{Key: 1, Spec: store.Spec{ID: "a", Priority: 7, Requires: []int64{2, 3}}}, {Key: 2, Spec: store.Spec{ID: "b"}}}}
	write(t, s, b)
	m.write(b)
	b = &store.Batch{Progress: map[int64]store.Progress{1: {State: store.Retrying, Attempts: 2, Failures: []time.Time{now, now}, NotBefore: now, Fence: 9, Changed: now, Error: "e"}}}
	write(t, s, b)
	m.write(b)
	m.check(t.Context(), t, s)
	require.Equal(t, int64(9), load(t, s).LastFence)
}

// testTwice writes records that come twice in a batch.
func testTwice(t *testing.T, opener opener) {
	s, m := open(t, opener), newContents()
	b := &store.Batch{
		Tasks:    []store.Task{{Key: 1, Spec: store.Spec{ID: "a"}}, {Key: 2, Spec: store.Spec{ID: "b"}}, {Key: 1, Spec: store.Spec{ID: "c"}}},
		Progress: map[int64]store.Progress{1: {State: store.Done}},
		Attempts: []store.Attempt{{Fence: 1, Worker: "a"}, {Fence: 1, Worker: "b"}},
		Runs:     []store.Run{{Key: 1, By: "a"}, {Key: 1, By: "b"}},
		Events:   []store.Event{{Seq: 1, By: "a"}, {Seq: 1, By: "b"}},
	}
	write(t, s, b)
	m.write(b)
	m.check(t.Context(), t, s)
}

// testWrittenAgain is what happens where nobody knows whether a commit came through.
func testWrittenAgain(t *testing.T, opener opener) {
	s, m := open(t, opener), newContents()
	b := someBatch(0, 20)
	m.write(b)
	for range 2 {
		write(t, s, b)
		m.check(t.Context(), t, s)
	}
}

// someBatch returns n records of each kind with keys after first.
func someBatch(first int64, n int) *store.Batch {
	b := &store.Batch{Settings: map[string]string{"last": strconv.FormatInt(first, 10)}}
	for key := first + 1; key <= first+int64(n); key++ {
		b.Tasks = append(b.Tasks, store.Task{Key: key, Spec: store.Spec{ID: fmt.Sprint("task ", key)}})
		b.Attempts = append(b.Attempts, store.Attempt{Fence: key, Task: key})
		b.Runs = append(b.Runs, store.Run{Key: key, Roots: []int64{key}})
		b.Events = append(b.Events, store.Event{Seq: key, Task: key})
	}
	return b
}

func testLargeBatch(t *testing.T, opener opener) {
	s, m := open(t, opener), newContents()
	b := someBatch(0, 2999)
	write(t, s, b)
	m.write(b)
	b = &store.Batch{Progress: make(map[int64]store.Progress)}
	for key := range int64(2999) {
		b.Progress[key+1] = store.Progress{State: store.Done, Fence: key}
	}
	write(t, s, b)
	m.write(b)
	m.check(t.Context(), t, s)
}

// testForgotten removes tasks. One of the same ID may come with the same batch.
func testForgotten(t *testing.T, opener opener) {
	s, m := open(t, opener), newContents()
	for _, b := range []*store.Batch{
		someBatch(0, 300),
		{Forgotten: []int64{1, 2, 2, 1000}},
		{Forgotten: []int64{3}, Tasks: []store.Task{{Key: 1001, Spec: store.Spec{ID: "task 3"}}, {Key: 1002, Spec: store.Spec{ID: "task 1"}}}},
	} {
		write(t, s, b)
		m.write(b)
		m.check(t.Context(), t, s)
	}
	many := &store.Batch{}
	for key := range int64(250) {
		many.Forgotten = append(many.Forgotten, key)
	}
	require.False(t, many.Empty())
	write(t, s, many)
	m.write(many)
	s = reopen(t, s, opener)
	m.check(t.Context(), t, s)
	require.Len(t, load(t, s).Tasks, 53)
}

func testSettings(t *testing.T, opener opener) {
	s := open(t, opener)
	write(t, s, &store.Batch{Settings: map[string]string{"a": "1", "b": "2", "": "nameless", "never": ""}})
	require.Equal(t, map[string]string{"a": "1", "b": "2", "": "nameless"}, load(t, s).Settings)
	write(t, s, &store.Batch{Settings: map[string]string{"a": "", "b": "3"}})
	s = reopen(t, s, opener)
	require.Equal(t, map[string]string{"b": "3", "": "nameless"}, load(t, s).Settings)
}

func testAtomic(t *testing.T, opener opener) {
	s, m := open(t, opener), newContents()
	first := someBatch(0, 10)
	write(t, s, first)
	m.write(first)

	sameID := someBatch(10, 300)
	sameID.Tasks = append(sameID.Tasks, store.Task{Key: 1000, Spec: store.Spec{ID: "task 1"}})
	unknown := someBatch(10, 300)
	unknown.Progress = map[int64]store.Progress{1: {State: store.Done}, 1000: {State: store.Done}}
	for _, b := range []*store.Batch{sameID, unknown} {
		err := s.Write(t.Context(), b)
		var failed *store.DatabaseError
		require.ErrorAs(t, err, &failed)
		m.check(t.Context(), t, s)
	}
	next := someBatch(10, 300)
	write(t, s, next)
	m.write(next)
	m.check(t.Context(), t, s)
}

// A countdown is a context that ends when it was asked a number of times whether it has ended.
type countdown struct {
	context.Context
	left   atomic.Int64
	cancel func()
}

func newCountdown(ctx context.Context, n int64) *countdown {
	c := new(countdown)
	c.Context, c.cancel = context.WithCancel(ctx)
	c.left.Store(n)
	return c
}

func (c *countdown) Done() <-chan struct{} {
	if c.left.Add(-1) == 0 {
		c.cancel()
	}
	return c.Context.Done()
}

// testCancelled ends the context of a write at many points.
func testCancelled(t *testing.T, opener opener) {
	s, m := open(t, opener), newContents()
	first := someBatch(0, 10)
	write(t, s, first)
	m.write(first)
	b := someBatch(10, 300)
	b.Progress = map[int64]store.Progress{1: {State: store.Done}}
	failed := 0
	for n := int64(1); ; n += 1 + n/10 {
		ctx := newCountdown(t.Context(), n)
		err := s.Write(ctx, b)
		ctx.cancel()
		if err == nil {
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		m.check(t.Context(), t, s)
		failed++
	}
	require.Greater(t, failed, 5)
	m.write(b)
	m.check(t.Context(), t, s)
}
