package storetest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

func fenceOf(a store.Attempt) int64 { return a.Fence }
func seqOf(e store.Event) int64     { return e.Seq }
func keyOf(r store.Run) int64       { return r.Key }

var start = time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)

func minute(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }

func testAttempts(t *testing.T, opener opener) {
	s := open(t, opener)
	write(t, s, &store.Batch{
		Tasks: []store.Task{
			{Key: 1, Spec: store.Spec{ID: "a1", Family: "a"}},
			{Key: 2, Spec: store.Spec{ID: "a2", Family: "a"}},
			{Key: 3, Spec: store.Spec{ID: "b1", Family: "b"}},
		},
		Attempts: []store.Attempt{
			{Fence: 1, Task: 1, Worker: "v", Started: minute(1), Ended: minute(2), Outcome: store.Succeeded},
			{Fence: 2, Task: 2, Worker: "w", Started: minute(2), Ended: minute(3), Outcome: store.TimedOut},
			{Fence: 3, Task: 3, Worker: "v", Started: minute(3)},
			{Fence: 4, Task: 1, Worker: "w", Started: minute(4)},
			{Fence: 5, Task: 9, Worker: "v"}, // of a task that nobody knows
		},
	})
	for _, test := range []struct {
		query store.AttemptQuery
		want  []int64
	}{
		{store.AttemptQuery{}, []int64{5, 4, 3, 2, 1}},
		{store.AttemptQuery{Task: 1}, []int64{4, 1}},
		{store.AttemptQuery{Task: 4}, []int64{}},
		{store.AttemptQuery{Family: "a"}, []int64{4, 2, 1}},
		{store.AttemptQuery{Family: "c"}, []int64{}},
		{store.AttemptQuery{Worker: "v"}, []int64{5, 3, 1}},
		{store.AttemptQuery{Since: minute(3)}, []int64{4, 3}},
		{store.AttemptQuery{Until: minute(3)}, []int64{5, 2, 1}},
		{store.AttemptQuery{Since: minute(2), Until: minute(4)}, []int64{3, 2}},
		{store.AttemptQuery{Since: minute(4), Until: minute(2)}, []int64{}},
		{store.AttemptQuery{Tasks: []int64{2, 9}}, []int64{5, 2}},
		{store.AttemptQuery{Tasks: []int64{}}, []int64{}},
		{store.AttemptQuery{Outcome: store.TimedOut}, []int64{2}},
		{store.AttemptQuery{Open: true}, []int64{5, 4, 3}},
		{store.AttemptQuery{Before: 3}, []int64{2, 1}},
		{store.AttemptQuery{Limit: 2}, []int64{5, 4}},
		{store.AttemptQuery{Before: 4, Limit: 2}, []int64{3, 2}},
		{store.AttemptQuery{Task: 1, Family: "a", Worker: "v", Since: minute(1), Before: 2, Limit: 1}, []int64{1}},
	} {
		found, err := s.Attempts(t.Context(), test.query)
		require.NoError(t, err)
		require.Equal(t, test.want, keys(found, fenceOf), "%+v", test.query)
	}
}

// testAttemptsInTime looks for those of a day among attempts of many days, of which some are gone.
func testAttemptsInTime(t *testing.T, opener opener) {
	s := open(t, opener)
	b := &store.Batch{}
	day := func(n int) time.Time { return start.AddDate(0, 0, n) }
	for n := range 60 {
		if n%7 != 3 {
			b.Attempts = append(b.Attempts, store.Attempt{Fence: int64(10 * (n + 1)), Task: 1, Started: day(n)})
		}
	}
	write(t, s, b)
	for n := range 60 {
		found, err := s.Attempts(t.Context(), store.AttemptQuery{Since: day(n), Until: day(n + 2)})
		require.NoError(t, err)
		want := []int64{}
		for _, m := range []int{n + 1, n} {
			if m%7 != 3 && m < 60 {
				want = append(want, int64(10*(m+1)))
			}
		}
		require.Equal(t, want, keys(found, fenceOf), "from day %d", n)
	}
}

