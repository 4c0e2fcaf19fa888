package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
)

// What the test binary does as another process, and with which database.
const (
	processEnv = "GOMR_SQLITE_TEST_PROCESS"
	pathEnv    = "GOMR_SQLITE_TEST_PATH"
)

func TestMain(m *testing.M) {
	switch path := os.Getenv(pathEnv); os.Getenv(processEnv) {
	case "write":
		fmt.Println(writeForever(path))
	case "open without rights":
		fmt.Println(openWithoutRights(path))
	default:
		os.Exit(m.Run())
	}
}

// process returns the test binary as another process.
func process(t *testing.T, what, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), processEnv+"="+what, pathEnv+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

const batchSize = 20

// batch returns batch n, from 0: it has new tasks, attempts and events, and finishes the tasks of
// the batch before.
func batch(n int64) *store.Batch {
	b := &store.Batch{Progress: make(map[int64]store.Progress), Settings: map[string]string{"batches": strconv.FormatInt(n+1, 10)}}
	for i := range int64(batchSize) {
		key := n*batchSize + i + 1
		b.Tasks = append(b.Tasks, store.Task{Key: key, Spec: store.Spec{ID: fmt.Sprint("task ", key)}, Progress: store.Progress{State: store.Pending}})
		b.Attempts = append(b.Attempts, store.Attempt{Fence: key, Task: key})
		b.Events = append(b.Events, store.Event{Seq: key, Task: key})
		if n > 0 {
			b.Progress[key-batchSize] = store.Progress{State: store.Done}
		}
	}
	return b
}

// writeForever writes one batch after the other, and says so after each.
func writeForever(path string) error {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return err
	}
	live, err := s.Load(ctx)
	if err != nil {
		return err
	}
	for n := live.LastTask / batchSize; ; n++ {
		if err := s.Write(ctx, batch(n)); err != nil {
			return err
		}
		fmt.Println(n + 1)
	}
}

func TestKilledWriter(t *testing.T) {
	const kills = 25
	path := filepath.Join(t.TempDir(), "gomr.db")
	random := rand.New(rand.NewPCG(rand.Uint64(), 0))
	for range kills {
		acknowledged := killWriter(t, path, random)
		s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		require.NoError(t, err)
		live, err := s.Load(t.Context())
		require.NoError(t, err)
		events, err := s.Events(t.Context(), store.EventQuery{Limit: 1 << 30})
		require.NoError(t, err)
		require.NoError(t, s.Close())

		batches := live.LastTask / batchSize
		require.GreaterOrEqual(t, batches, acknowledged)
		require.LessOrEqual(t, batches, acknowledged+1)
		require.Equal(t, strconv.FormatInt(batches, 10), live.Settings["batches"])
		require.Len(t, live.Tasks, int(batches*batchSize))
		require.Len(t, live.Attempts, int(batches*batchSize))
		require.Len(t, events, int(batches*batchSize))
		for i, task := range live.Tasks {
			want := store.Done
			if int64(i) >= (batches-1)*batchSize {
				want = store.Pending
			}
			require.Equal(t, want, task.State, "task %d of %d batches", task.Key, batches)
		}
	}
}

// killWriter kills a writing process at some moment, and returns the last batch that it acknowledged.
func killWriter(t *testing.T, path string, random *rand.Rand) (acknowledged int64) {
	t.Helper()
	cmd := process(t, "write", path)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(stdout)
	for range 1 + random.IntN(15) {
		require.True(t, lines.Scan())
		acknowledged, err = strconv.ParseInt(lines.Text(), 10, 64)
		require.NoError(t, err, lines.Text())
	}
	for range random.IntN(1 << 20) { //nolint:revive // to be somewhere in the next batch
	}
	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	for lines.Scan() { // what it acknowledged meanwhile
		acknowledged, err = strconv.ParseInt(lines.Text(), 10, 64)
		require.NoError(t, err, lines.Text())
	}
	require.Error(t, cmd.Wait())
	return acknowledged
}

func TestOpen_OtherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gomr.db")
	cmd := process(t, "write", path)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	require.True(t, bufio.NewScanner(stdout).Scan())

	_, err = sqlite.Open(t.Context(), path, sqlite.Options{})
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, fmt.Sprintf("process %d on ", cmd.Process.Pid))

	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	require.Error(t, cmd.Wait())
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

// nobody is a user that owns no file. The kernel takes any number.
const nobody = 65534

// openWithoutRights opens a database as a user that is not root, and says what is wrong.
func openWithoutRights(path string) string {
	if os.Geteuid() == 0 {
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
			return err.Error()
		}
	}
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{})
	if errors.Is(err, store.ErrReadOnly) {
		return "read-only"
	}
	if err != nil {
		return err.Error()
	}
	err = s.Write(context.Background(), &store.Batch{Settings: map[string]string{"a": "b"}})
	return fmt.Sprint("opened, and then: ", err)
}

func TestOpen_ReadOnly(t *testing.T) {
	_, content := written(t)
	folder := t.TempDir()
	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755)) // it is only for the user of the test
	require.NoError(t, os.Chmod(folder, 0o755))
	for name, mode := range map[string]os.FileMode{"closed": 0o555, "open": 0o777} {
		require.NoError(t, os.Mkdir(filepath.Join(folder, name), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name, "old.db"), content, 0o444))
		require.NoError(t, os.Chmod(filepath.Join(folder, name), mode))
	}
	t.Cleanup(func() { require.NoError(t, os.Chmod(filepath.Join(folder, "closed"), 0o755)) })
	for path, want := range map[string]string{
		"closed/new.db":        "read-only",
		"closed/folder/new.db": "read-only",
		"closed/old.db":        "read-only",
		"open/old.db":          "read-only",
		"open/new.db":          "opened, and then: <nil>",
	} {
		out, err := process(t, "open without rights", filepath.Join(folder, path)).Output()
		require.NoError(t, err)
		require.Equal(t, want+"\n", string(out), path)
	}
}
