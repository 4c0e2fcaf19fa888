package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

func databases(options sqlite.Options) func(t testing.TB) storetest.Database {
	return func(t testing.TB) storetest.Database {
		path := filepath.Join(t.TempDir(), "new folder", `odd "name"? #1%20 é.db`)
		ctx := t.Context()
		return storetest.Database{
			Open: func() (*store.Store, error) { return sqlite.Open(ctx, path, options) },
			Exec: func(statement string) error { return execute(ctx, path, statement) },
		}
	}
}

// The suite waits for no disk; what a crash leaves is below.
func TestStore(t *testing.T) {
	storetest.Test(t, databases(sqlite.Options{Synchronous: sqlite.Normal}))
}

func BenchmarkFull(b *testing.B) { storetest.Benchmark(b, databases(sqlite.Options{})) }

func BenchmarkNormal(b *testing.B) {
	storetest.Benchmark(b, databases(sqlite.Options{Synchronous: sqlite.Normal}))
}

// someTasks are a batch of n tasks with long names.
func someTasks(n int) *store.Batch {
	b := new(store.Batch)
	for key := int64(1); key <= int64(n); key++ {
		id := strings.Repeat("long ", 20) + string(rune('0'+key))
		b.Tasks = append(b.Tasks, store.Task{Key: key, Spec: store.Spec{ID: id}})
	}
	return b
}

// written returns the path of a database with tasks, and its content.
func written(t *testing.T) (path string, content []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "gomr.db")
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, s.Write(t.Context(), someTasks(2000)))
	require.NoError(t, s.Close())
	content, err = os.ReadFile(path)
	require.NoError(t, err)
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "only the database stays")
	return path, content
}

func TestOpen_RefusesWhatIsNoDatabase(t *testing.T) {
	_, database := written(t)
	for name, content := range map[string][]byte{
		"text":             []byte("precious notes\n"),
		"one byte":         {'S'},
		"long":             bytes.Repeat([]byte("precious\n"), 10_000),
		"only a header":    []byte("SQLite format 3\x00"),
		"only its looks":   append([]byte("SQLite format 3\x00"), bytes.Repeat([]byte("precious"), 10_000)...),
		"truncated":        database[:len(database)/2],
		"cut in a page":    database[:len(database)-1000],
		"only the schema":  database[:4096],
		"no schema inside": append(bytes.Clone(database[:200]), make([]byte, len(database)-200)...),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "gomr.db")
			require.NoError(t, os.WriteFile(path, content, 0o666))

			_, err := sqlite.Open(t.Context(), path, sqlite.Options{})

			var failed *store.DatabaseError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, path, failed.Database)
			require.Contains(t, []error{store.ErrNotDatabase, store.ErrDamaged}, failed.Kind, "%v", err)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.True(t, bytes.Equal(content, after), "nothing is overwritten")
			require.NoFileExists(t, path+".lock")
		})
	}
}

func TestOpen_TakesAnEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gomr.db")
	require.NoError(t, os.WriteFile(path, nil, 0o666))
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func TestOpen_RefusesAnotherProgramsDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.db")
	change(t, path, "CREATE TABLE precious (notes TEXT)")
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	_, err = sqlite.Open(t.Context(), path, sqlite.Options{})

	require.ErrorIs(t, err, store.ErrNotDatabase)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after), "nothing is overwritten")
}

// change runs a statement on a file that no store has open.
func change(t *testing.T, path, statement string) {
	t.Helper()
	require.NoError(t, execute(t.Context(), path, statement))
}

func execute(ctx context.Context, path, statement string) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath())
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

func TestLoad_DamagedFile(t *testing.T) {
	path, content := written(t)
	damaged := bytes.Clone(content)
	for i := 3*4096 + 100; i < len(damaged); i++ {
		damaged[i] ^= byte(i)
	}
	require.NoError(t, os.WriteFile(path, damaged, 0o666))
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.NoError(t, err, "to check the whole file would take too long")

	_, err = s.Load(t.Context())
	require.ErrorIs(t, err, store.ErrDamaged)
	require.ErrorContains(t, err, "a check found")
	require.ErrorIs(t, s.Write(t.Context(), someTasks(2000)), store.ErrDamaged)

	require.NoError(t, s.Close())
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(damaged, after), "nothing is overwritten")
}

func TestLoad_DamagedRow(t *testing.T) {
	path, _ := written(t)
	change(t, path, "UPDATE tasks SET requires = 'x' WHERE key = 17")
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.NoError(t, err)
	_, err = s.Load(t.Context())
	require.ErrorIs(t, err, store.ErrDamaged)
	require.ErrorContains(t, err, "task 17")
	require.NoError(t, s.Close())
}

func TestWrite_DiskFull(t *testing.T) {
	path, content := written(t)
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{}.WithMaxPages(len(content)/4096+20))
	require.NoError(t, err)
	big := &store.Batch{Settings: map[string]string{"big": strings.Repeat("x", 100*4096)}}
	for range 3 {
		err = s.Write(t.Context(), big)
		require.ErrorIs(t, err, store.ErrFull)
		require.ErrorContains(t, err, "free some space")
		small := &store.Batch{Settings: map[string]string{"small": "x"}}
		require.NoError(t, s.Write(t.Context(), small), "what fits is written")
	}
	live, err := s.Load(t.Context())
	require.NoError(t, err)
	require.Len(t, live.Tasks, 2000)
	require.Equal(t, map[string]string{"small": "x"}, live.Settings)
	require.NoError(t, s.Close())
}