// testLargeFamily has as many tasks of a family as are looked up in another way.
func testLargeFamily(t *testing.T, opener opener) {
	s := open(t, opener)
	b := &store.Batch{
		Tasks: []store.Task{{Key: 5000, Spec: store.Spec{ID: "other"}}},
		Attempts: []store.Attempt{
			{Fence: 1, Task: 17}, {Fence: 2, Task: 5000}, {Fence: 3, Task: 18}, {Fence: 4, Task: 4000}, {Fence: 5, Task: 17},
		},
	}
	for key := int64(1); key <= 1500; key++ {
		b.Tasks = append(b.Tasks, store.Task{Key: key, Spec: store.Spec{ID: fmt.Sprint("large ", key), Family: "large"}})
	}
	write(t, s, b)
	found, err := s.Attempts(t.Context(), store.AttemptQuery{Family: "large"})
	require.NoError(t, err)
	require.Equal(t, []int64{5, 3, 1}, keys(found, fenceOf))
	found, err = s.Attempts(t.Context(), store.AttemptQuery{Family: "large", Task: 17, Before: 5, Limit: 3})
	require.NoError(t, err)
	require.Equal(t, []int64{1}, keys(found, fenceOf))
}

func testEvents(t *testing.T, opener opener) {
	s := open(t, opener)
	b := &store.Batch{Events: []store.Event{
		{Seq: 1, Kind: "a", Task: 1, Run: 1},
		{Seq: 2, Kind: "b", Task: 2, Run: 1},
		{Seq: 3, Kind: "a", Task: 1, Run: 2},
		{Seq: 4, Kind: "b"},
	}}
	for seq := int64(5); seq <= 2*store.DefaultLimit; seq++ {
		b.Events = append(b.Events, store.Event{Seq: seq})
	}
	write(t, s, b)
	for _, test := range []struct {
		query store.EventQuery
		want  []int64
	}{
		{store.EventQuery{Limit: 5}, []int64{1, 2, 3, 4, 5}},
		{store.EventQuery{After: 2, Limit: 2}, []int64{3, 4}},
		{store.EventQuery{Task: 1}, []int64{1, 3}},
		{store.EventQuery{Run: 1}, []int64{1, 2}},
		{store.EventQuery{Kind: "b"}, []int64{2, 4}},
		{store.EventQuery{Kind: "c"}, []int64{}},
		{store.EventQuery{Newest: true, Limit: 3}, []int64{2000, 1999, 1998}},
		{store.EventQuery{Newest: true, After: 4, Limit: 2}, []int64{3, 2}},
		{store.EventQuery{Newest: true, Kind: "b"}, []int64{4, 2}},
		{store.EventQuery{Newest: true, After: 3, Task: 1}, []int64{1}},
		{store.EventQuery{After: 1, Task: 1, Run: 2, Kind: "a", Limit: 9}, []int64{3}},
	} {
		found, err := s.Events(t.Context(), test.query)
		require.NoError(t, err)
		require.Equal(t, test.want, keys(found, seqOf), "%+v", test.query)
	}
	found, err := s.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err)
	require.Len(t, found, store.DefaultLimit)
}

func testRuns(t *testing.T, opener opener) {
	s := open(t, opener)
	write(t, s, &store.Batch{Runs: []store.Run{
		{Key: 1, Request: "a", Roots: []int64{3, 1}, By: "me", At: start},
		{Key: 2, Request: "b"},
		{Key: 3, Request: "b"},
	}})
	run, ok, err := s.Run(t.Context(), "a")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, store.Run{Key: 1, Request: "a", Roots: []int64{3, 1}, By: "me", At: start}, run)
	run, ok, err = s.Run(t.Context(), "b")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, int64(3), run.Key)
	for _, request := range []string{"c", ""} {
		_, ok, err = s.Run(t.Context(), request)
		require.NoError(t, err)
		require.False(t, ok)
	}
	for _, test := range []struct {
		before int64
		limit  int
		want   []int64
	}{{0, 0, []int64{3, 2, 1}}, {3, 0, []int64{2, 1}}, {0, 2, []int64{3, 2}}, {1, 5, []int64{}}} {
		found, err := s.Runs(t.Context(), test.before, test.limit)
		require.NoError(t, err)
		require.Equal(t, test.want, keys(found, keyOf))
	}
}

