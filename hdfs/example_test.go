package hdfs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/gomr/gomr/hdfs"
)

// exampleContext returns a context with an empty local file system, and a function that removes it.
func exampleContext() (context.Context, *hdfs.LocalFS, func()) {
	root, err := os.MkdirTemp("", "gomr")
	if err != nil {
		panic(err)
	}
	local := hdfs.Local(root)
	return hdfs.NewContext(context.Background(), local), local, func() { os.RemoveAll(root) }
}

// A file that is not complete is not there; a file that is there is never replaced.
func ExampleTarget_Create() {
	ctx, _, remove := exampleContext()
	defer remove()
	target := hdfs.File("/data/text/%s.txt", "2014-06-01")

	w, err := target.Create(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	fmt.Fprintln(w, "to be or not to be")
	exists, _ := target.Exists(ctx)
	fmt.Println("before Close:", exists)
	if err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}
	exists, _ = target.Exists(ctx)
	fmt.Println("after Close:", exists)

	_, err = target.Create(ctx)
	fmt.Println("again:", err)
	// Output:
	// before Close: false
	// after Close: true
	// again: create /data/text/2014-06-01.txt: file already exists
}

// A job's output appears with all its parts, or not at all.
func ExampleCommitDir() {
	ctx, local, remove := exampleContext()
	defer remove()
	target := hdfs.Dir("/data/text-count/2014-06")
	temp := hdfs.TempDir(target.Path(), "run-7")
	fmt.Println(temp)

	local.MkdirAll(temp, 0o755)
	for _, name := range []string{"part-00000", "part-00001", hdfs.Success} {
		w, _ := local.Create(temp + "/" + name)
		fmt.Fprintln(w, "of", name)
		w.Close()
	}
	if err := hdfs.CommitDir(local, temp, target.Path()); err != nil {
		fmt.Println(err)
		return
	}
	r, err := target.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	io.Copy(os.Stdout, r)
	// Output:
	// /data/text-count/.2014-06.gomr-run-7
	// of part-00000
	// of part-00001
}

// Many targets cost few calls.
func ExampleExistsAll() {
	ctx, local, remove := exampleContext()
	defer remove()
	local.MkdirAll("/data", 0o755)
	w, _ := local.Create("/data/2014-06-02.txt")
	w.Close()

	var days []hdfs.Target
	for day := range 3 {
		days = append(days, hdfs.File("/data/2014-06-%02d.txt", day+1))
	}
	exist, err := hdfs.ExistsAll(ctx, days)
	fmt.Println(exist, err)
	// Output: [false true false] <nil>
}

// Rename tells that the name is taken, and leaves both as they are.
func ExampleLocal() {
	_, local, remove := exampleContext()
	defer remove()
	local.MkdirAll("/data/a", 0o755)
	local.MkdirAll("/data/b", 0o755)
	err := local.Rename("/data/a", "/data/b")
	fmt.Println(err, errors.Is(err, fs.ErrExist))
	// Output: rename /data/a /data/b: file exists true
}
