package e2e

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver

	"github.com/gomr/gomr/orchestrate"
)

// TestToplist runs the tasks of docs/luigi.md as it says.
func TestToplist(t *testing.T) {
	p := build(t, "github.com/gomr/gomr/examples/toplist")
	t.Chdir(t.TempDir()) // where the lists and the database are made
	require.NoError(t, os.MkdirAll("hdfs/data/streams", 0o777))
	for _, day := range []string{"23", "24", "25", "26", "27", "28", "29"} {
		log := "1\tAbba\tWaterloo\n2\tRobyn\tX\n3\tAbba\tFernando\nbroken\n"
		require.NoError(t, os.WriteFile(filepath.Join("hdfs/data/streams", "2014-06-"+day+".tsv"), []byte(log), 0o666))
	}
	local := func(task ...string) (stdout string, code int) {
		stdout, _, code = p.try(t, append([]string{"local", "--root", "hdfs"}, task...)...)
		return stdout, code
	}
	read := func(name string) string {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		return string(text)
	}

	for range 2 { // the second time there is nothing to do
		stdout, code := local("ArtistToplistToDatabase", "--date-interval", "2014-W26")
		require.Zero(t, code, stdout)
	}
	require.Equal(t, "2014-W26\tAbba\t14\n2014-W26\tRobyn\t7\n", read("toplists/2014-W26.tsv"))
	db, err := sql.Open("sqlite", "toplist.db")
	require.NoError(t, err)
	defer db.Close()
	var rows, plays int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*), SUM(plays) FROM top10").Scan(&rows, &plays))
	require.Equal(t, []int{2, 21}, []int{rows, plays})

	require.NoError(t, os.WriteFile("orders.txt", []byte("artist\nplays\n"), 0o666))
	stdout, code := local("Orders", "--date-interval", "2014-W26", "--file", "orders.txt")
	require.Zero(t, code, stdout)
	require.Equal(t, "2\n", read("orders/2014-W26.txt"))
	require.Equal(t, "2014-W26\tRobyn\t7\n2014-W26\tAbba\t14\n", read("sorted/2014-W26-by-plays.tsv"))

	stdout, code = local("Toplists", "--date-interval", "2014-06-28-2014-07-01")
	require.Equal(t, orchestrate.ExitMissingExternal, code, stdout)
	require.Contains(t, stdout, "1 Streams(date=2014-06-30): /data/streams/2014-06-30.tsv")
	require.FileExists(t, "toplists/2014-06-29.tsv", "what can be made is made")
	_, code = local("SortedArtists", "--date-interval", "2014-W26", "--by", "size")
	require.Equal(t, orchestrate.ExitUsage, code)
}