func appendLog(t *testing.T, s database, fence, offset int64, chunk string) {
	t.Helper()
	require.NoError(t, s.AppendLog(t.Context(), fence, offset, []byte(chunk)))
}

func readLog(t *testing.T, s database, fence, offset int64, limit int) string {
	t.Helper()
	text, err := s.ReadLog(t.Context(), fence, offset, limit)
	require.NoError(t, err)
	return string(text)
}

// testBatchLog reads the log of attempts that another one's process has made.
func testBatchLog(t *testing.T, opener opener) {
	s := open(t, opener)
	write(t, s, &store.Batch{Attempts: []store.Attempt{{Fence: 1, Task: 1}, {Fence: 2, Task: 2, Batch: 1}, {Fence: 3, Task: 3}}})
	appendLog(t, s, 1, 0, "of both")
	appendLog(t, s, 3, 0, "of another")
	for fence, want := range map[int64]string{1: "of both", 2: "of both", 3: "of another"} {
		require.Equal(t, want, readLog(t, s, fence, 0, 0))
	}
	require.Equal(t, "both", readLog(t, s, 2, 3, 0))
	require.Equal(t, "both", readLog(t, s, 2, -4, 0))
	require.Equal(t, "bo", readLog(t, s, 2, -4, 2))
	require.Equal(t, "of both", readLog(t, s, 2, -100, 0), "it has no more")
	require.Empty(t, readLog(t, s, 4, -4, 0))
}

func testLog(t *testing.T, opener opener) {
	s := open(t, opener)
	require.Empty(t, readLog(t, s, 1, 0, 0))
	appendLog(t, s, 1, 0, "hello\n")
	appendLog(t, s, 2, 0, "another")
	appendLog(t, s, 1, 6, "wor")
	appendLog(t, s, 1, 9, "ld\x00\xff")
	const want = "hello\nworld\x00\xff"

	appendLog(t, s, 1, 6, "wor") // stored already
	appendLog(t, s, 1, 0, "hello\nworld")
	appendLog(t, s, 1, 2, "")
	appendLog(t, s, 1, int64(len(want)), "")
	require.Equal(t, want, readLog(t, s, 1, 0, 0))
	appendLog(t, s, 1, 9, "ld\x00\xff!") // in part
	require.Equal(t, want+"!", readLog(t, s, 1, 0, 0))

	for _, offset := range []int64{-1, int64(len(want)) + 2, math.MaxInt64} {
		err := s.AppendLog(t.Context(), 1, offset, []byte("x"))
		var gap *store.GapError
		require.ErrorAs(t, err, &gap)
		require.Equal(t, store.GapError{Fence: 1, Offset: offset, Expected: int64(len(want)) + 1}, *gap)
	}
	require.ErrorAs(t, s.AppendLog(t.Context(), 3, 1, nil), new(*store.GapError))

	s = reopen(t, s, opener)
	for offset := range len(want) + 1 {
		for limit := 1; limit < len(want)+3; limit++ {
			require.Equal(t, (want + "!")[offset:min(offset+limit, len(want)+1)], readLog(t, s, 1, int64(offset), limit))
		}
	}
	require.Empty(t, readLog(t, s, 1, 1000, 10))
	require.Empty(t, readLog(t, s, 1, math.MaxInt64, 10))
	require.Equal(t, "another", readLog(t, s, 2, 0, 100))
}

func testLargeLog(t *testing.T, opener opener) {
	s := open(t, opener)
	random := rand.NewChaCha8([32]byte{1})
	noise, zeros := make([]byte, 1_500_000), make([]byte, 2_000_000)
	random.Read(noise)
	whole := string(noise) + string(zeros)
	appendLog(t, s, 1, 0, string(noise))
	appendLog(t, s, 1, int64(len(noise)), string(zeros))
	requireSame(t, whole, readLog(t, s, 1, 0, len(whole)+1))
	require.Len(t, readLog(t, s, 1, 0, 0), 1<<20)
	for offset := 0; offset < len(whole); offset += 123_456 {
		requireSame(t, whole[offset:min(offset+300_000, len(whole))], readLog(t, s, 1, int64(offset), 300_000))
	}
}

// requireSame compares texts that are too long to be shown.
func requireSame(t *testing.T, want, got string) {
	t.Helper()
	if want != got {
		t.Fatalf("got other %d bytes instead of %d", len(got), len(want))
	}
}

func testPrune(t *testing.T, opener opener) {
	s := open(t, opener)
	write(t, s, &store.Batch{
		Tasks: []store.Task{{Key: 1, Spec: store.Spec{ID: "a"}}, {Key: 3, Spec: store.Spec{ID: "c"}}},
		Attempts: []store.Attempt{
			{Fence: 1, Task: 1, Started: minute(1), Ended: minute(2)},
			{Fence: 2, Task: 2, Started: minute(1)}, // under way
			{Fence: 3, Task: 3, Started: minute(1), Ended: minute(2)},
			{Fence: 4, Task: 1, Started: minute(2), Ended: minute(3)}, // the last of its task
			{Fence: 5, Task: 3, Started: minute(9), Ended: minute(10)},
			{Fence: 6, Task: 3, Started: minute(10), Ended: minute(11)},
		},
		Events: []store.Event{{Seq: 1, At: minute(1)}, {Seq: 2, At: minute(10)}, {Seq: 3, At: minute(2)}, {Seq: 4, At: minute(10)}},
		Runs: []store.Run{
			{Key: 1, At: minute(1)}, // under way
			{Key: 2, At: minute(1), Ended: minute(2)},
			{Key: 3, At: minute(1), Ended: minute(10)},
			{Key: 4, At: minute(1), Ended: minute(2)}, // the last one
		},
	})
	for fence := int64(1); fence <= 7; fence++ {
		appendLog(t, s, fence, 0, "log")
	}
	require.NoError(t, s.Prune(t.Context(), time.Time{}))
	require.NoError(t, s.Prune(t.Context(), minute(1)))
	require.Equal(t, []int64{6, 5, 4, 3, 2, 1}, fences(t, s))

	require.NoError(t, s.Prune(t.Context(), minute(10)))
	s = reopen(t, s, opener)
	require.Equal(t, []int64{6, 5, 4, 2}, fences(t, s))
	require.Equal(t, []int64{2, 4}, seqs(t, s))
	require.Equal(t, int64(4), load(t, s).LastRun)
	runs, err := s.Runs(t.Context(), 0, 0)
	require.NoError(t, err)
	require.Equal(t, []int64{4, 3, 1}, keys(runs, func(r store.Run) int64 { return r.Key }))
	var logs []int64
	for fence := int64(1); fence <= 7; fence++ {
		if readLog(t, s, fence, 0, 0) != "" {
			logs = append(logs, fence)
		}
	}
	require.Equal(t, []int64{2, 5, 6, 7}, logs, "the attempt of the last log is yet to be written")

	write(t, s, &store.Batch{Forgotten: []int64{1}})
	require.NoError(t, s.Prune(t.Context(), minute(10)))
	require.Equal(t, []int64{6, 5, 2}, fences(t, s), "the last attempt goes after its task")
}

func fences(t *testing.T, s database) []int64 {
	t.Helper()
	found, err := s.Attempts(t.Context(), store.AttemptQuery{Limit: math.MaxInt32})
	require.NoError(t, err)
	return keys(found, fenceOf)
}

func seqs(t *testing.T, s database) []int64 {
	t.Helper()
	found, err := s.Events(t.Context(), store.EventQuery{Limit: math.MaxInt32})
	require.NoError(t, err)
	return keys(found, seqOf)
}

func testPruneNumbers(t *testing.T, opener opener) {
	s := open(t, opener)
	write(t, s, &store.Batch{
		Attempts: []store.Attempt{{Fence: 1, Task: 1, Ended: minute(1)}, {Fence: 2, Task: 1, Ended: minute(2)}},
		Events:   []store.Event{{Seq: 1, At: minute(1)}, {Seq: 2, At: minute(2)}},
	})
	require.NoError(t, s.Prune(t.Context(), minute(100)))
	live := load(t, s)
	require.Equal(t, int64(2), live.LastFence)
	require.Equal(t, int64(2), live.LastEvent)
	require.Equal(t, []int64{2}, fences(t, s))
	require.Equal(t, []int64{2}, seqs(t, s))
}

// testPruneMany needs several transactions, and has keys far apart.
func testPruneMany(t *testing.T, opener opener) {
	s := open(t, opener)
	b := new(store.Batch)
	for i := range int64(12_000) {
		at := minute(int(i / 1000))
		b.Attempts = append(b.Attempts, store.Attempt{Fence: 1000*i + 1, Task: i % 10, Started: at, Ended: at})
		b.Events = append(b.Events, store.Event{Seq: 1000*i + 1, At: at})
	}
	write(t, s, b)
	require.NoError(t, s.Prune(t.Context(), minute(11)))
	require.Len(t, fences(t, s), 1000)
	require.Len(t, seqs(t, s), 1000)
}

func testSecondOpener(t *testing.T, opener opener) {
	s := open(t, opener)
	second, err := opener()
	require.Nil(t, second)
	require.ErrorIs(t, err, store.ErrInUse)
	var inUse *store.InUseError
	require.ErrorAs(t, err, &inUse)
	require.NotEmpty(t, inUse.By)
	write(t, s, someBatch(0, 1))
	_, err = opener()
	require.ErrorIs(t, err, store.ErrInUse)
	s = reopen(t, s, opener)
	require.Len(t, load(t, s).Tasks, 1)
}

func testClosed(t *testing.T, opener opener) {
	s := open(t, opener)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "again")
	ctx := t.Context()
	_, err := s.Load(ctx)
	require.ErrorIs(t, err, store.ErrClosed)
	require.ErrorIs(t, s.Write(ctx, someBatch(0, 1)), store.ErrClosed)
	require.ErrorIs(t, s.Prune(ctx, start), store.ErrClosed)
	require.ErrorIs(t, s.AppendLog(ctx, 1, 0, nil), store.ErrClosed)
	_, err = s.ReadLog(ctx, 1, 0, 0)
	require.ErrorIs(t, err, store.ErrClosed)
	_, err = s.Attempts(ctx, store.AttemptQuery{})
	require.ErrorIs(t, err, store.ErrClosed)
}

// testReaders reads while batches are written: each is there whole or not at all.
func testReaders(t *testing.T, opener opener) {
	const batches, size, readers = 50, 20, 4
	s := open(t, opener)
	ctx, stop := context.WithCancel(t.Context())
	errs := make(chan error, readers)
	var wait sync.WaitGroup
	for range readers {
		wait.Go(func() { errs <- readUntil(ctx, s, size) })
	}
	for i := range int64(batches) {
		write(t, s, someBatch(i*size, size))
		appendLog(t, s, 1, i*3, "abc")
	}
	stop()
	wait.Wait()
	for range readers {
		require.NoError(t, <-errs)
	}
	require.Len(t, fences(t, s), batches*size)
}

// readUntil reads until the context ends, and at least once.
func readUntil(ctx context.Context, s database, size int) error {
	reading := context.WithoutCancel(ctx)
	for more := true; more; more = ctx.Err() == nil {
		events, err := s.Events(reading, store.EventQuery{Limit: math.MaxInt32})
		if err != nil {
			return err
		}
		attempts, err := s.Attempts(reading, store.AttemptQuery{Limit: math.MaxInt32})
		if err != nil {
			return err
		}
		if len(events)%size != 0 || len(attempts)%size != 0 || len(attempts) < len(events) {
			return fmt.Errorf("saw %d events and %d attempts", len(events), len(attempts))
		}
		if text, err := s.ReadLog(reading, 1, 0, 0); err != nil || len(text)%3 != 0 {
			return fmt.Errorf("read %d bytes of the log: %w", len(text), err)
		}
	}
	return nil
}

func testAbout(t *testing.T, opener opener) {
	s := open(t, opener)
	about, ok := s.(*store.Store)
	require.True(t, ok)
	require.NotEmpty(t, about.Product())
	size, err := about.Size(t.Context())
	require.NoError(t, err)
	require.Positive(t, size)
}
